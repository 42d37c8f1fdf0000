//! Acts of watching households that may fall back into poverty 防返贫动态监测.

use crate::ids::{Digest, HouseholdId, PersonId};
use crate::period::Date;
use crate::words::words;

use super::wire;

words! {
    /// Why a household is watched 三类风险.
    Risk {
        /// Out of poverty and not firmly.
        Unstable = "unstable", "脱贫不稳定";
        /// Never poor on paper, and close to it.
        Marginal = "marginal", "边缘易致贫";
        /// Struck suddenly.
        Sudden = "sudden", "突发严重困难";
    }
}

words! {
    /// How a quarterly sweep grades a household.
    Grade {
        /// Nothing to worry about.
        Safe = "safe", "放心户";
        /// To be looked after.
        Cared = "cared", "关心户";
        /// To be watched and helped.
        Watched = "watched", "监测户";
    }
}

wire! {
    /// `watch.begun`: a household is taken under watch 纳入监测, with everybody who counts.
    WatchBegun {
        /// Digest of the assessment.
        evidence: Digest,
        /// Day on which the risk was found.
        found: Date,
        /// The household.
        household: HouseholdId,
        /// Its members who are watched.
        persons: Vec<PersonId>,
        /// Why.
        risk: Risk,
    }

    /// `watch.graded`: a sweep 动态评估 saw the household.
    WatchGraded {
        /// Day of the visit.
        assessed: Date,
        /// Digest of the form.
        evidence: Digest,
        /// What it found.
        grade: Grade,
        /// The household.
        household: HouseholdId,
    }

    /// `watch.ended`: the risk is resolved 风险消除 for everybody who was watched.
    WatchEnded {
        /// Digest of the proof.
        evidence: Digest,
        /// The household.
        household: HouseholdId,
        /// Everybody who was watched; nobody is left uncounted.
        persons: Vec<PersonId>,
        /// Day of the decision.
        resolved: Date,
    }
}
