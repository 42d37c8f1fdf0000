//! Which role each kind of act needs. docs/format/kinds.md is made from this table.

use super::Body;
use super::offices::Role;

impl Body {
    /// True if the act is about units, persons in office or keys: whose signature counts follows from these alone.
    #[must_use]
    pub const fn says_who_signs(&self) -> bool {
        matches!(
            self,
            Body::Founded(_)
                | Body::UnitRegistered(_)
                | Body::OfficerAppointed(_)
                | Body::OfficerDismissed(_)
                | Body::KeyEnrolled(_)
                | Body::KeyRevoked(_)
                | Body::KeyRotated(_)
                | Body::ActsReconfirmed(_)
                | Body::ActsDisowned(_)
                | Body::LogKeyAnnounced(_)
                | Body::LogKeyRetired(_)
        )
    }

    /// The role that the act needs of its signer; `None` where being in office is enough.
    #[must_use]
    #[rustfmt::skip]
    pub const fn role(&self) -> Option<Role> {
        match self {
            Body::Founded(_) | Body::UnitRegistered(_) | Body::OfficerAppointed(_) | Body::OfficerDismissed(_)
            | Body::KeyEnrolled(_) | Body::KeyRevoked(_) | Body::LogKeyAnnounced(_) | Body::LogKeyRetired(_) => Some(Role::Admin),
            // Whoever is in office may answer for own keys and acts; `law` says who for those of others.
            // Also raise a suspicion; who looks into it and puts it right is a rule by unit.
            Body::KeyRotated(_) | Body::ActsReconfirmed(_) | Body::ActsDisowned(_)
            | Body::FlagRaised(_) | Body::FlagChecked(_) | Body::FlagRemedied(_)
            | Body::HandoverOffered(_) | Body::HandoverAccepted(_) => None,
            Body::FlagHandedOver(_) | Body::FlagDecided(_) => Some(Role::Inspector),
            Body::CalendarPublished(_) | Body::SchemeSet(_) | Body::StandardSet(_) | Body::ExclusionSet(_)
            | Body::StandardFloorSet(_) | Body::IndexPublished(_) | Body::AlertRuleSet(_) => Some(Role::PolicySetter),
            Body::BankAccountOpened(_) | Body::FundOpened(_) | Body::FundAllotted(_) | Body::FundReleased(_)
            | Body::FundContributed(_) | Body::FundMoved(_) | Body::FundReturned(_) => Some(Role::FundKeeper),
            Body::PeopleRegistered(_) | Body::AccountChanged(_) | Body::PersonDied(_) | Body::ApplicationFiled(_)
            | Body::ApplicationNoticed(_) | Body::EntitlementsBroughtIn(_) | Body::EntitlementAdjusted(_)
            | Body::EntitlementsAdjusted(_) | Body::AdjustmentListWithdrawn(_)
            | Body::AdvancePaid(_) | Body::ApplicationStepPassed(_) | Body::WatchBegun(_) | Body::WatchGraded(_)
            | Body::InsuranceOpened(_) | Body::InsuranceListed(_) | Body::LoansListed(_)
            | Body::OrganisationRegistered(_) | Body::OrganisationClosed(_) | Body::PayeeAuthorised(_) | Body::PersonFound(_)
            | Body::PersonSettled(_) | Body::GoodsReceived(_) | Body::GoodsHandedOut(_) | Body::MedicalListed(_)
            | Body::ClaimFiled(_) | Body::ClaimNoticed(_) | Body::ClaimSettled(_) | Body::ClaimDeclined(_) => Some(Role::Registrar),
            Body::AccountChangeApproved(_) => Some(Role::AccountApprover),
            Body::ApplicationSurveyed(_) | Body::ApplicationSurveyJoined(_) | Body::ClaimAssessed(_)
            | Body::StageAccepted(_) | Body::AlertAnswered(_) => Some(Role::Surveyor),
            Body::ApplicationReviewed(_) | Body::AdvanceRegularised(_) => Some(Role::TownReviewer),
            Body::ApplicationConfirmed(_) | Body::ApplicationDeclined(_) | Body::EntitlementsConfirmed(_)
            | Body::AdjustmentConfirmed(_) | Body::AdjustmentListConfirmed(_) | Body::EntitlementStopped(_) | Body::StageConfirmed(_)
            | Body::PersonIdentified(_) | Body::RepeatAllowed(_) | Body::WatchEnded(_) => Some(Role::CountyConfirmer),
            Body::RosterDrawn(_) | Body::RosterWithdrawn(_) => Some(Role::RosterMaker),
            Body::RosterChecked(_) => Some(Role::RosterChecker),
            Body::RosterFinanceReviewed(_) => Some(Role::FinanceReviewer),
            Body::RosterApproved(_) => Some(Role::RosterApprover),
            Body::PaymentFileReleased(_) => Some(Role::Payer),
            Body::ResponseImported(_) | Body::ReturnsImported(_) | Body::StatementImported(_)
            | Body::RecoveryReceived(_) => Some(Role::Reconciler),
            Body::ExceptionResolved(_) | Body::ClearingUndone(_) | Body::RecoveryOrdered(_) | Body::EntryReversed(_) => {
                Some(Role::Supervisor)
            }
            Body::MonthClosed(_) => Some(Role::Accountant),
            Body::BulletinIssued(_) => Some(Role::BulletinWriter),
        }
    }
}
