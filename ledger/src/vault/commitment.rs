//! Commitments: what the log holds in place of a personal field. They bind the field and, while the
//! salt is secret, say nothing about it.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::subject::Field;
use crate::ids::Commitment;

/// The 32 random bytes that hide a field in its commitment. Kept sealed beside the field.
pub type Salt = [u8; 32];

/// The commitments of a subject's fields, as an act puts them into the log.
pub type Commitments = BTreeMap<Field, Commitment>;

/// The commitment to `value`: SHA-256(`"doudi/commit/v1/<field>\n"` ‖ salt ‖ value).
/// The label keeps a name from passing for an account's holder name.
#[must_use]
pub fn commit(field: Field, salt: &Salt, value: &[u8]) -> Commitment {
    let mut hash = Sha256::new();
    hash.update(b"doudi/commit/v1/");
    hash.update(field.word().as_bytes());
    hash.update(b"\n");
    hash.update(salt);
    hash.update(value);
    Commitment(hash.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::commit;
    use crate::vault::subject::Field;

    #[test]
    fn a_commitment_is_the_hash_that_the_format_page_states() {
        // printf 'doudi/commit/v1/name\n' ; 32 bytes 0x01 ; 王一  (docs/format/vault.md)
        assert_eq!(
            commit(Field::Name, &[1; 32], "王一".as_bytes()).to_string(),
            "3537de56bcde4c9f84aa9c89e833b33419e69ccee4622f5b6598cc70e3c9e71d"
        );
    }

    #[test]
    fn label_salt_and_value_all_count() {
        let given = commit(Field::Name, &[1; 32], b"a");
        assert_ne!(given, commit(Field::HolderName, &[1; 32], b"a"));
        assert_ne!(given, commit(Field::Name, &[2; 32], b"a"));
        assert_ne!(given, commit(Field::Name, &[1; 32], b"b"));
    }
}
