//! Acts of supervision 监督: a suspicion raised, handed over, checked, decided, put right. Each step has its evidence.

use crate::ids::{ActId, Digest, FlagId, Seq, UnitCode};
use crate::money::Money;
use crate::period::Date;
use crate::words::words;

use super::wire;

words! {
    /// How a suspicion was found.
    FlagSource {
        /// The office looked at its own work 自查.
        SelfCheck = "self_check", "自查";
        /// A sweep by the supervisors 抽查.
        Sweep = "sweep", "抽查";
        /// An audit 审计.
        Audit = "audit", "审计";
        /// Somebody reported it 信访举报.
        Report = "report", "信访举报";
    }
}

words! {
    /// What a suspicion turned out to be.
    Verdict {
        /// True 属实.
        Upheld = "upheld", "属实";
        /// Nothing in it 排除.
        Cleared = "cleared", "排除";
    }
}

wire! {
    /// `flag.raised`: a suspicion 疑点 about a unit's work.
    FlagRaised {
        /// The money in question.
        amount_fen: Money,
        /// The entries in question.
        entries: Vec<Seq>,
        /// Its id.
        flag: FlagId,
        /// When it was found.
        found: Date,
        /// The rule that found it, with its version, such as `paid_after_death@1`; or `manual`.
        rule: String,
        /// How it was found.
        source: FlagSource,
        /// What it is about, in words without names.
        subject: String,
        /// The unit whose work it is about.
        unit: UnitCode,
    }

    /// `flag.handed_over`: a unit is to look into it 移交.
    FlagHandedOver {
        /// Day of handing over.
        date: Date,
        /// Last day for its report.
        due: Date,
        /// The suspicion.
        flag: FlagId,
        /// The unit.
        to: UnitCode,
    }

    /// `flag.checked`: that unit reports what it found 核实.
    FlagChecked {
        /// Day of the report.
        checked: Date,
        /// Digest of the report.
        evidence: Digest,
        /// What it found, in words without names.
        finding: String,
        /// The suspicion.
        flag: FlagId,
    }

    /// `flag.decided`: the supervisors decide 认定. Never the unit that it is about.
    FlagDecided {
        /// The report that it rests on: its id binds its content.
        check: ActId,
        /// Day of the decision.
        decided: Date,
        /// Digest of the decision.
        evidence: Digest,
        /// The suspicion.
        flag: FlagId,
        /// What it turned out to be.
        verdict: Verdict,
    }

    /// `flag.remedied`: what was wrong was put right 整改.
    FlagRemedied {
        /// Day on which it was.
        done: Date,
        /// Digest of the proof.
        evidence: Digest,
        /// The suspicion.
        flag: FlagId,
        /// What was done, in words without names.
        measure: String,
    }
}
