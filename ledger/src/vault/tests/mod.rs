//! What the vault as a whole promises.

mod damage;

use std::path::Path;

use super::store::Table;
use super::*;
use crate::ids::{AccountId, Commitment, OfficerId, PersonId};
use crate::vault::fields::digest_of;

const MASTER: [u8; 32] = [9; 32];
const ORDER: ActId = ActId([5; 32]);

fn create(folder: &Path) -> Vault {
    Vault::create(folder, MasterKey::from_bytes(MASTER), Box::new(OsRandomness)).unwrap()
}

fn open(folder: &Path) -> Result<Vault, VaultFailure> {
    Vault::open(folder, MasterKey::from_bytes(MASTER), Box::new(OsRandomness))
}

fn note() -> AccessNote {
    AccessNote {
        officer: OfficerId::from_bytes([1; 16]),
        purpose: "核对户名".to_owned(),
        at: "2020-10-08T09:30:00+08:00".to_owned(),
    }
}

/// An invented person of division 000000 with a valid check character.
fn person(number: u32) -> PersonFields {
    let first17 = format!("00{:04}19670401{:03}", number / 1000, number % 1000);
    let check = crate::check_digits::id_check_character(&first17).unwrap();
    PersonFields {
        name: format!("欧阳青禾{number}"),
        id_no: format!("{first17}{check}"),
        phone: None,
        address: Some("虚构村1号".to_owned()),
    }
}

fn account(number: u32) -> AccountFields {
    AccountFields {
        number: format!("99990000{number:011}"),
        bank_name: "虚构农商行".to_owned(),
        holder_name: format!("欧阳青禾{number}"),
    }
}

fn register(vault: &Vault, number: u32) -> (PersonId, Registered) {
    let registered = vault.register(NewSubject::Person(person(number))).unwrap();
    (registered.person().unwrap(), registered)
}

fn expected(registered: &[Registered]) -> Vec<(Subject, Field, Commitment)> {
    let of = |one: &Registered| {
        let subject = one.subject.clone();
        let all = one.commitments.clone().into_iter();
        all.map(move |(field, commitment)| (subject.clone(), field, commitment)).collect::<Vec<_>>()
    };
    registered.iter().flat_map(of).collect()
}

#[test]
fn what_was_registered_reads_back_after_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let vault = create(folder.path());
    let (id, registered) = register(&vault, 1);
    let card = vault.register(NewSubject::Account(account(1))).unwrap().account().unwrap();
    drop(vault);
    let vault = open(folder.path()).unwrap();
    assert_eq!(vault.read_person(id, &note()).unwrap(), person(1));
    assert_eq!(vault.read_account(card, &note()).unwrap(), account(1));
    assert_eq!(registered.commitments.len(), 3);
    assert!(vault.audit(expected(&[registered])).unwrap().is_whole());
}

#[test]
fn one_real_person_is_one_id() {
    let folder = tempfile::tempdir().unwrap();
    let vault = create(folder.path());
    let (id, first) = register(&vault, 1);
    let (again, second) = register(&vault, 1);
    assert_eq!(id, again);
    assert_eq!(first.commitments, second.commitments);
    assert!(second.existed && second.differs.is_empty());
    assert_eq!(vault.find_person(&person(1).id_no).unwrap(), Some(id));
    assert_eq!(vault.find_person(&person(2).id_no).unwrap(), None);
    // A person in office is another kind of subject, under an id of its own.
    let officer = OfficerFields { name: person(1).name, id_no: person(1).id_no };
    let officer = vault.register(NewSubject::Officer(officer)).unwrap();
    assert!(!officer.existed);
    assert_eq!(vault.find_officer(&person(1).id_no).unwrap(), officer.officer());
}

#[test]
fn the_same_person_twice_in_one_batch_is_one_id() {
    let folder = tempfile::tempdir().unwrap();
    let vault = create(folder.path());
    let other = PersonFields { name: "司马青禾".to_owned(), ..person(1) };
    let all =
        vault.register_all(&[NewSubject::Person(person(1)), NewSubject::Person(other)]).unwrap();
    assert_eq!(all[0].subject, all[1].subject);
    assert_eq!(all[1].differs, [Field::Name]);
    let stored = vault.read_person(all[0].person().unwrap(), &note()).unwrap();
    assert_eq!(stored.name, person(1).name, "what was handed in later is not written");
}

