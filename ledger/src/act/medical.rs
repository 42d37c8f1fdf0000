//! Acts about medical spending that may ruin a household 医疗费用预警.

use crate::ids::{ApplicationId, Digest, PersonId, SchemeCode};
use crate::money::Money;
use crate::period::Period;

use super::{Manifest, wire};

wire! {
    /// `alert.rule_set`: from which spending in a year on a person is to be looked at.
    AlertRuleSet {
        /// The document it rests on.
        basis: String,
        /// First month in which spending is judged by it.
        from: Period,
        /// Above this total spending, for who draws one of `schemes` or is under watch 在册.
        listed_fen: Money,
        /// Above this own spending 自负, for everybody else.
        other_fen: Money,
        /// The schemes that make a person a listed one.
        schemes: Vec<SchemeCode>,
    }

    /// `medical.listed`: spending of persons in a year so far, as the medical insurance office gave it (lines `spending`).
    MedicalListed {
        /// Digest of the list.
        file: Digest,
        /// The lines.
        manifest: Manifest,
        /// Where the list comes from, in words.
        source: String,
    }

    /// `alert.answered`: what came of an alert: an application, or a reasoned no.
    AlertAnswered {
        /// The application, if one was filed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        application: Option<ApplicationId>,
        /// Digest of the visit's record.
        evidence: Digest,
        /// The person.
        person: PersonId,
        /// What the visit found; why there is no application, if there is none.
        reason: String,
        /// The year.
        year: i16,
    }
}
