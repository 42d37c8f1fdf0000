//! The closed list of acts: what a person states and signs. The accepted act is the event; there is no other.

pub mod cases;
pub mod closing;
mod effects;
pub mod endorsing;
pub mod flags;
pub mod funds;
pub mod goods;
pub mod handing;
mod kind;
pub mod medical;
pub mod offices;
pub mod payments;
pub mod people;
pub mod policies;
mod roles;
pub mod signed;
pub mod urgent;
pub mod watch;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use crate::canonical::{self, NotCanonical, Reader};
use crate::ids::{ActId, KeyId, Root};
use crate::money::Money;
use crate::period::Date;

/// Declares wire structs: public fields, strict reading. Fields stand in ascending order (docs/format/log.md §2).
macro_rules! wire {
    ($($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident: $ty:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[$fdoc])* pub $field: $ty,)*
        }

        const _: () = assert!(
            crate::canonical::is_ascending(&[$(stringify!($field)),*]),
            concat!(stringify!($name), ": fields must stand in ascending order")
        );
    )*};
}
pub use kind::Kind;
pub(crate) use wire;

wire! {
    /// What a person signs about lines: how many, their root, their total (docs/format/log.md §5).
    Manifest {
        /// Number of lines.
        count: u32,
        /// RFC 6962 root over the exact line entries.
        root: Root,
        /// Sum of the lines' amounts.
        total_fen: Money,
    }

    /// The newest checkpoint that the signer had verified.
    Seen {
        /// Its root.
        root: Root,
        /// Its size.
        size: u64,
    }
}

impl Seen {
    /// Before any checkpoint: the empty tree.
    #[must_use]
    pub fn nothing() -> Seen {
        Seen { root: Root(Sha256::digest([]).into()), size: 0 }
    }
}

/// The only schema version so far.
pub const VERSION: u32 = 1;

/// The only signature algorithm so far.
pub const ALGORITHM: &str = "ed25519";

/// Algorithms whose names are taken in the format and that no code here knows (docs/format/log.md §3).
pub const RESERVED_ALGORITHMS: &[&str] = &["sm2-sm3", "ml-dsa-65"];

/// How a refusal of an algorithm begins, so that the law gives it a code of its own; the algorithm follows.
pub const ALGORITHM_REFUSED: &str = "algorithm not supported: ";

macro_rules! acts {
    ($($kind:literal => $variant:ident($body:ty), $zh:literal;)*) => {
        /// What an act states, by kind.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Body {
            $(#[doc = $zh] $variant($body),)*
        }

        impl Body {
            /// Every kind with its Chinese name, in the order of the format.
            pub const KINDS: &'static [(&'static str, &'static str)] = &[$(($kind, $zh)),*];

            /// The kind as the log carries it.
            #[must_use]
            pub const fn kind(&self) -> &'static str {
                match self { $(Body::$variant(_) => $kind),* }
            }

            /// The Chinese name of the kind.
            #[must_use]
            pub const fn chinese(&self) -> &'static str {
                match self { $(Body::$variant(_) => $zh),* }
            }

            /// The body's canonical bytes.
            ///
            /// # Errors
            /// [`NotCanonical`] if a text or number in it cannot be written canonically.
            pub fn encode(&self) -> Result<Vec<u8>, NotCanonical> {
                match self { $(Body::$variant(body) => canonical::encode(body)),* }
            }

            /// Reads a body of that kind strictly.
            ///
            /// # Errors
            /// [`NotCanonical`] for an unknown kind or bytes that are not the one way to write it.
            pub fn decode(kind: &str, bytes: &[u8]) -> Result<Body, NotCanonical> {
                match kind {
                    $($kind => canonical::decode(bytes).map(Body::$variant),)*
                    other => Err(NotCanonical::Form(format!("unknown act kind {other:?}"))),
                }
            }

            /// Reads a body as a person may write it: any spelling of JSON, known keys only.
            ///
            /// # Errors
            /// The parser's words, or an unknown kind.
            pub fn from_json(kind: &str, json: &str) -> Result<Body, String> {
                match kind {
                    $($kind => serde_json::from_str(json).map(Body::$variant).map_err(|e| e.to_string()),)*
                    other => Err(format!("没有“{other}”这种动作；doudi act --kinds 列出全部")),
                }
            }
        }
    };
}