#[test]
fn a_refused_field_registers_nobody_of_the_batch() {
    let folder = tempfile::tempdir().unwrap();
    let vault = create(folder.path());
    let nameless = PersonFields { name: String::new(), ..person(2) };
    let batch = [NewSubject::Person(person(1)), NewSubject::Person(nameless)];
    assert_eq!(vault.register_all(&batch).unwrap_err().code(), "vault.field_refused");
    assert_eq!(vault.find_person(&person(1).id_no).unwrap(), None);
}

#[test]
fn a_programme_account_has_one_code_and_one_number() {
    let folder = tempfile::tempdir().unwrap();
    let vault = create(folder.path());
    let new = |code: &str, number: &str| {
        let fields = ProgrammeAccountFields {
            number: number.to_owned(),
            holder_name: "青禾县财政局".to_owned(),
        };
        NewSubject::ProgrammeAccount(code.parse().unwrap(), fields)
    };
    assert!(!vault.register(new("ZH-01", "1001")).unwrap().existed);
    assert!(vault.register(new("ZH-01", "1001")).unwrap().existed);
    for (code, number) in [("ZH-02", "1001"), ("ZH-01", "1002")] {
        let failure = vault.register(new(code, number)).unwrap_err();
        assert_eq!(failure.code(), "vault.conflict", "{code} {number}");
    }
    let code = vault.find_programme_account("10 01").unwrap().unwrap();
    assert_eq!(vault.read_programme_account(&code, &note()).unwrap().number, "1001");
    // Written down wrongly and found out before any act rested on it.
    let subject = Subject::ProgrammeAccount(code.clone());
    vault.amend(&subject, Field::Number, "1009").unwrap();
    assert_eq!(vault.find_programme_account("1001").unwrap(), None);
    assert_eq!(vault.find_programme_account("1009").unwrap(), Some(code.clone()));
    assert_eq!(vault.read_programme_account(&code, &note()).unwrap().number, "1009");
}

#[test]
fn an_amended_field_keeps_its_earlier_commitments_openable() {
    let folder = tempfile::tempdir().unwrap();
    let vault = create(folder.path());
    let (id, registered) = register(&vault, 1);
    let subject = Subject::Person(id);
    let phone = vault.amend(&subject, Field::Phone, "19900000001").unwrap();
    assert_eq!(vault.amend(&subject, Field::Phone, "19900000001").unwrap(), phone);
    let read_name = || vault.read_names_and_numbers((&[id], &[]), &note()).unwrap().0;
    assert_eq!(read_name(), [Ok(person(1).name)]);
    let name = vault.amend(&subject, Field::Name, "司马青禾").unwrap();
    let id_no = vault.amend(&subject, Field::IdNo, &person(2).id_no).unwrap();
    assert_eq!(vault.find_person(&person(2).id_no).unwrap(), Some(id));
    assert_eq!(vault.find_person(&person(1).id_no).unwrap(), None);
    assert_eq!(vault.read_person(id, &note()).unwrap().name, "司马青禾");
    assert_eq!(read_name(), [Ok("司马青禾".to_owned())]);
    let mut all = expected(&[registered]);
    all.extend([
        (subject.clone(), Field::Phone, phone),
        (subject.clone(), Field::Name, name),
        (subject.clone(), Field::IdNo, id_no),
    ]);
    let report = vault.audit(all).unwrap();
    assert!(report.is_whole(), "{report:?}");
    assert_eq!(report.opened, 6);
    let (_, other) = register(&vault, 3);
    let taken = vault.amend(&other.subject, Field::IdNo, &person(2).id_no).unwrap_err();
    assert_eq!(taken, VaultFailure::Conflict(subject.clone()));
    assert_eq!(
        vault.amend(&subject, Field::Number, "1").unwrap_err().code(),
        "vault.field_refused"
    );
}

