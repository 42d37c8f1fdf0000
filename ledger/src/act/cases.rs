//! Acts of a case: from application to entitlement, its adjustment and stop.

use crate::ids::{
    ActId, ApplicationId, Digest, EntitlementId, HouseholdId, PersonId, Root, SchemeCode,
};
use crate::money::Money;
use crate::period::{Date, Period};

use super::policies::Step;
use super::{Manifest, wire};

wire! {
    /// One visible part of an amount, such as `差额补助` or `分类施保`.
    Part {
        /// The monthly amount.
        amount_fen: Money,
        /// What it is for; the standard of that name limits it.
        label: String,
        /// How many units, where the standard is per unit: days attended, animals, square metres.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        quantity: Option<u32>,
    }

    /// `application.filed`: an application 申请, or a case found by the office 主动发现.
    ApplicationFiled {
        /// The case.
        application: ApplicationId,
        /// Category within the scheme.
        category: String,
        /// What it is asked for 事由, in words without names: where a scheme counts how often the same cause was helped.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cause: Option<String>,
        /// Day of filing.
        filed: Date,
        /// The household.
        household: HouseholdId,
        /// Whose account is to be credited.
        payee: PersonId,
        /// For whom.
        persons: Vec<PersonId>,
        /// The scheme.
        scheme: SchemeCode,
    }

    /// `application.surveyed`: what the visit found and what amount follows from it.
    ApplicationSurveyed {
        /// The case.
        application: ApplicationId,
        /// Digest of the survey form.
        evidence: Digest,
        /// The proposed monthly amount in its parts.
        parts: Vec<Part>,
        /// Day of the visit.
        surveyed: Date,
    }

    /// `application.survey_joined`: another surveyor confirms the same findings.
    ApplicationSurveyJoined {
        /// The case.
        application: ApplicationId,
        /// The survey: its id binds its content.
        survey: ActId,
    }

    /// `application.noticed`: the public notice 公示 is over.
    ApplicationNoticed {
        /// The case.
        application: ApplicationId,
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
        /// The survey that was shown.
        survey: ActId,
    }

    /// `application.step_passed`: a step of the chain that has no act of its own: 村荐, 验收.
    ApplicationStepPassed {
        /// The case.
        application: ApplicationId,
        /// Digest of the minutes or the report.
        evidence: Digest,
        /// The step.
        step: Step,
        /// The survey whose content it is about; absent before there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        survey: Option<ActId>,
    }

    /// `application.reviewed`: the town agrees 乡镇审核.
    ApplicationReviewed {
        /// The case.
        application: ApplicationId,
        /// The survey whose content is approved.
        survey: ActId,
    }

    /// `application.confirmed`: the county confirms 县级确认; the entitlement exists from here on.
    ApplicationConfirmed {
        /// The case.
        application: ApplicationId,
        /// Day of confirmation.
        confirmed: Date,
        /// The entitlement that it creates.
        entitlement: EntitlementId,
        /// First month payable.
        from: Period,
        /// Last month payable, for a scheme that pays a number of months.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        last: Option<Period>,
        /// The survey whose content is approved.
        survey: ActId,
    }

    /// `application.declined`: the case ends without an entitlement.
    ApplicationDeclined {
        /// The case.
        application: ApplicationId,
        /// Why, as the applicant is told.
        reason: String,
    }

    /// `repeat.allowed`: the county allows the same household to be helped once more for the same cause in a year 县级核实.
    RepeatAllowed {
        /// The cause, in the words of the case.
        cause: String,
        /// Digest of the proof.
        evidence: Digest,
        /// The household.
        household: HouseholdId,
        /// Why.
        reason: String,
        /// The scheme.
        scheme: SchemeCode,
        /// The calendar year.
        year: i16,
    }

    /// `entitlements.brought_in`: entitlements confirmed before these books began (lines `entitlement`).
    EntitlementsBroughtIn {
        /// The lines.
        manifest: Manifest,
        /// The scheme.
        scheme: SchemeCode,
        /// Where the list comes from, in words.
        source: String,
    }

    /// `entitlements.confirmed`: the county confirms such a list; its entitlements exist from here on.
    EntitlementsConfirmed {
        /// The list.
        brought_in: ActId,
        /// The root of its lines.
        root: Root,
    }

    /// `entitlement.adjusted`: another amount from a month on. Takes effect when confirmed.
    EntitlementAdjusted {
        /// The entitlement.
        entitlement: EntitlementId,
        /// Digest of the proof.
        evidence: Digest,
        /// First month of the new amount.
        from: Period,
        /// The new monthly amount in its parts.
        parts: Vec<Part>,
        /// Why.
        reason: String,
    }

    /// `entitlement.adjustment_confirmed`: by another person than the one who proposed it.
    AdjustmentConfirmed {
        /// The adjustment: its id binds its content.
        adjustment: ActId,
    }

    /// `entitlements.adjusted`: other amounts of many entitlements of a scheme from a month on, as when a standard is raised 批量调整
    /// (lines `adjustment`). Takes effect when confirmed.
    EntitlementsAdjusted {
        /// Digest of the proof: as a rule the document that raises the standard.
        evidence: Digest,
        /// First month of the new amounts.
        from: Period,
        /// The lines.
        manifest: Manifest,
        /// Why.
        reason: String,
        /// The scheme that all of them belong to.
        scheme: SchemeCode,
    }

    /// `entitlements.adjustment_confirmed`: the county confirms such a list, by its root.
    AdjustmentListConfirmed {
        /// The list.
        adjustments: ActId,
        /// The root of its lines.
        root: Root,
    }

    /// `entitlements.adjustment_withdrawn`: a list that waits for confirmation is taken back, or not confirmed; nothing changes.
    AdjustmentListWithdrawn {
        /// The list.
        adjustments: ActId,
        /// Why.
        reason: String,
    }

    /// `entitlement.stopped`: nothing is payable after the last month.
    EntitlementStopped {
        /// The entitlement.
        entitlement: EntitlementId,
        /// Digest of the proof.
        evidence: Digest,
        /// Last month payable.
        last: Period,
        /// Why.
        reason: String,
    }

    /// `stage.accepted`: a stage of works was inspected and is done 阶段验收. Its part is due once confirmed.
    StageAccepted {
        /// Day of the inspection.
        accepted: Date,
        /// The entitlement that the stages belong to.
        entitlement: EntitlementId,
        /// Digest of the inspection report.
        evidence: Digest,
        /// The month that it is paid for.
        period: Period,
        /// The stage: the label of a part.
        stage: String,
    }

    /// `stage.confirmed`: by another person than the one who inspected.
    StageConfirmed {
        /// The inspection: its id binds its content.
        acceptance: ActId,
    }
}