acts! {
    "ledger.founded" => Founded(offices::Founded), "建账";
    "unit.registered" => UnitRegistered(offices::UnitRegistered), "单位登记";
    "officer.appointed" => OfficerAppointed(offices::OfficerAppointed), "人员任职";
    "officer.dismissed" => OfficerDismissed(offices::OfficerDismissed), "人员离任";
    "key.enrolled" => KeyEnrolled(offices::KeyEnrolled), "密钥登记";
    "key.revoked" => KeyRevoked(offices::KeyRevoked), "密钥吊销";
    "key.rotated" => KeyRotated(offices::KeyRotated), "密钥更换";
    "acts.reconfirmed" => ActsReconfirmed(offices::ActsAnswered), "动作重新确认";
    "acts.disowned" => ActsDisowned(offices::ActsAnswered), "动作否认";
    "log_key.announced" => LogKeyAnnounced(offices::LogKeyAnnounced), "日志密钥公告";
    "log_key.retired" => LogKeyRetired(offices::LogKeyRetired), "日志密钥停用";
    "calendar.published" => CalendarPublished(policies::CalendarPublished), "工作日历发布";
    "scheme.set" => SchemeSet(policies::SchemeSet), "项目设定";
    "standard.set" => StandardSet(policies::StandardSet), "标准设定";
    "exclusion.set" => ExclusionSet(policies::ExclusionSet), "互斥设定";
    "bank_account.opened" => BankAccountOpened(funds::BankAccountOpened), "专户开立";
    "fund.opened" => FundOpened(funds::FundOpened), "资金设立";
    "fund.allotted" => FundAllotted(funds::FundAllotted), "指标下达";
    "fund.released" => FundReleased(funds::FundReleased), "资金拨付";
    "fund.contributed" => FundContributed(funds::FundContributed), "统筹或捐赠到账";
    "fund.moved" => FundMoved(funds::FundMoved), "资金调拨";
    "people.registered" => PeopleRegistered(people::PeopleRegistered), "人员登记";
    "account.changed" => AccountChanged(people::AccountChanged), "账户变更";
    "account.change_approved" => AccountChangeApproved(people::AccountChangeApproved), "账户变更批准";
    "person.died" => PersonDied(people::PersonDied), "死亡登记";
    "application.filed" => ApplicationFiled(cases::ApplicationFiled), "申请受理";
    "application.surveyed" => ApplicationSurveyed(cases::ApplicationSurveyed), "入户调查";
    "application.survey_joined" => ApplicationSurveyJoined(cases::ApplicationSurveyJoined), "共同调查";
    "application.noticed" => ApplicationNoticed(cases::ApplicationNoticed), "公示";
    "application.reviewed" => ApplicationReviewed(cases::ApplicationReviewed), "乡镇审核";
    "application.confirmed" => ApplicationConfirmed(cases::ApplicationConfirmed), "县级确认";
    "application.declined" => ApplicationDeclined(cases::ApplicationDeclined), "不予确认";
    "entitlements.brought_in" => EntitlementsBroughtIn(cases::EntitlementsBroughtIn), "存量资格转入";
    "entitlements.confirmed" => EntitlementsConfirmed(cases::EntitlementsConfirmed), "存量资格确认";
    "entitlement.adjusted" => EntitlementAdjusted(cases::EntitlementAdjusted), "资格调整";
    "entitlement.adjustment_confirmed" => AdjustmentConfirmed(cases::AdjustmentConfirmed), "调整确认";
    "entitlements.adjusted" => EntitlementsAdjusted(cases::EntitlementsAdjusted), "资格批量调整";
    "entitlements.adjustment_confirmed" => AdjustmentListConfirmed(cases::AdjustmentListConfirmed), "批量调整确认";
    "entitlements.adjustment_withdrawn" => AdjustmentListWithdrawn(cases::AdjustmentListWithdrawn), "批量调整撤回";
    "entitlement.stopped" => EntitlementStopped(cases::EntitlementStopped), "资格停发";
    "advance.paid" => AdvancePaid(urgent::AdvancePaid), "先行救助";
    "advance.regularised" => AdvanceRegularised(urgent::AdvanceRegularised), "先行救助补办";
    "insurance.opened" => InsuranceOpened(urgent::InsuranceOpened), "保单登记";
    "claim.filed" => ClaimFiled(urgent::ClaimFiled), "报案";
    "claim.assessed" => ClaimAssessed(urgent::ClaimAssessed), "查勘定损";
    "claim.settled" => ClaimSettled(urgent::ClaimSettled), "赔付";
    "claim.declined" => ClaimDeclined(urgent::ClaimDeclined), "拒赔";
    "roster.drawn" => RosterDrawn(payments::RosterDrawn), "造册";
    "roster.checked" => RosterChecked(payments::RosterAgreed), "名册复核";
    "roster.finance_reviewed" => RosterFinanceReviewed(payments::RosterAgreed), "财政审核";
    "roster.approved" => RosterApproved(payments::RosterApproved), "名册审批";
    "roster.withdrawn" => RosterWithdrawn(payments::RosterWithdrawn), "名册撤回";
    "payment_file.released" => PaymentFileReleased(payments::PaymentFileReleased), "报盘";
    "response.imported" => ResponseImported(payments::ResponseImported), "回盘导入";
    "returns.imported" => ReturnsImported(payments::ReturnsImported), "退汇导入";
    "statement.imported" => StatementImported(payments::StatementImported), "流水导入";
    "exception.resolved" => ExceptionResolved(payments::ExceptionResolved), "存疑处理";
    "recovery.ordered" => RecoveryOrdered(payments::RecoveryOrdered), "追回通知";
    "recovery.received" => RecoveryReceived(payments::RecoveryReceived), "追回到账";
    "entry.reversed" => EntryReversed(closing::EntryReversed), "红字冲销";
    "month.closed" => MonthClosed(closing::MonthClosed), "月结";
    "bulletin.issued" => BulletinIssued(closing::BulletinIssued), "通报签发";
    "standard.floor_set" => StandardFloorSet(policies::StandardFloorSet), "标准下限设定";
    "index.published" => IndexPublished(policies::IndexPublished), "价格指数公布";
    "application.step_passed" => ApplicationStepPassed(cases::ApplicationStepPassed), "环节办结";
    "repeat.allowed" => RepeatAllowed(cases::RepeatAllowed), "再次救助核准";
    "insurance.listed" => InsuranceListed(urgent::InsuranceListed), "参保名单";
    "claim.noticed" => ClaimNoticed(urgent::ClaimNoticed), "理赔公示";
    "watch.begun" => WatchBegun(watch::WatchBegun), "纳入监测";
    "watch.graded" => WatchGraded(watch::WatchGraded), "监测评级";
    "watch.ended" => WatchEnded(watch::WatchEnded), "风险消除";
    "loans.listed" => LoansListed(urgent::LoansListed), "贷款名单";
    "organisation.registered" => OrganisationRegistered(people::OrganisationRegistered), "机构登记";
    "payee.authorised" => PayeeAuthorised(people::PayeeAuthorised), "代领备案";
    "person.found" => PersonFound(people::PersonFound), "发现求助人员";
    "person.settled" => PersonSettled(people::PersonSettled), "求助人员安置";
    "person.identified" => PersonIdentified(people::PersonIdentified), "身份查明";
    "stage.accepted" => StageAccepted(cases::StageAccepted), "阶段验收";
    "stage.confirmed" => StageConfirmed(cases::StageConfirmed), "阶段验收确认";
    "goods.received" => GoodsReceived(goods::GoodsReceived), "物资入库";
    "goods.handed_out" => GoodsHandedOut(goods::GoodsHandedOut), "物资发放";
    "alert.rule_set" => AlertRuleSet(medical::AlertRuleSet), "预警标准设定";
    "medical.listed" => MedicalListed(medical::MedicalListed), "医疗费用名单";
    "alert.answered" => AlertAnswered(medical::AlertAnswered), "预警处置";
    "flag.raised" => FlagRaised(flags::FlagRaised), "疑点登记";
    "flag.handed_over" => FlagHandedOver(flags::FlagHandedOver), "疑点移交";
    "flag.checked" => FlagChecked(flags::FlagChecked), "疑点核实";
    "flag.decided" => FlagDecided(flags::FlagDecided), "疑点认定";
    "flag.remedied" => FlagRemedied(flags::FlagRemedied), "整改办结";
    "handover.offered" => HandoverOffered(handing::HandoverOffered), "工作移交";
    "handover.accepted" => HandoverAccepted(handing::HandoverAccepted), "移交接收";
    "organisation.closed" => OrganisationClosed(people::OrganisationClosed), "机构停用";
    "fund.returned" => FundReturned(funds::FundReturned), "资金上缴";
    "clearing.undone" => ClearingUndone(payments::ClearingUndone), "解除核销";
}

