//! Every product of the simulated bank: its request, as the handbook has it, is answered, and the answer is read.

use ledger::answer::Reason;
use ledger::money::Money;
use ledger::period::Date;
use reconcile::bank_simulator::{Account, Fate, Product, Refused, Script, Target};
use reconcile::detect::detect;
use reconcile::opened::Opened;
use reconcile::profile::{BankStatus, Profile};
use reconcile::response::{self, Given, ResponseFile};

const PRODUCTS: [(Product, &str); 5] = [
    (Product::CcbPipe, "ccb-pipe/payment-file.txt"),
    (Product::FixedFen, "fixed-fen/payment-file.req"),
    (Product::GbkPair, "gbk-pair/payment-file.txt"),
    (Product::Mof8207, "mof-8207/payment-file.xml"),
    (Product::IsoPain, "iso-pain/payment-file.xml"),
];

fn request(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/bank-files/");
    std::fs::read(format!("{folder}{name}")).unwrap()
}

fn script(fates: Vec<(Target, Fate)>) -> Script {
    Script {
        today: day("2020-10-12"),
        unit: "1023".to_owned(),
        teller: "0007".to_owned(),
        remark: "批次D20A0".to_owned(),
        fates,
        chance: None,
    }
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn account() -> Account {
    Account::open("14001000000000000018", Money::from_fen(1_000_000))
}

fn answered(
    product: Product,
    request: &[u8],
    fates: Vec<(Target, Fate)>,
) -> (String, ResponseFile) {
    let processed = account().process(product, request, &script(fates)).unwrap();
    let reply = &processed.replies[0];
    let profiles = Profile::built_in();
    let opened = Opened::here(&reply.name, &reply.bytes).unwrap();
    let (profile, layout) = detect(&opened, None, &profiles).unwrap();
    let given = Given { batch: None, answered_on: Some(day("2020-10-12")) };
    (profile.id.clone(), response::read(layout, &opened, &given).unwrap())
}

#[test]
fn every_product_answers_what_the_script_says() {
    for (product, name) in PRODUCTS {
        let fates = vec![
            (Target::Line(2), Fate::Fails("户名不符".to_owned())),
            (Target::Account("6222020000000000034".to_owned()), Fate::Waits),
            (Target::Reference("D20A00000004".to_owned()), Fate::Fails("已销户".to_owned())),
        ];
        let (profile, file) = answered(product, &request(name), fates);
        assert_eq!(Some(profile.as_str()), name.split('/').next());
        let of = |line: u32| {
            let reference = format!("D20A0{line:07}");
            let is_it = |found: &&response::ResponseLine| {
                found.reference.as_ref().is_some_and(|known| known.to_string() == reference)
            };
            file.lines.iter().find(is_it)
        };
        assert_eq!(of(1).unwrap().status, BankStatus::Success, "{product:?}");
        assert_eq!(of(1).unwrap().amount, Money::from_fen(40_400), "{product:?}");
        assert_eq!(of(2).unwrap().status, BankStatus::Failed, "{product:?}");
        // One product leaves out what is not decided, and has one code for every failure.
        if product == Product::GbkPair {
            assert_eq!(of(3), None);
            continue;
        }
        assert_eq!(of(3).unwrap().status, BankStatus::Pending, "{product:?}");
        assert_eq!(of(2).unwrap().reason, Some(Reason::NameMismatch), "{product:?}");
        assert_eq!(of(4).unwrap().reason, Some(Reason::Closed), "{product:?}");
    }
}

#[test]
fn a_request_whose_sum_is_not_that_of_its_lines_is_refused_whole() {
    for (product, name) in PRODUCTS.into_iter().filter(|(product, _)| *product != Product::CcbPipe)
    {
        let bytes = request(name);
        let stated: &[u8] = if name.ends_with("xml") { b"3504.00" } else { b"350400" };
        let at = bytes.windows(stated.len()).position(|window| window == stated).unwrap();
        let mut changed = bytes.clone();
        changed[at] = b'4';
        let refused = account().process(product, &changed, &script(Vec::new())).unwrap_err();
        assert_eq!(refused, Refused::SumsDiffer, "{product:?}");
    }
}
