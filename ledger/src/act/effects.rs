//! What an act means for the books by its kind alone: the day it posts on, and whether it can be put right.

use super::Body;
use crate::ids::{ActId, Digest};
use crate::period::Date;

impl Body {
    /// The day on which an act posts to the books, for acts that do. That day's month must be open (I6).
    #[must_use]
    #[rustfmt::skip]
    pub const fn posting_date(&self) -> Option<Date> {
        match self {
            Body::FundAllotted(b) => Some(b.arrived),
            Body::FundReleased(b) => Some(b.date),
            Body::FundContributed(b) => Some(b.date),
            Body::FundMoved(b) => Some(b.date),
            Body::FundReturned(b) => Some(b.date),
            Body::GoodsReceived(b) => Some(b.arrived),
            Body::GoodsHandedOut(b) => Some(b.date),
            Body::AdvancePaid(b) => Some(b.date),
            Body::ClaimSettled(b) => Some(b.date),
            Body::PaymentFileReleased(b) => Some(b.date),
            Body::ResponseImported(b) => Some(b.booked),
            Body::ReturnsImported(b) => Some(b.booked),
            Body::StatementImported(b) => Some(b.until),
            Body::ExceptionResolved(b) => Some(b.booked),
            Body::ClearingUndone(b) => Some(b.booked),
            Body::RecoveryOrdered(b) => Some(b.date),
            Body::RecoveryReceived(b) => Some(b.date),
            Body::EntryReversed(b) => Some(b.date),
            Body::Founded(_) | Body::UnitRegistered(_) | Body::OfficerAppointed(_) | Body::OfficerDismissed(_)
            | Body::KeyEnrolled(_) | Body::KeyRevoked(_) | Body::KeyRotated(_) | Body::ActsReconfirmed(_)
            | Body::ActsDisowned(_) | Body::LogKeyAnnounced(_) | Body::LogKeyRetired(_) | Body::CalendarPublished(_)
            | Body::SchemeSet(_) | Body::StandardSet(_) | Body::ExclusionSet(_) | Body::BankAccountOpened(_)
            | Body::FundOpened(_) | Body::PeopleRegistered(_) | Body::AccountChanged(_)
            | Body::AccountChangeApproved(_) | Body::PersonDied(_) | Body::ApplicationFiled(_)
            | Body::ApplicationSurveyed(_) | Body::ApplicationSurveyJoined(_) | Body::ApplicationNoticed(_)
            | Body::ApplicationReviewed(_) | Body::ApplicationConfirmed(_) | Body::ApplicationDeclined(_)
            | Body::EntitlementsBroughtIn(_) | Body::EntitlementsConfirmed(_) | Body::EntitlementAdjusted(_)
            | Body::EntitlementsAdjusted(_) | Body::AdjustmentListConfirmed(_) | Body::AdjustmentListWithdrawn(_)
            | Body::AdjustmentConfirmed(_) | Body::EntitlementStopped(_) | Body::AdvanceRegularised(_)
            | Body::InsuranceOpened(_) | Body::ClaimFiled(_) | Body::ClaimAssessed(_) | Body::ClaimDeclined(_)
            | Body::RosterDrawn(_) | Body::RosterChecked(_) | Body::RosterFinanceReviewed(_) | Body::RosterApproved(_)
            | Body::RosterWithdrawn(_) | Body::MonthClosed(_) | Body::BulletinIssued(_) | Body::StandardFloorSet(_)
            | Body::IndexPublished(_) | Body::ApplicationStepPassed(_) | Body::RepeatAllowed(_)
            | Body::InsuranceListed(_) | Body::ClaimNoticed(_) | Body::WatchBegun(_) | Body::WatchGraded(_)
            | Body::WatchEnded(_) | Body::LoansListed(_) | Body::OrganisationRegistered(_) | Body::OrganisationClosed(_) | Body::PayeeAuthorised(_)
            | Body::PersonFound(_) | Body::PersonSettled(_) | Body::PersonIdentified(_) | Body::StageAccepted(_)
            | Body::StageConfirmed(_) | Body::AlertRuleSet(_) | Body::MedicalListed(_) | Body::AlertAnswered(_)
            | Body::FlagRaised(_) | Body::FlagHandedOver(_) | Body::FlagChecked(_) | Body::FlagDecided(_)
            | Body::FlagRemedied(_) | Body::HandoverOffered(_) | Body::HandoverAccepted(_) => None,
        }
    }

    /// The bank profile by which an act's file was read or written, `id@version`, and the digest of its text, where the act
    /// says it.
    #[must_use]
    pub fn profile(&self) -> Option<(&str, Option<Digest>)> {
        if let Body::PaymentFileReleased(b) = self {
            Some((&b.profile, b.profile_text))
        } else if let Body::ResponseImported(b) = self {
            Some((&b.profile, b.profile_text))
        } else if let Body::ReturnsImported(b) = self {
            Some((&b.profile, b.profile_text))
        } else if let Body::StatementImported(b) = self {
            Some((&b.profile, b.profile_text))
        } else {
            None
        }
    }

    /// True for acts that post one amount by themselves, so that a full reversal and a correcting entry put them right.
    /// Payments are not among them: they fail, return or are recovered.
    #[must_use]
    pub const fn is_reversible(&self) -> bool {
        matches!(
            self,
            Body::FundAllotted(_)
                | Body::FundReleased(_)
                | Body::FundContributed(_)
                | Body::FundMoved(_)
                | Body::FundReturned(_)
                | Body::GoodsReceived(_)
                | Body::GoodsHandedOut(_)
                | Body::RecoveryReceived(_)
        )
    }

    /// The reversal that an act says it corrects.
    #[must_use]
    pub const fn corrects(&self) -> Option<ActId> {
        if let Body::FundAllotted(b) = self {
            b.corrects
        } else if let Body::FundReleased(b) = self {
            b.corrects
        } else if let Body::FundContributed(b) = self {
            b.corrects
        } else if let Body::FundMoved(b) = self {
            b.corrects
        } else if let Body::FundReturned(b) = self {
            b.corrects
        } else if let Body::RecoveryReceived(b) = self {
            b.corrects
        } else {
            None
        }
    }
}