impl Body {
    /// The manifest, for acts that cover lines.
    #[must_use]
    pub const fn manifest(&self) -> Option<&Manifest> {
        if let Body::PeopleRegistered(body) = self {
            Some(&body.manifest)
        } else if let Body::EntitlementsBroughtIn(body) = self {
            Some(&body.manifest)
        } else if let Body::EntitlementsAdjusted(body) = self {
            Some(&body.manifest)
        } else if let Body::RosterDrawn(body) = self {
            Some(&body.manifest)
        } else if let Body::InsuranceListed(body) = self {
            Some(&body.manifest)
        } else if let Body::LoansListed(body) = self {
            Some(&body.manifest)
        } else if let Body::MedicalListed(body) = self {
            Some(&body.manifest)
        } else if let Body::HandoverOffered(body) = self {
            Some(&body.manifest)
        } else if let Body::ResponseImported(body) = self {
            Some(&body.manifest)
        } else if let Body::ReturnsImported(body) = self {
            Some(&body.manifest)
        } else if let Body::StatementImported(body) = self {
            Some(&body.manifest)
        } else {
            None
        }
    }
}

/// An act as its signature covers it: header and body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// What is stated.
    pub body: Body,
    /// The signing key.
    pub key: KeyId,
    /// The same person's previous act; zeros for the first.
    pub prev: ActId,
    /// The newest checkpoint that the signer had verified.
    pub seen: Seen,
    /// This person's running number, from 1.
    pub seq: u64,
    /// Claimed local time. No law rests on it; a rule takes no act that posts on a later day.
    pub time: String,
}

