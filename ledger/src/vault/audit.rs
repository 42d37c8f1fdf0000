//! The vault's audit: opens every record and every commitment of the log. A machine's check, not a reading by a person:
//! nothing it opens leaves it, so it does not enter the record of access.

use std::collections::{BTreeMap, HashSet};

use super::access::open_access;
use super::erasure_key::KeyRing;
use super::failure::VaultFailure;
use super::fields::{Standing, digest_of};
use super::register::open_field;
use super::seal::SealKey;
use super::store::{FieldKey, Table};
use super::subject::{Field, Subject};
use super::{Vault, unwrap_key};
use crate::ids::{ActId, Commitment};

/// What an audit found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VaultReport {
    /// How many expected commitments were opened and agree.
    pub opened: u64,
    /// Every erased subject with the act that ordered it. The log must hold each of these orders.
    pub erased_by_order: Vec<(Subject, ActId)>,
    /// Expected by the log, not in the vault, and no order says why.
    pub missing: Vec<(Subject, Field)>,
    /// In the vault, readable, but with another content than the log's commitment (or a file's digest) says.
    pub mismatched: Vec<(Subject, Field)>,
    /// Records that do not decrypt or contradict each other: place and what is wrong, in Chinese.
    pub unreadable: Vec<String>,
}

impl VaultReport {
    /// True if nothing is missing, mismatched or unreadable. Erasures by order are no fault.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.missing.is_empty() && self.mismatched.is_empty() && self.unreadable.is_empty()
    }

    fn broken(&mut self, table: Table, key: &[u8], why: &str) {
        self.unreadable.push(format!("{}：{why}", table.place(key).text()));
    }

    fn failed(&mut self, failure: &VaultFailure) {
        self.unreadable.push(if let VaultFailure::Unreadable(place) = failure {
            format!("{place}：无法解开")
        } else {
            failure.to_string()
        });
    }
}

/// The subject that a walk stands at, with its key if there is a usable one.
struct Walked {
    subject: Subject,
    own: Option<SealKey>,
}

/// The subject whose commitments are being checked, with all that is stored of it, so that
/// its several fields cost one look-up.
struct Checked {
    walked: Walked,
    fields: Vec<(FieldKey, Vec<u8>)>,
}

impl Vault {
    /// Opens everything that is stored, then checks every expected commitment of the log. An expected
    /// commitment may be of any version that the vault keeps of that field.
    ///
    /// # Errors
    /// [`VaultFailure::Io`] only if nothing can be said at all; damage is in the report.
    pub fn audit(
        &self,
        expected: impl IntoIterator<Item = (Subject, Field, Commitment)>,
    ) -> Result<VaultReport, VaultFailure> {
        let _held = self.state();
        let ring = self.ring();
        let mut report = VaultReport::default();
        let erased = self.audit_erased(&mut report);
        self.audit_keys(&ring, &erased, &mut report);
        let mut identified = HashSet::new();
        for table in [Table::Fields, Table::Files] {
            self.audit_fields(&ring, table, &mut identified, &mut report);
        }
        self.audit_index(&identified, &mut report);
        self.audit_accesses(&mut report);
        let mut checked: Option<Checked> = None;
        for (subject, field, commitment) in expected {
            if erased.contains_key(&subject) {
                continue;
            }
            if checked.as_ref().is_none_or(|checked| checked.walked.subject != subject) {
                let fields = self.store.fields_of(&subject).unwrap_or_else(|failure| {
                    report.failed(&failure);
                    Vec::new()
                });
                let own = self.subject_key(&ring, &subject).ok();
                checked = Some(Checked { walked: Walked { subject, own }, fields });
            }
            if let Some(checked) = &checked {
                self.audit_commitment(checked, field, commitment, &mut report);
            }
        }
        report.erased_by_order = erased.into_iter().collect();
        Ok(report)
    }

    fn audit_erased(&self, report: &mut VaultReport) -> BTreeMap<Subject, ActId> {
        let mut erased = BTreeMap::new();
        for record in self.store.records(Table::Erased) {
            let opened = record.and_then(|(key, sealed)| {
                let subject = subject_of(Table::Erased, &key)?;
                Ok((subject, self.open_order(&key, &sealed)?))
            });
            match opened {
                Ok((subject, order)) => {
                    erased.insert(subject, order);
                }
                Err(failure) => report.failed(&failure),
            }
        }
        erased
    }

    fn audit_keys(
        &self,
        ring: &KeyRing,
        erased: &BTreeMap<Subject, ActId>,
        report: &mut VaultReport,
    ) {
        for record in self.store.records(Table::Keys) {
            let (key, wrapped) = match record {
                Ok(record) => record,
                Err(failure) => {
                    report.failed(&failure);
                    continue;
                }
            };
            match subject_of(Table::Keys, &key) {
                Ok(subject) if erased.contains_key(&subject) => {
                    report.broken(Table::Keys, &key, "已依令删除，密钥却仍在");
                }
                Ok(_) => {}
                Err(failure) => report.failed(&failure),
            }
            if let Err(failure) = unwrap_key(ring, &key, &wrapped) {
                report.failed(&failure);
            }
        }
    }

