//! Works that are paid by progress 按进度拨付: the parts of an entitlement are stages, each due once, after its acceptance.

use std::collections::BTreeMap;

use crate::act::cases::{Part, StageAccepted};
use crate::ids::{ActId, EntitlementId};
use crate::period::Period;

/// A stage of works.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Stage {
    /// What is paid for it.
    pub part: Part,
    /// The month that it is due in, once accepted.
    pub due: Option<Period>,
}

/// All works.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Works {
    stages: BTreeMap<EntitlementId, Vec<Stage>>,
    /// Inspections by act; true once confirmed.
    pub acceptances: BTreeMap<ActId, (StageAccepted, bool)>,
}

impl Works {
    /// The stages of an entitlement that is paid by progress.
    #[must_use]
    pub fn stages(&self, entitlement: EntitlementId) -> Option<&[Stage]> {
        self.stages.get(&entitlement).map(Vec::as_slice)
    }

    pub(super) fn begin(&mut self, entitlement: EntitlementId, parts: &[Part]) {
        let stages = parts.iter().map(|part| Stage { part: part.clone(), due: None });
        self.stages.insert(entitlement, stages.collect());
    }

    pub(super) fn inspect(&mut self, act: ActId, accepted: &StageAccepted) {
        self.acceptances.insert(act, (accepted.clone(), false));
    }

    /// Takes an inspection as confirmed; gives its entitlement and month.
    pub(super) fn confirm(&mut self, act: ActId) -> Option<(EntitlementId, Period)> {
        let (accepted, done) = self.acceptances.get_mut(&act)?;
        *done = true;
        let stages = self.stages.get_mut(&accepted.entitlement)?;
        let stage = stages.iter_mut().find(|stage| stage.part.label == accepted.stage)?;
        stage.due = Some(accepted.period);
        Some((accepted.entitlement, accepted.period))
    }

    /// What is due of an entitlement in a month.
    pub(super) fn due(&self, entitlement: EntitlementId, period: Period) -> Vec<Part> {
        let stages = self.stages.get(&entitlement).into_iter().flatten();
        let due = stages.filter(|stage| stage.due == Some(period));
        due.map(|stage| stage.part.clone()).collect()
    }

    /// The last month in which anything is due, once every stage is accepted.
    pub(super) fn end(&self, entitlement: EntitlementId) -> Option<Period> {
        let months = self.stages.get(&entitlement)?.iter().map(|stage| stage.due);
        months.collect::<Option<Vec<_>>>()?.into_iter().max()
    }
}
