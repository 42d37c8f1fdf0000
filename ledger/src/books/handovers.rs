//! Offices handed over: lists that were offered, and whether who follows accepted them.

use std::collections::BTreeMap;

use crate::act::Body;
use crate::act::handing::HandoverOffered;
use crate::ids::{ActId, OfficerId};

use super::Statement;

/// A list that was offered.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Handover {
    /// Who leaves.
    pub from: OfficerId,
    /// The list.
    pub offered: HandoverOffered,
    /// The act that accepted it.
    pub accepted: Option<ActId>,
}

/// All of them, by the act that offered.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Handovers {
    /// By act.
    pub all: BTreeMap<ActId, Handover>,
}

impl Handovers {
    pub(super) fn evolve(&mut self, statement: &Statement<'_>) {
        if let Body::HandoverOffered(offered) = statement.body() {
            let from = statement.officer;
            let handover = Handover { from, offered: offered.clone(), accepted: None };
            self.all.insert(statement.id, handover);
        } else if let Body::HandoverAccepted(accepted) = statement.body()
            && let Some(handover) = self.all.get_mut(&accepted.handover)
        {
            handover.accepted = Some(statement.id);
        }
    }
}