#[derive(Serialize)]
struct Wire<'a> {
    alg: &'static str,
    body: &'a RawValue,
    key: KeyId,
    kind: &'static str,
    prev: ActId,
    seen: &'a Seen,
    seq: u64,
    time: &'a str,
    v: u32,
}

impl Act {
    /// The act's canonical bytes.
    ///
    /// # Errors
    /// [`NotCanonical`] if a text or number in it cannot be written canonically.
    ///
    /// # Panics
    /// Never: the body was just encoded as JSON.
    pub fn encode(&self) -> Result<Vec<u8>, NotCanonical> {
        let body = self.body.encode()?;
        let text = std::str::from_utf8(&body).expect("JSON is UTF-8");
        let body: &RawValue = serde_json::from_str(text).expect("just encoded");
        canonical::encode(&Wire {
            alg: ALGORITHM,
            body,
            key: self.key,
            kind: self.body.kind(),
            prev: self.prev,
            seen: &self.seen,
            seq: self.seq,
            time: &self.time,
            v: VERSION,
        })
    }

    /// The day on which its signer says that it was signed.
    #[must_use]
    pub fn day(&self) -> Option<Date> {
        self.time.get(..10)?.parse().ok()
    }

    /// Reads an act strictly.
    ///
    /// # Errors
    /// [`NotCanonical`] for another version or algorithm, an unknown kind, or another spelling.
    pub fn decode(bytes: &[u8]) -> Result<Act, NotCanonical> {
        let mut reader = Reader::new(bytes)?;
        reader.expect("{\"alg\":")?;
        let algorithm = reader.string()?;
        reader.expect(",\"body\":")?;
        let body = reader.object_bytes()?;
        reader.expect(",\"key\":")?;
        let key = KeyId::deserialize(&mut reader)?;
        reader.expect(",\"kind\":")?;
        let kind = reader.string()?;
        reader.expect(",\"prev\":")?;
        let prev = ActId::deserialize(&mut reader)?;
        reader.expect(",\"seen\":")?;
        let seen = Seen::deserialize(&mut reader)?;
        reader.expect(",\"seq\":")?;
        let seq = u64::deserialize(&mut reader)?;
        reader.expect(",\"time\":")?;
        let time = reader.string()?.into_owned();
        reader.expect(",\"v\":")?;
        let version = u32::deserialize(&mut reader)?;
        reader.expect("}")?;
        reader.end()?;
        if version != VERSION {
            return Err(NotCanonical::Form(format!("act version {version} is not known")));
        }
        if algorithm != ALGORITHM {
            return Err(NotCanonical::Form(format!("{ALGORITHM_REFUSED}{algorithm}")));
        }
        if !is_local_time(&time) {
            return Err(NotCanonical::Form(format!("{time:?} is not a time of +08:00")));
        }
        Ok(Act { body: Body::decode(&kind, body)?, key, prev, seen, seq, time })
    }
}

/// `YYYY-MM-DDTHH:MM:SS+08:00` with a real date.
fn is_local_time(text: &str) -> bool {
    let Some((date, rest)) = text.split_once('T') else { return false };
    let Some(clock) = rest.strip_suffix("+08:00") else { return false };
    let in_range = |part: Option<&str>, below: u8| {
        part.is_some_and(|p| {
            let digits = p.len() == 2 && p.bytes().all(|byte| byte.is_ascii_digit());
            digits && p.parse::<u8>().is_ok_and(|number| number < below)
        })
    };
    let mut parts = clock.split(':');
    date.parse::<Date>().is_ok()
        && in_range(parts.next(), 24)
        && in_range(parts.next(), 60)
        && in_range(parts.next(), 60)
        && parts.next().is_none()
}