#[test]
fn the_erased_stay_erased_and_name_their_order() {
    let folder = tempfile::tempdir().unwrap();
    let vault = create(folder.path());
    let (id, gone) = register(&vault, 1);
    let (_, stays) = register(&vault, 2);
    let old_key = vault.store.get(Table::Keys, gone.subject.to_string().as_bytes()).unwrap();
    let read_name = || vault.read_names_and_numbers((&[id], &[]), &note()).unwrap().0;
    assert_eq!(read_name(), [Ok(person(1).name)]);
    vault.erase(std::slice::from_ref(&gone.subject), ORDER).unwrap();
    let erased = VaultFailure::Erased { subject: gone.subject.clone(), order: ORDER };
    assert_eq!(read_name(), [Err(erased.clone())], "what was open is closed too");
    vault.erase(std::slice::from_ref(&gone.subject), ORDER).unwrap();
    drop(vault);
    let vault = open(folder.path()).unwrap();
    assert_eq!(vault.read_person(id, &note()), Err(erased.clone()));
    assert_eq!(vault.amend(&gone.subject, Field::Name, "王一"), Err(erased.clone()));
    assert_eq!(vault.erase(std::slice::from_ref(&gone.subject), ActId([6; 32])), Err(erased));
    assert_eq!(vault.find_person(&person(1).id_no).unwrap(), None);
    assert_eq!(vault.standing(&gone.subject).unwrap(), Standing::Erased(ORDER));
    let report = vault.audit(expected(&[gone.clone(), stays])).unwrap();
    assert!(report.is_whole(), "{report:?}");
    assert_eq!((report.opened, report.erased_by_order), (3, vec![(gone.subject.clone(), ORDER)]));
    // The old record of the key, as an old file of the store would hold it, opens nothing any more.
    let key = gone.subject.to_string();
    assert!(unwrap_key(&vault.ring(), key.as_bytes(), &old_key.unwrap()).is_err());
    // Who comes back is somebody new.
    assert_ne!(register(&vault, 1).0, id);
}

#[test]
fn a_crash_in_the_midst_of_an_erasure_loses_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let vault = create(folder.path());
    let (id, _) = register(&vault, 1);
    {
        let mut state = vault.state();
        let mut ring = vault.ring_to_turn();
        ring.begin(&vault.folder, &vault.master, state.randomness.as_mut()).unwrap();
    }
    let (late, _) = register(&vault, 2);
    drop(vault);
    let vault = open(folder.path()).unwrap();
    assert!(!vault.ring().is_turning());
    assert_eq!(vault.read_person(id, &note()).unwrap(), person(1));
    assert_eq!(vault.read_person(late, &note()).unwrap(), person(2));
    drop(vault);
    assert!(open(folder.path()).unwrap().audit([]).unwrap().is_whole());
}

#[test]
fn another_master_key_is_refused_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let vault = create(folder.path());
    let (id, _) = register(&vault, 1);
    drop(vault);
    let wrong = Vault::open(folder.path(), MasterKey::from_bytes([8; 32]), Box::new(OsRandomness));
    assert_eq!(wrong.err(), Some(VaultFailure::WrongMasterKey));
    assert_eq!(open(folder.path()).unwrap().read_person(id, &note()).unwrap(), person(1));
}

#[test]
fn an_absent_existing_or_open_vault_is_said_to_be_so() {
    let folder = tempfile::tempdir().unwrap();
    let vault = folder.path().join("vault");
    assert_eq!(open(&vault).err().unwrap().code(), "vault.absent");
    assert!(!vault.exists(), "looking does not make one");
    let kept = create(&vault);
    assert_eq!(open(&vault).err(), Some(VaultFailure::Locked));
    let again = Vault::create(&vault, MasterKey::from_bytes(MASTER), Box::new(OsRandomness));
    assert_eq!(again.err().unwrap().code(), "vault.exists");
    drop(kept);
}

