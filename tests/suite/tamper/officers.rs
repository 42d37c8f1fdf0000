//! Insiders who hold the log key and the signing keys of people in office: every signature is good and every chain goes on.
//! Only the laws, asked again from the entries alone, can tell.

use ed25519_dalek::SigningKey;
use ledger::act::Body;
use ledger::act::closing::MonthClosed;
use ledger::act::funds::{FundKind, FundMoved, FundOpened};
use ledger::act::offices::{
    Countersign, KeyEnrolled, KeyRecord, OfficerAppointed, OfficerDismissed, Role, Side,
    UnitRegistered,
};
use ledger::act::payments::{PaymentFileReleased, RosterAgreed, RosterDrawn, RosterKind};
use ledger::act::signed::{Vouching, key_id};
use ledger::ids::{Digest, OfficerId, Root};
use ledger::line::{self, Line};
use ledger::money::Money;
use tests::forge::Forger;
use tests::village::{ORIGIN, code, evidence, release};

use super::scene::{Row, Scene, Who, village};

const fn row(what: &'static str, code: &'static str, forge: fn(&mut Scene) -> Option<u64>) -> Row {
    Row { what, who: Who::OfficersKeys, code, forge }
}

pub const ROWS: &[Row] = &[
    row("用已吊销的密钥签名", "key.revoked", revoked_key),
    row("离任的人签名", "authority.dismissed", dismissed),
    row("没有岗位的人签名", "authority.role_missing", without_the_role),
    row("向已月结的月份补记", "period.closed", back_dated),
    row("同一人造册又复核", "segregation.same_person", same_person),
    row("支出超过资金余额", "fund.insufficient", overspent),
    row("拨付超过下达指标", "fund.allotment_exceeded", over_the_allotment),
    row("未经审批就报盘", "roster.out_of_order", paid_without_approval),
    row("批准的不是现在的名册", "roster.content_changed", approved_another_roster),
    row("月结数字与账面不符", "close.table_mismatch", wrong_month),
    row("新密钥只有主管部门的人会签", "key.countersign_wrong", one_sided_key),
    row("替别人登记自己不持有的密钥", "key.possession_wrong", key_without_possession),
    row("把主管部门改成监督方", "unit.side_changed", turned_inspector),
    row("签名时清单的根就不对", "manifest.root_wrong", wrong_root),
    row("签名时清单的总额就不对", "manifest.total_wrong", wrong_total),
    row("清单里放进别种的行", "manifest.line_misplaced", wrong_lines),
    row("签名人见过的是另一本账", "actor.seen_wrong", seen_elsewhere),
];

/// One act by the holder of a post at the end of the log.
fn sign(scene: &Scene, post: &str, body: Body) -> Option<u64> {
    rebuild(scene, |forger| forger.append(village().key(post), body))
}

fn rebuild(scene: &Scene, change: impl FnOnce(&mut Forger) -> u64) -> Option<u64> {
    let mut forger = scene.forger();
    let at = change(&mut forger);
    forger.rebuild(&scene.dir);
    Some(at)
}

fn holder(forger: &Forger, post: &str) -> OfficerId {
    let key = key_id(&village().key(post).verifying_key());
    forger.books.offices.keys[&key].officer
}

fn revoked_key(scene: &mut Scene) -> Option<u64> {
    sign(scene, "离任会计", release(5, "2020-11-07"))
}

fn dismissed(scene: &mut Scene) -> Option<u64> {
    rebuild(scene, |forger| {
        let officer = holder(forger, "会计");
        let left = OfficerDismissed { officer, reason: "调离".to_owned() };
        forger.append(village().key("系统管理员"), Body::OfficerDismissed(left));
        forger.append(village().key("会计"), release(5, "2020-11-07"))
    })
}

fn without_the_role(scene: &mut Scene) -> Option<u64> {
    sign(scene, "造册经办", release(5, "2020-11-07"))
}

fn back_dated(scene: &mut Scene) -> Option<u64> {
    sign(scene, "会计", release(5, "2020-10-20"))
}

/// The roster that stands drawn at the end of the story.
fn agreed(forger: &Forger) -> RosterAgreed {
    let batch = &forger.books.payments.batches[&code("T20B0")];
    RosterAgreed { batch: code("T20B0"), root: batch.root, roster: batch.roster }
}

/// The administrator gives the maker the checker's role as well.
fn same_person(scene: &mut Scene) -> Option<u64> {
    rebuild(scene, |forger| {
        let officer = holder(forger, "造册经办");
        let known = forger.books.offices.officers[&officer].clone();
        let appointed = OfficerAppointed {
            name_commit: known.name_commit,
            officer,
            post: known.post,
            roles: vec![Role::RosterMaker, Role::RosterChecker],
            unit: known.unit,
        };
        forger.append(village().key("系统管理员"), Body::OfficerAppointed(appointed));
        let agreed = agreed(forger);
        forger.append(village().key("造册经办"), Body::RosterChecked(agreed))
    })
}

fn overspent(scene: &mut Scene) -> Option<u64> {
    rebuild(scene, |forger| {
        let float = FundOpened {
            account: code("ZH-01"),
            code: code("F-BY"),
            kind: FundKind::Float,
            name: "备用金".to_owned(),
            purposes: vec![code("TK-S")],
            unit: code("MZJ"),
        };
        forger.append(village().key("会计"), Body::FundOpened(float));
        let moved = FundMoved {
            amount_fen: Money::from_fen(9_999_999),
            corrects: None,
            date: code("2020-11-07"),
            from: code("F-DB"),
            reason: "核定备用金".to_owned(),
            regularised: None,
            to: code("F-BY"),
        };
        forger.append(village().key("会计"), Body::FundMoved(moved))
    })
}

