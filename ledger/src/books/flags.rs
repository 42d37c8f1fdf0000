//! Suspicions on their way: raised, handed over, checked, decided, put right.

use std::collections::BTreeMap;

use crate::act::Body;
use crate::act::flags::{
    FlagChecked, FlagDecided, FlagHandedOver, FlagRaised, FlagRemedied, Verdict,
};
use crate::ids::{ActId, FlagId, Seq};
use crate::words::words;

use super::Statement;

words! {
    /// How far a suspicion is.
    FlagStage {
        /// Raised 疑点.
        Raised = "raised", "已登记";
        /// Handed over 移交.
        HandedOver = "handed_over", "已移交";
        /// Reported on 核实.
        Checked = "checked", "已核实";
        /// Decided: true, and not put right yet.
        Upheld = "upheld", "属实待整改";
        /// Decided: nothing in it.
        Cleared = "cleared", "已排除";
        /// Put right 整改办结.
        Remedied = "remedied", "已整改";
    }
}

/// A suspicion.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Flag {
    /// The entry that raised it.
    pub at: Seq,
    /// What is suspected.
    pub raised: FlagRaised,
    /// Who was to look into it, by when; each time.
    pub handed: Vec<FlagHandedOver>,
    /// The reports, each by its act and with the number of hand-overs before it.
    pub checks: Vec<(ActId, usize, FlagChecked)>,
    /// The decision.
    pub decided: Option<FlagDecided>,
    /// How it was put right.
    pub remedied: Option<FlagRemedied>,
}

impl Flag {
    /// The newest hand-over.
    #[must_use]
    pub fn handed_over(&self) -> Option<&FlagHandedOver> {
        self.handed.last()
    }

    /// The newest report, by its act, if it answers the newest hand-over.
    #[must_use]
    pub fn check(&self) -> Option<(ActId, &FlagChecked)> {
        let newest = self.checks.last().filter(|(_, before, _)| *before == self.handed.len());
        newest.map(|(act, _, report)| (*act, report))
    }

    /// How far it is.
    #[must_use]
    pub fn stage(&self) -> FlagStage {
        if self.remedied.is_some() {
            FlagStage::Remedied
        } else if let Some(decided) = &self.decided {
            match decided.verdict {
                Verdict::Upheld => FlagStage::Upheld,
                Verdict::Cleared => FlagStage::Cleared,
            }
        } else if self.check().is_some() {
            FlagStage::Checked
        } else if self.handed_over().is_some() {
            FlagStage::HandedOver
        } else {
            FlagStage::Raised
        }
    }
}

/// All suspicions.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Flags {
    /// By id.
    pub all: BTreeMap<FlagId, Flag>,
}

impl Flags {
    pub(super) fn evolve(&mut self, statement: &Statement<'_>) {
        if let Body::FlagRaised(raised) = statement.body() {
            let flag = Flag {
                at: statement.at,
                raised: raised.clone(),
                handed: Vec::new(),
                checks: Vec::new(),
                decided: None,
                remedied: None,
            };
            self.all.insert(raised.flag, flag);
        } else if let Body::FlagHandedOver(handed) = statement.body() {
            if let Some(flag) = self.all.get_mut(&handed.flag) {
                flag.handed.push(handed.clone());
            }
        } else if let Body::FlagChecked(checked) = statement.body() {
            if let Some(flag) = self.all.get_mut(&checked.flag) {
                flag.checks.push((statement.id, flag.handed.len(), checked.clone()));
            }
        } else if let Body::FlagDecided(decided) = statement.body() {
            if let Some(flag) = self.all.get_mut(&decided.flag) {
                flag.decided = Some(decided.clone());
            }
        } else if let Body::FlagRemedied(remedied) = statement.body()
            && let Some(flag) = self.all.get_mut(&remedied.flag)
        {
            flag.remedied = Some(remedied.clone());
        }
    }
}