#[test]
fn every_reading_is_recorded_once_with_its_count() {
    let folder = tempfile::tempdir().unwrap();
    let vault = create(folder.path());
    let ids: Vec<PersonId> = (0..150).map(|number| register(&vault, number).0).collect();
    assert!(vault.accesses().unwrap().is_empty(), "registering is no reading");
    let answers = vault.read_persons(&ids, &note()).unwrap();
    assert!(answers.iter().all(Result::is_ok));
    let nobody = PersonId::from_bytes([4; 16]);
    assert_eq!(vault.read_person(nobody, &note()).unwrap_err().code(), "vault.not_found");
    vault.audit([]).unwrap();
    drop(vault);
    let vault = open(folder.path()).unwrap();
    vault.read_person(ids[0], &note()).unwrap();
    let accesses = vault.accesses().unwrap();
    assert_eq!(accesses.iter().map(|access| access.count).collect::<Vec<_>>(), [150, 1, 1]);
    assert_eq!(accesses[0].subjects.len(), access::NAMED);
    assert_eq!(accesses[1].subjects, [Subject::Person(nobody)]);
    assert_eq!((accesses[2].number, accesses[2].purpose.as_str()), (2, "核对户名"));
    let (names, numbers) = vault
        .read_names_and_numbers((&ids[..2], &[AccountId::from_bytes([4; 16])]), &note())
        .unwrap();
    assert_eq!(
        names.into_iter().collect::<Result<Vec<_>, _>>(),
        Ok(vec![person(0).name, person(1).name])
    );
    assert_eq!(numbers[0].as_ref().unwrap_err().code(), "vault.not_found");
    let together = vault.accesses().unwrap();
    let told: Vec<_> =
        together.iter().skip(3).map(|one| (one.number, one.kind.as_str(), one.count)).collect();
    assert_eq!(told, [(3, "person", 2), (4, "account", 1)]);
    vault.read_names_and_numbers((&[], &[]), &note()).unwrap();
    assert_eq!(vault.accesses().unwrap().len(), 5, "of nobody nothing is read");
    vault.read_names_and_numbers((&ids[..2], &[]), &note()).unwrap();
    let again = vault.accesses().unwrap().pop().unwrap();
    assert_eq!((again.number, again.count), (5, 2), "what is open already is read again");
    let silent = AccessNote { purpose: " ".to_owned(), ..note() };
    assert_eq!(vault.read_person(ids[0], &silent), Err(VaultFailure::NoteRefused));
}

#[test]
fn readings_side_by_side_are_each_recorded_under_a_number_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let vault = create(folder.path());
    let ids: Vec<PersonId> = (0..8).map(|number| register(&vault, number).0).collect();
    std::thread::scope(|scope| {
        for (number, id) in (0..).zip(&ids) {
            let vault = &vault;
            scope.spawn(move || {
                for _ in 0..25 {
                    assert_eq!(vault.read_person(*id, &note()).unwrap(), person(number));
                }
            });
        }
        // Somebody is erased meanwhile, and everybody's key is wrapped anew.
        let gone = register(&vault, 99).1.subject;
        vault.erase(std::slice::from_ref(&gone), ORDER).unwrap();
    });
    drop(vault);
    // Gaps and doubles are refused here.
    let accesses = open(folder.path()).unwrap().accesses().unwrap();
    assert_eq!(accesses.len(), 200);
    for id in ids {
        let of_one = accesses.iter().filter(|access| access.subjects == [Subject::Person(id)]);
        assert_eq!(of_one.count(), 25);
    }
}

#[test]
fn files_and_remarks_read_back_and_are_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let vault = create(folder.path());
    let file = BankFile { name: "回盘.txt".to_owned(), bytes: vec![0x82, 0x7C, 0, 13, 10] };
    let digest = vault.put_file(&file).unwrap();
    assert_eq!(digest, digest_of(&file.bytes));
    assert_eq!(vault.put_file(&file).unwrap(), digest);
    assert_eq!(vault.read_file(digest, &note()).unwrap(), file);
    vault.put_remark("D20A00000017", "户名不符").unwrap();
    vault.put_remark("D20A00000017", "户名不符").unwrap();
    assert_eq!(vault.put_remark("D20A00000017", "已销户").unwrap_err().code(), "vault.conflict");
    assert_eq!(vault.put_remark("户名", "x").unwrap_err().code(), "vault.remark_key_refused");
    let twice = [("D20A00000018", "a"), ("D20A00000018", "b")];
    assert_eq!(vault.put_remarks(&twice).unwrap_err().code(), "vault.conflict");
    assert_eq!(vault.read_remark("D20A00000017", &note()).unwrap(), "户名不符");
    vault.erase(&[Subject::File(digest)], ORDER).unwrap();
    assert_eq!(vault.read_file(digest, &note()).unwrap_err().code(), "vault.erased");
    assert_eq!(vault.put_file(&file).unwrap_err().code(), "vault.erased");
}

#[test]
fn one_seed_gives_one_set_of_ids_and_commitments() {
    let seeded = || {
        let mut next = 0_u64;
        Box::new(move |bytes: &mut [u8]| {
            for chunk in bytes.chunks_mut(32) {
                next += 1;
                let block = digest_of(&next.to_be_bytes()).0;
                chunk.copy_from_slice(&block[..chunk.len()]);
            }
        })
    };
    let made = || {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::create(folder.path(), MasterKey::from_bytes(MASTER), seeded()).unwrap();
        vault.register_all(&(0..9).map(|n| NewSubject::Person(person(n))).collect::<Vec<_>>())
    };
    assert_eq!(made().unwrap(), made().unwrap());
}