    /// Opens every version of every field; notes the index entries that the current versions call for.
    fn audit_fields(
        &self,
        ring: &KeyRing,
        table: Table,
        identified: &mut HashSet<([u8; 32], Subject)>,
        report: &mut VaultReport,
    ) {
        let mut walked: Option<Walked> = None;
        let mut numbers: BTreeMap<Subject, (Field, String)> = BTreeMap::new();
        for record in self.store.records(table) {
            let (key, sealed) = match record {
                Ok(record) => record,
                Err(failure) => {
                    report.failed(&failure);
                    continue;
                }
            };
            let Some(parsed) = FieldKey::parse(&key) else {
                report.broken(table, &key, "键的形式不对");
                continue;
            };
            if walked.as_ref().is_none_or(|walked| walked.subject != parsed.subject) {
                let own = self.subject_key(ring, &parsed.subject).ok();
                walked = Some(Walked { subject: parsed.subject.clone(), own });
            }
            let Some(own) = walked.as_ref().and_then(|walked| walked.own.as_ref()) else {
                report.broken(table, &key, "没有可用的密钥");
                continue;
            };
            match open_field(own, &parsed, &sealed) {
                Ok(open) => {
                    if parsed.field == Field::Bytes
                        && parsed.subject != Subject::File(digest_of(&open.value))
                    {
                        report.mismatched.push((parsed.subject.clone(), parsed.field));
                    }
                    if matches!(parsed.field, Field::IdNo | Field::Number) {
                        let number = String::from_utf8_lossy(&open.value).into_owned();
                        numbers.insert(parsed.subject, (parsed.field, number));
                    }
                }
                Err(failure) => report.failed(&failure),
            }
        }
        for (subject, (field, number)) in numbers {
            identified.insert((self.index_of(subject.kind(), field, &number), subject));
        }
    }

    /// Every number leads to its subject and nothing else stands in the index.
    fn audit_index(&self, identified: &HashSet<([u8; 32], Subject)>, report: &mut VaultReport) {
        let mut found = 0_usize;
        for record in self.store.records(Table::Index) {
            let opened = record.and_then(|(key, sealed)| {
                let subject = self.open_index(&key, &sealed)?;
                Ok((key, subject))
            });
            match opened {
                Ok((key, subject)) => {
                    let entry = <[u8; 32]>::try_from(key.as_slice()).map(|key| (key, subject));
                    if entry.is_ok_and(|entry| identified.contains(&entry)) {
                        found += 1;
                    } else {
                        report.broken(Table::Index, &key, "盲索引与条目不符");
                    }
                }
                Err(failure) => report.failed(&failure),
            }
        }
        if found < identified.len() {
            let lost = identified.len() - found;
            report.unreadable.push(format!("index：缺少{lost}条盲索引"));
        }
    }

    fn audit_accesses(&self, report: &mut VaultReport) {
        let mut next = 0_u64;
        for record in self.store.records(Table::Accesses) {
            let opened =
                record.and_then(|(key, sealed)| open_access(&self.record_key, &key, &sealed));
            match opened {
                Ok(access) => {
                    if access.number != next {
                        report.unreadable.push(format!("accesses：第{next}次查看的记录缺失"));
                    }
                    next = access.number.saturating_add(1);
                }
                Err(failure) => report.failed(&failure),
            }
        }
    }

    fn audit_commitment(
        &self,
        checked: &Checked,
        field: Field,
        commitment: Commitment,
        report: &mut VaultReport,
    ) {
        let Walked { subject, own } = &checked.walked;
        let mut versions = checked.fields.iter().filter(|(key, _)| key.field == field).peekable();
        let Some(own) = own else {
            // A key that is there but damaged was named by the walk over the keys.
            if !matches!(self.standing(subject), Ok(Standing::Kept)) {
                report.missing.push((subject.clone(), field));
            }
            return;
        };
        if versions.peek().is_none() {
            return report.missing.push((subject.clone(), field));
        }
        let mut unreadable = false;
        for (key, sealed) in versions {
            match open_field(own, key, sealed) {
                Ok(open) if open.commitment(field) == commitment => {
                    report.opened += 1;
                    return;
                }
                Ok(_) => {}
                Err(_) => unreadable = true,
            }
        }
        // A version that does not open could be the one; the walk over the fields has named it.
        if !unreadable {
            report.mismatched.push((subject.clone(), field));
        }
    }
}

fn subject_of(table: Table, key: &[u8]) -> Result<Subject, VaultFailure> {
    std::str::from_utf8(key)
        .ok()
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| table.place(key).unreadable())
}