fn over_the_allotment(scene: &mut Scene) -> Option<u64> {
    sign(scene, "会计", release(99, "2020-11-07"))
}

fn paid_without_approval(scene: &mut Scene) -> Option<u64> {
    rebuild(scene, |forger| {
        let batch = &forger.books.payments.batches[&code("T20B0")];
        let released = PaymentFileReleased {
            account: code("ZH-01"),
            batch: code("T20B0"),
            count: 24,
            date: code("2020-11-07"),
            file: evidence("报盘"),
            file_name: "T20B0.txt".to_owned(),
            profile: "icbc-batch@1".to_owned(),
            profile_text: None,
            root: batch.root,
            total_fen: batch.total,
        };
        forger.append(village().key("国库支付经办"), Body::PaymentFileReleased(released))
    })
}

fn approved_another_roster(scene: &mut Scene) -> Option<u64> {
    rebuild(scene, |forger| {
        let agreed = RosterAgreed { root: Root([7; 32]), ..agreed(forger) };
        forger.append(village().key("造册复核"), Body::RosterChecked(agreed))
    })
}

fn wrong_month(scene: &mut Scene) -> Option<u64> {
    rebuild(scene, |forger| {
        let height = forger.books.height;
        let closed = MonthClosed { height, period: code("2020-11"), table: Digest([7; 32]) };
        forger.append(village().key("会计"), Body::MonthClosed(closed))
    })
}

/// A new key for the holder of a post, vouched for by the holders of others.
fn enrolment(
    forger: &Forger,
    post: &str,
    vouchers: [&str; 2],
    new: &SigningKey,
    proof: &SigningKey,
) -> Body {
    let record = KeyRecord::new(holder(forger, post), &new.verifying_key());
    let countersigned = vouchers.map(|voucher| {
        let key = village().key(voucher);
        Countersign {
            key: key_id(&key.verifying_key()),
            sig: record.vouch(ORIGIN, Vouching::Countersignature, key).unwrap(),
        }
    });
    Body::KeyEnrolled(KeyEnrolled {
        countersigned: countersigned.to_vec(),
        possession: record.vouch(ORIGIN, Vouching::Possession, proof).unwrap(),
        record,
    })
}

fn one_sided_key(scene: &mut Scene) -> Option<u64> {
    rebuild(scene, |forger| {
        let new = SigningKey::from_bytes(&[9; 32]);
        let body = enrolment(forger, "局长", ["系统管理员", "造册复核"], &new, &new);
        forger.append(village().key("系统管理员"), body)
    })
}

fn key_without_possession(scene: &mut Scene) -> Option<u64> {
    rebuild(scene, |forger| {
        let (new, proof) = (SigningKey::from_bytes(&[9; 32]), SigningKey::from_bytes(&[8; 32]));
        let vouchers = ["系统管理员", "监督检查室主任"];
        let body = enrolment(forger, "局长", vouchers, &new, &proof);
        forger.append(village().key("系统管理员"), body)
    })
}

fn turned_inspector(scene: &mut Scene) -> Option<u64> {
    let unit = UnitRegistered {
        name: "样例县民政局".to_owned(),
        side: Side::Inspection,
        town: None,
        unit: code("MZJ"),
    };
    sign(scene, "系统管理员", Body::UnitRegistered(unit))
}

/// A supplementary roster over the story's entitlements, its manifest changed before it is signed.
fn roster(scene: &Scene, change: impl FnOnce(&mut RosterDrawn)) -> Option<u64> {
    rebuild(scene, |forger| {
        let (body, lines) = forger.roster("T20C0", "2020-12");
        let Body::RosterDrawn(mut drawn) = body else { unreachable!() };
        change(&mut drawn);
        let key = village().key("造册经办");
        forger.append_with_lines(key, Body::RosterDrawn(drawn), &lines)
    })
}

fn wrong_root(scene: &mut Scene) -> Option<u64> {
    roster(scene, |drawn| drawn.manifest.root = Root([7; 32]))
}

fn wrong_total(scene: &mut Scene) -> Option<u64> {
    roster(scene, |drawn| {
        let more = Money::from_fen(drawn.manifest.total_fen.fen() + 1);
        drawn.manifest.total_fen = more;
    })
}

fn wrong_lines(scene: &mut Scene) -> Option<u64> {
    rebuild(scene, |forger| {
        let at = forger.find("entitlements.brought_in", 0) + 1;
        let (_, line) = Line::decode(&forger.entries[at]).unwrap();
        let (manifest, _) = line::seal(std::slice::from_ref(&line)).unwrap();
        let (period, scheme) = (code("2020-12"), code("TK-S"));
        let (batch, kind) = (code("T20C0"), RosterKind::Regular);
        let drawn = RosterDrawn { batch, kind, manifest, period, scheme };
        let key = village().key("造册经办");
        forger.append_with_lines(key, Body::RosterDrawn(drawn), &[line])
    })
}

/// The bookkeeper had verified a checkpoint of another history: two acts of two forks prove the fork.
fn seen_elsewhere(scene: &mut Scene) -> Option<u64> {
    let mut other = scene.forger();
    other.append(village().key("社会救助股股长"), release(7, "2020-11-07"));
    rebuild(scene, |forger| {
        let key = village().key("会计");
        forger.append(key, release(6, "2020-11-07"));
        forger.seen = other.root_at(other.entries.len());
        forger.append(key, release(8, "2020-11-08"))
    })
}
