//! Acts for money that does not wait for a roster: advances 先行救助 and insurance claims 理赔.

use crate::ids::{
    ActId, AdvanceId, ClaimId, Digest, FundCode, HouseholdId, PersonId, PolicyCode, SchemeCode,
};
use crate::money::Money;
use crate::period::Date;

use super::{Manifest, wire};

wire! {
    /// `advance.paid`: aid paid first out of a town's float; the forms follow within the scheme's deadline.
    AdvancePaid {
        /// The case.
        advance: AdvanceId,
        /// The amount.
        amount_fen: Money,
        /// The emergency in words, without names.
        cause: String,
        /// Day of payment.
        date: Date,
        /// The float.
        fund: FundCode,
        /// The household.
        household: HouseholdId,
        /// Who received it.
        payee: PersonId,
        /// Digest of the signed receipt.
        receipt: Digest,
        /// The scheme.
        scheme: SchemeCode,
    }

    /// `advance.regularised`: the forms are complete 补办.
    AdvanceRegularised {
        /// The case.
        advance: AdvanceId,
        /// Day on which the forms were complete.
        date: Date,
        /// Digest of the forms.
        evidence: Digest,
        /// The payment they belong to: its id binds its content.
        paid: ActId,
    }

    /// `insurance.opened`: a policy 防返贫保险. Its money is the insurer's and never the treasury's.
    InsuranceOpened {
        /// Total cover.
        cover_fen: Money,
        /// First day.
        from: Date,
        /// Number of insured persons, as the policy states it.
        insured: u32,
        /// The insurer.
        insurer: String,
        /// Natural days of public notice between assessment and payment, if the policy asks for one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        notice_days: Option<u16>,
        /// The policy.
        policy: PolicyCode,
        /// The premium.
        premium_fen: Money,
        /// Last day.
        until: Date,
    }

    /// `insurance.listed`: persons on the policy's roster 参保名单 (lines `insured`).
    InsuranceListed {
        /// The lines.
        manifest: Manifest,
        /// The policy.
        policy: PolicyCode,
        /// Where the list comes from, in words.
        source: String,
    }

    /// `loans.listed`: loans that a bank gave to persons (lines `loan`); memo figures 备查, never our money.
    LoansListed {
        /// The bank.
        bank: String,
        /// Digest of the bank's list.
        file: Digest,
        /// The lines.
        manifest: Manifest,
    }

    /// `claim.filed`: a claim 报案.
    ClaimFiled {
        /// The case.
        claim: ClaimId,
        /// The event in words, without names.
        event: String,
        /// Day of filing.
        filed: Date,
        /// The household.
        household: HouseholdId,
        /// Day of the loss.
        loss: Date,
        /// The insured person.
        person: PersonId,
        /// The policy.
        policy: PolicyCode,
    }

    /// `claim.assessed`: the loss is assessed 查勘定损.
    ClaimAssessed {
        /// What the insurer owes.
        amount_fen: Money,
        /// Day of the assessment.
        assessed: Date,
        /// The case.
        claim: ClaimId,
        /// Digest of the report.
        evidence: Digest,
    }

    /// `claim.noticed`: the public notice 公示 over an assessment is over.
    ClaimNoticed {
        /// The assessment that was shown.
        assessment: ActId,
        /// The case.
        claim: ClaimId,
        /// Last day.
        ends: Date,
        /// Objections raised and not settled.
        objections: u32,
        /// Digest of the photo of the board.
        photo: Digest,
        /// Where it hung.
        place: String,
        /// First day.
        starts: Date,
    }

    /// `claim.settled`: the insurer paid; a memo entry 备查.
    ClaimSettled {
        /// What the insurer paid.
        amount_fen: Money,
        /// The assessment: its id binds its content.
        assessment: ActId,
        /// The case.
        claim: ClaimId,
        /// Day of payment.
        date: Date,
        /// Digest of the insurer's voucher.
        voucher: Digest,
    }

    /// `claim.declined`: the insurer refuses 拒赔.
    ClaimDeclined {
        /// The case.
        claim: ClaimId,
        /// Why.
        reason: String,
    }
}
