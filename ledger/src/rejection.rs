//! Every refusal of the rules: a stable code, what is wrong, and what to do about it. The words live here only.

use std::fmt;

use crate::ids::{
    AccountId, ActId, AdvanceId, ApplicationId, BankAccountCode, BatchCode, ClaimId, EntitlementId,
    FlagId, FundCode, GoodsCode, HouseholdId, KeyId, OfficerId, PaymentRef, PersonId, PolicyCode,
    SchemeCode, Seq, UnitCode,
};
use crate::money::Money;
use crate::period::{Date, Period};

/// Lines of a manifest that are refused for one and the same reason; the first of them are named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineNumbers(pub Vec<u32>);

impl LineNumbers {
    /// So many are named one by one.
    const NAMED: usize = 20;
}

impl fmt::Display for LineNumbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named: Vec<String> = self.0.iter().take(Self::NAMED).map(u32::to_string).collect();
        f.write_str(&named.join("、"))?;
        if self.0.len() > Self::NAMED { write!(f, "等{}", self.0.len()) } else { Ok(()) }
    }
}

macro_rules! rejections {
    ($($(#[$doc:meta])* $variant:ident { $($field:ident: $ty:ty),* } = $code:literal, $text:literal, $hint:literal;)*) => {
        /// A rule said no. Nothing was written.
        #[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
        pub enum Rejection {
            $(
                $(#[$doc])*
                #[error($text)]
                #[doc = concat!("`", $code, "`")]
                $variant {
                    $(#[doc = "Named in the text."] $field: $ty,)*
                },
            )*
        }

        impl Rejection {
            /// Every code with its text (places in braces) and hint, in the order of this file.
            pub const ALL: &'static [(&'static str, &'static str, &'static str)] =
                &[$(($code, $text, $hint)),*];

            /// The stable code: part of the interface.
            #[must_use]
            pub const fn code(&self) -> &'static str {
                match self { $(Rejection::$variant { .. } => $code,)* }
            }

            /// What to do about it.
            #[must_use]
            pub const fn hint(&self) -> &'static str {
                match self { $(Rejection::$variant { .. } => $hint,)* }
            }
        }
    };
}

rejections! {
    ActMalformed { detail: String } = "act.malformed", "动作的字节不符合格式：{detail}", "用本程序重新生成并签名；手写的动作请用 doudi act 交入。";
    EntryTooLarge { bytes: usize } = "act.too_large", "一条记录有{bytes}字节，超过65,535字节", "把长文字放进附件，动作里只写摘要。";
    ManifestMismatch { what: &'static str } = "manifest.mismatch", "清单的{what}与所附各行不符", "行有增减或改动；请重新生成清单并重新签名。";
    LineMisplaced { n: u32, kind: &'static str } = "manifest.line_misplaced", "第{n}行是“{kind}”行，不属于这种清单", "检查所附的行；每种清单只收自己的行。";
    TextMissing { field: &'static str } = "act.text_missing", "“{field}”是空的", "填写后重新签名。";

    FileNameWrong { name: String } = "act.file_name", "“{name}”不是单纯的文件名", "文件名不能带目录、冒号或以点开头；请改名后重新导入。";
    PostedTooEarly { date: Date, earliest: Date } = "posting.too_early", "日期{date}早于其所依据事项的{earliest}", "核对日期：结果不能记在原因之前。";
    PostedTooLate { date: Date, signed: Date } = "posting.too_late", "日期{date}晚于签署之日{signed}", "核对日期：还没有到的日子不能记账；若签署之日不对，先校正本机时钟。";

    NotFounded {} = "ledger.not_founded", "台账还没有建账", "先用 doudi init 建账。";
    AlreadyFounded {} = "ledger.already_founded", "台账已经建账，建账只能是第0条记录", "新台账请用另一个目录。";
    FoundingIncomplete { what: &'static str } = "ledger.founding_incomplete", "建账动作不完整：{what}", "至少列出主管部门和监督方各一名持钥人及其单位、密钥和持有证明。";

    KeyUnknown { key: KeyId } = "key.unknown", "密钥{key}没有登记", "请系统管理员办理密钥登记（须两人会签）。";
    KeyRevoked { key: KeyId } = "key.revoked", "密钥{key}已经吊销", "用新密钥重新签名。";
    KeyExists { key: KeyId } = "key.exists", "密钥{key}已经登记过", "每把密钥只登记一次；请生成新密钥。";
    KeyMalformed {} = "key.malformed", "公钥或算法无效", "只接受 ed25519 的32字节规范公钥；请用 doudi keygen 生成。";
    KeySuspended { key: KeyId } = "key.suspended", "密钥{key}由一把可能失密的密钥换发，换发尚待重新确认或已被否认", "由系统管理员另行登记新密钥（两人会签），再逐项确认或否认存疑的动作。";
    KeyAlgorithmUnsupported { alg: String } = "key.algorithm_unsupported", "签名算法“{alg}”不受支持", "本版只用 ed25519；sm2-sm3、ml-dsa-65 的名称已留出，尚未启用。";
    RotationForeign {} = "key.rotation_foreign", "换发的密钥不属于签名人本人", "本人用现有密钥为自己换发；替他人登记密钥用密钥登记（两人会签）。";
    CompromisedSinceWrong { since: Seq, from: Seq, at: Seq } = "key.compromised_since", "失密起点第{since}条不在该密钥登记（第{from}条）与本次吊销（第{at}条）之间", "核对记录号：填该密钥最早可能落入他人之手时的记录号；已吊销的只能把起点提前。";
    SignatureWrong {} = "key.signature_wrong", "签名与动作不符", "内容在签名后被改动，或用错了密钥；请重新签名。";
    PossessionWrong {} = "key.possession_wrong", "新密钥的持有证明不成立", "由持钥人本人用新密钥签署登记内容。";
    CountersignWrong { why: &'static str } = "key.countersign_wrong", "密钥会签不成立：{why}", "须两名其他在任人员会签，其中一名来自监督方。";
    ChainBroken { expected_seq: u64, found_seq: u64 } = "actor.chain_broken", "签名人的动作序号应为{expected_seq}且接上其前一动作，现为{found_seq}", "先取得本人最新一条动作再签；若本人没有签过那一条，请立即报告监督方。";
    SeenWrong { size: u64 } = "actor.seen_wrong", "签名人所见的检查点（{size}条）与本台账不一致", "您核验过的历史不是这本台账的历史，或比上次见到的更旧：请报告监督方，不要继续签名。";

    ActNotInDoubt { act: ActId } = "acts.not_in_doubt", "动作{act}不需要重新确认，或已经确认、否认，或重复列出", "用 doudi key doubts 列出待确认的动作，只列其中的动作。";
    AnswerForeign { act: ActId } = "acts.not_yours", "动作{act}不是签名人的，也轮不到签名人代为确认", "由本人用另一把有效密钥确认；本人离任的，由同一方、有同一岗位权限的人代为确认，并经监督方会签。";
    ActUnsound { act: ActId } = "acts.in_doubt", "所依据的动作{act}待重新确认，或已被其签名人否认", "先由本人重新确认；已否认的重做该步骤，名册则撤回重造。";

    LogKeyWrong { why: &'static str } = "log_key.wrong", "日志密钥公告不成立：{why}", "由主管部门系统管理员用现有日志密钥和新日志密钥分别签署新公钥，并请监督方会签。";
    LogKeyOverlap {} = "log_key.overlap", "已有两把日志密钥在用", "先停用旧的一把，再公告新的。";
    LogKeyNotLive {} = "log_key.not_live", "这把日志密钥不在用，或是唯一在用的一把", "核对公钥；先公告新密钥，再停用旧密钥。";

    RoleMissing { kind: &'static str, role: &'static str } = "authority.role_missing", "“{kind}”须由“{role}”岗位签署", "请有该岗位的人员签署，或由系统管理员调整岗位。";
    OfficerDismissed { officer: OfficerId } = "authority.dismissed", "签名人{officer}已经离任", "由在任人员签署。";
    OfficerUnknown { officer: OfficerId } = "officer.unknown", "没有工作人员{officer}", "先登记任职。";
    SideChanged { what: String } = "unit.side_changed", "{what}已属另一方，不能改换", "监督方与主管部门不得互换：另立单位、另派人员。";
    SideForeign {} = "authority.inspection_side", "监督方人员的任免和密钥吊销须由监督方签署", "请监督方的系统管理员签署。";
    UnitUnknown { unit: UnitCode } = "unit.unknown", "没有单位{unit}", "先登记单位。";
    SamePerson { case: String, held: &'static str, wanted: &'static str } = "segregation.same_person", "同一人在{case}中已是“{held}”，不能再做“{wanted}”", "不相容岗位须分离：请另一人签署。";

    PeriodClosed { period: Period } = "period.closed", "{period}已经月结，不再接受任何记账", "迟到的事项记入发现的当月，并注明原业务；更正用红字冲销加蓝字更正。";
    FundInsufficient { fund: FundCode, short: Money } = "fund.insufficient", "资金{fund}可用余额不足，差{short}元", "先登记拨付到账，或减少本次支付。";
    AllotmentExceeded { fund: FundCode, short: Money } = "fund.allotment_exceeded", "资金{fund}的拨付超过已下达指标，超{short}元", "核对指标文号和金额；新指标到达后先登记指标。";
    MoneyOverflow {} = "money.overflow", "金额合计超出可记范围", "检查金额是否多写了位数。";
    AmountNotPositive { what: &'static str } = "money.not_positive", "{what}的金额必须大于零", "核对金额；减少用红字冲销，不用负数。";
    PartsMismatch {} = "money.parts_mismatch", "各组成部分之和不等于总额，或有不大于零的部分", "核对各部分金额。";

    SchemeUnknown { scheme: SchemeCode, period: Period } = "scheme.unknown", "项目{scheme}在{period}没有设定", "先设定项目及其生效月份。";
    PolicyRetroactive { period: Period } = "policy.retroactive", "生效月份{period}已经月结", "政策从未结账的月份起生效。";
    PolicyIncomplete { what: &'static str } = "policy.incomplete", "政策设定不完整：{what}", "补全后重新签署。";
    StandardMissing { scheme: SchemeCode, category: String } = "standard.missing", "项目{scheme}的“{category}”在该地区该月没有标准", "先设定标准，或核对类别名称。";
    StandardBroken { amount: Money, allowed: Money } = "standard.broken", "金额{amount}元不符合标准，标准为{allowed}元", "核对人数、类别和标准；定额项目必须相等，补差项目不得超过。";
    StandardBelowFloor { amount: Money, least: Money } = "standard.below_floor", "标准{amount}元低于规定的下限{least}元", "按下限倍数核对两项标准；先调高受下限约束的一项。";
    QuantityWrong { category: String, why: &'static str } = "standard.quantity_wrong", "“{category}”{why}", "核对标准的计发方式和数量。";
    CapExceeded { scheme: SchemeCode, cap: Money } = "scheme.cap_exceeded", "超过项目{scheme}的单笔上限{cap}元", "按办法减少金额，或先修订上限。";
    LimitReached { scheme: SchemeCode, count: u16, per: &'static str } = "scheme.limit_reached", "项目{scheme}已达次数上限：{per}内最多{count}次", "核对以前的救助；同一事由确需再次救助的，先由县级核准。";
    RequirementMissing { person: PersonId, scheme: SchemeCode, needed: String } = "scheme.requirement_missing", "人员{person}在该月不享受项目{scheme}要求的{needed}", "核对对象是否在册；须先有所要求的资格。";
    LoanMissing { person: PersonId, scheme: SchemeCode, period: Period } = "scheme.loan_missing", "人员{person}在{period}没有列在银行贷款名单上，不能享受项目{scheme}", "先登记银行提供的贷款名单，核对人员和期限。";
    NotTriggered { scheme: SchemeCode, period: Period, why: &'static str } = "scheme.not_triggered", "项目{scheme}在{period}不发：{why}", "先登记统计部门公布的价格指数；未达条件的月份不启动。";
    SchemeHandedOver { scheme: SchemeCode, unit: UnitCode, from: Period } = "scheme.handed_over", "项目{scheme}自{from}起已由单位{unit}移交", "由现在的责任单位签署；移交前的月份仍可由原单位办理。";
    IndexExists { period: Period } = "index.exists", "{period}的价格指数已经登记", "每月以统计部门公布的为准；更正须有更晚的公布日期。";

    BankAccountUnknown { account: BankAccountCode } = "bank_account.unknown", "没有专户{account}", "先登记专户。";
    BankAccountExists { account: BankAccountCode } = "bank_account.exists", "专户{account}已经登记", "换一个代码，或核对是否重复登记。";
    AllotmentTwice { document_no: String } = "fund.allotted_twice", "文号{document_no}的指标已经登记过，资金、金额、到达日期都相同", "一件指标只登记一次；更正请先红字冲销再蓝字更正。";
    FundUnknown { fund: FundCode } = "fund.unknown", "没有资金{fund}", "先设立资金。";
    FundExists { fund: FundCode } = "fund.exists", "资金{fund}已经设立", "换一个代码，或核对是否重复登记。";
    VoucherUsed { act: ActId } = "fund.voucher_used", "这笔资金本月的同一凭证号已经由动作{act}入账", "一张凭证只入账一次；更正请先红字冲销再蓝字更正。";
    FundPurpose { fund: FundCode, scheme: SchemeCode } = "fund.wrong_purpose", "资金{fund}不得用于项目{scheme}", "专款专用：换一笔可用于该项目的资金。";
    FundKindWrong { fund: FundCode, needed: &'static str } = "fund.wrong_kind", "资金{fund}不是{needed}", "核对资金代码。";
    FundAccountWrong { fund: FundCode, account: BankAccountCode } = "fund.wrong_account", "资金{fund}不在专户{account}内", "一份报盘只从一个专户付款；请分专户造册。";
    TopUpWrong { why: &'static str } = "fund.top_up_wrong", "备用金补足不成立：{why}", "凭已补办的先行救助逐笔补足，金额与所列各笔之和相等。";

    PersonUnknown { person: PersonId } = "person.unknown", "没有人员{person}", "先登记人员。";
    PersonExists { person: PersonId } = "person.exists", "人员{person}已经登记", "同一人只登记一次。";
    PersonDead { person: PersonId, period: Period } = "person.dead", "人员{person}在{period}之前已经死亡", "死亡次月起停发：先停发或调整资格。";
    DeathRecorded { person: PersonId } = "person.death_recorded", "人员{person}的死亡已经登记", "核对是否重复登记。";
    HouseholdUnknown { household: HouseholdId } = "household.unknown", "没有户{household}", "先登记该户。";
    HouseholdExists { household: HouseholdId } = "household.exists", "户{household}已经登记", "同一户只登记一次。";
    NotAMember { person: PersonId } = "household.not_a_member", "人员{person}不是该户成员", "核对户和人员。";
    AccountExists { account: AccountId } = "account.exists", "账户{account}已经登记给他人或重复登记", "一个账户只登记给一人；代领须另行备案。";
    AccountNotCurrent { account: AccountId } = "account.not_current", "账户{account}不是该人现用账户", "账户变更须先批准；请按现用账户重新造册。";
    ChangeUnknown { change: ActId } = "change.unknown", "没有账户变更{change}", "核对动作编号。";
    ChangeSettled { change: ActId } = "change.settled", "账户变更{change}已经批准", "不需要再次批准。";

    CreditCodeWrong { why: String } = "organisation.code_wrong", "{why}", "核对营业执照或法人证书上的统一社会信用代码。";
    OrganisationExists { uscc: String } = "organisation.exists", "统一社会信用代码{uscc}的机构已经登记", "同一机构只登记一次；账户有变用账户变更。";
    PayeeWrong { payee: PersonId, scheme: SchemeCode, allowed: String } = "payee.not_allowed", "{payee}不能作为项目{scheme}的收款人，该项目只付给：{allowed}", "换一个收款人；他人代领的先办代领备案。";
    AuthorisedForOneself { person: PersonId } = "payee.own", "人员{person}不能为自己代领", "本人收款不需要备案；核对收款人。";
    PersonNotFound { person: PersonId } = "person.not_found_one", "人员{person}不是登记的求助人员", "先登记发现求助人员。";
    PersonSettled { person: PersonId } = "person.settled", "求助人员{person}已经安置", "核对是否重复登记。";
    PersonIdentified { person: PersonId, known: PersonId } = "person.identified", "人员{person}已经查明就是{known}", "今后的救助登记在查明的本人名下。";
    IdentificationWrong { person: PersonId, known: PersonId, why: &'static str } = "person.identification_wrong", "{person}与{known}不能并为一人：{why}", "只有没有证件的求助人员可以并入一名有证件的人员；两份登记重复的另行更正。";

    ApplicationUnknown { application: ApplicationId } = "application.unknown", "没有申请{application}", "核对申请编号。";
    ApplicationExists { application: ApplicationId } = "application.exists", "申请{application}已经受理", "每件申请只受理一次。";
    ApplicationEnded { application: ApplicationId } = "application.ended", "申请{application}已经办结", "如有新情况，请重新受理。";
    TownConfirmOver { limit: Money } = "application.town_over_limit", "乡镇受委托确认的金额不得超过{limit}元", "超过的由县级确认；没有委托的项目乡镇不能确认。";
    StepMissing { step: &'static str } = "application.step_missing", "还没有完成“{step}”", "按项目规定的顺序办理。";
    StepNotInChain { step: &'static str } = "application.step_not_in_chain", "该项目没有“{step}”这一步", "核对项目的审批环节。";
    StepHasOwnAct { step: &'static str } = "application.step_has_own_act", "“{step}”另有专门的动作", "只有村级推荐、验收和集体研究用“环节办结”。";
    SurveyChanged {} = "application.survey_changed", "所依据的调查结果不是该申请最新的调查结果", "内容已变：请按最新调查重新公示、审核、确认。";
    NoticeTooShort { days: i64, needed: u16 } = "notice.too_short", "公示{days}天，不足{needed}天", "公示满规定天数后再办理。";
    NoticeObjected { objections: u32 } = "notice.objected", "公示有{objections}件异议未处理", "先处理异议并重新公示。";
    StartTooEarly { from: Period, earliest: Period } = "entitlement.start_too_early", "起发月份{from}早于规定的{earliest}", "按项目规定的起发月份填写。";
    LastMonthWrong { expected: String } = "entitlement.last_wrong", "末发月份应为{expected}", "按项目规定的发放月数填写；按月长期发放的项目不填末发月份。";

    EntitlementUnknown { entitlement: EntitlementId } = "entitlement.unknown", "没有资格{entitlement}", "核对资格编号。";
    EntitlementExists { entitlement: EntitlementId } = "entitlement.exists", "资格{entitlement}已经存在", "每项资格只建立一次。";
    EntitlementStopped { entitlement: EntitlementId } = "entitlement.stopped", "资格{entitlement}已经停发", "恢复须重新申请。";
    EntitlementDoubled { person: PersonId, scheme: SchemeCode } = "entitlement.doubled", "人员{person}已享受项目{scheme}", "同一人同一项目只能有一项资格。";
    EntitlementExclusive { person: PersonId, scheme: SchemeCode } = "entitlement.exclusive", "人员{person}已享受与之互斥的项目{scheme}", "先停发互斥项目，再办理本项目。";
    EntitlementListedTwice { entitlement: EntitlementId } = "entitlement.listed_twice", "资格{entitlement}在同一份名单里列了两次", "一项资格在一份名单里只列一次。";
    EntitlementOfOtherScheme { entitlement: EntitlementId, scheme: SchemeCode } = "entitlement.other_scheme", "资格{entitlement}不属于项目{scheme}", "一份名单只列一个项目的资格；各项目分别列单。";
    EntitlementChangedSince { entitlement: EntitlementId } = "entitlement.changed_since", "资格{entitlement}现在的金额不是名单所依据的", "名单拟出之后金额变过；按现在的金额重新拟一份名单。";
    EntitlementOnRoster { entitlement: EntitlementId, period: Period } = "entitlement.on_roster", "资格{entitlement}已在{period}的名册上", "还没有报盘的名册先撤回再调整；已经发放的月份不再改，自下一个月起调整。";
    EntitlementListEmpty {} = "entitlement.list_empty", "名单没有一行", "没有要调整的就不列单。";
    ListUnknown { list: ActId } = "entitlement.list_unknown", "没有待确认的资格名单{list}", "核对动作编号；已确认的名单不能再确认。";
    AdjustmentUnknown { adjustment: ActId } = "entitlement.adjustment_unknown", "没有待确认的调整{adjustment}", "核对动作编号；已确认的调整不能再确认。";

    StageWrong { stage: String, why: &'static str } = "stage.wrong", "阶段“{stage}”：{why}", "核对资格的各阶段和验收情况。";
    AcceptanceUnknown { acceptance: ActId } = "stage.acceptance_unknown", "没有待确认的阶段验收{acceptance}", "核对动作编号；已确认的不能再确认。";

    BatchUsed { batch: BatchCode } = "roster.batch_used", "批次代码{batch}已经用过", "换一个未用过的批次代码。";
    RosterEmpty {} = "roster.empty", "名册没有一行", "没有应发对象就不造册。";
    RosterUnknown { batch: BatchCode } = "roster.unknown", "没有批次{batch}的名册", "核对批次代码。";
    RosterStage { batch: BatchCode, stage: &'static str, needed: &'static str } = "roster.out_of_order", "批次{batch}现处于“{stage}”，须先“{needed}”", "按造册、复核、财政审核、审批、报盘的顺序办理。";
    RosterChanged { batch: BatchCode } = "roster.content_changed", "所批准的内容不是批次{batch}现在的名册", "名册有变：请看过现在的名册后重新签署。";
    RosterLineWrong { n: u32, why: String } = "roster.line_wrong", "名册第{n}行：{why}", "按资格重新造册；名册的每一行都由资格算出。";
    RosterNotEntitled { n: u32, entitlement: EntitlementId } = "roster.not_entitled", "名册第{n}行：资格{entitlement}在该月不应发", "核对起发、停发月份和项目。";
    RosterTwice { n: u32, reference: PaymentRef } = "roster.paid_twice", "名册第{n}行：该资格该月已在支付{reference}中", "失败或退汇的用补发名册；其余不得重复。";
    RosterExclusive { n: LineNumbers, scheme: String } = "roster.exclusive", "名册第{n}行：受益人该月已在互斥项目{scheme}中发放", "先停发互斥项目。";

    ReissueNotOpen { reference: PaymentRef } = "reissue.not_open", "支付{reference}既未失败也未退汇，不能补发", "处理中或结果不明的先向银行查证；成功的不得再发。";
    ReissueTwice { reference: PaymentRef } = "reissue.twice", "支付{reference}已经补发过", "查看已有的补发支付。";
    ReissueForbidden { reference: PaymentRef, reason: &'static str } = "reissue.forbidden", "支付{reference}的失败原因是“{reason}”，禁止补发", "先核实：死亡的停发，重复的查明原支付。";
    ReissueNeedsChange { reference: PaymentRef } = "reissue.needs_change", "支付{reference}的补发须先有已批准的账户变更", "登记账户变更并由另一人批准后再造补发名册。";
    ReissueAmount { reference: PaymentRef, amount: Money } = "reissue.amount", "补发金额必须等于原支付{reference}的{amount}元", "按原金额补发；少发多发另行处理。";

    PaymentFileMismatch { what: &'static str } = "payment_file.mismatch", "报盘的{what}与已批准的名册不符", "由已批准的名册重新生成报盘文件。";
    FileAlreadyImported { seq: Seq } = "file.already_imported", "这个文件已经在第{seq}条记录导入过", "同一文件只导入一次；请核对是否拿错文件。";
    ProfileChanged { profile: String } = "profile.changed", "版式{profile}的内容与以前用它记账时不同", "用过的版式不再改动：恢复原来的内容，把改动另存为一个文件并把 version 加一；两个版本并存，旧文件仍可读。";
    ResponseForeign { batch: BatchCode, count: usize } = "response.foreign", "回盘的{count}行没有一行对应批次{batch}的支付", "多半拿错了文件或注错了批次：核对后用对的文件、对的批次导入。";
    ResponseLineWrong { n: u32, why: &'static str } = "response.line_wrong", "回盘第{n}行：{why}", "重新导入回盘文件；结果须与报盘和已记结果一致。";
    ReturnLineWrong { n: u32, why: &'static str } = "return.line_wrong", "退汇第{n}行：{why}", "重新导入退汇通知；退汇只能针对已入账的支付且金额相等。";
    StatementLineWrong { n: u32, why: &'static str } = "statement.line_wrong", "流水第{n}行：{why}", "重新导入流水文件。";
    StatementGap { expected: Money, found: Money } = "statement.not_continuous", "流水期初余额{found}元接不上已导入的{expected}元", "缺少中间的流水：请先导入缺少的期间。";

    ExceptionUnknown { entry: Seq } = "exception.unknown", "第{entry}条记录没有待处理的存疑", "核对记录号；已处理的不能再处理。";
    ClearingUnknown { entry: Seq } = "clearing.unknown", "第{entry}条记录不是已核销或认定与本账无关的流水行", "核对流水行的记录号；只有核销过的流水行可以解除。";
    DecisionWrong { why: &'static str } = "exception.decision_wrong", "处理意见不成立：{why}", "核对支付和金额后重新处理。";
    PaymentUnknown { reference: PaymentRef } = "payment.unknown", "没有支付{reference}", "核对支付引用。";
    RecoveryTooMuch { reference: PaymentRef, left: Money } = "recovery.too_much", "支付{reference}最多还可追回{left}元", "追回总额不得超过已入账金额。";
    RecoveryUnknown { order: ActId } = "recovery.unknown", "没有追回通知{order}", "先下达退款通知书。";

    AdvanceUnknown { advance: AdvanceId } = "advance.unknown", "没有先行救助{advance}", "核对编号。";
    AdvanceExists { advance: AdvanceId } = "advance.exists", "先行救助{advance}已经登记", "每件只登记一次。";
    AdvanceOverLimit { limit: Money } = "advance.over_limit", "超过乡镇先行救助限额{limit}元", "超限额的由县级审批。";
    AdvanceSettled { advance: AdvanceId } = "advance.settled", "先行救助{advance}已经补办", "不需要再次补办。";
    InsuranceUnknown { policy: PolicyCode } = "insurance.unknown", "没有保单{policy}", "先登记保单。";
    InsuranceExists { policy: PolicyCode } = "insurance.exists", "保单{policy}已经登记", "核对是否重复登记。";
    ClaimUnknown { claim: ClaimId } = "claim.unknown", "没有理赔案件{claim}", "先报案。";
    ClaimExists { claim: ClaimId } = "claim.exists", "理赔案件{claim}已经报案", "每案只报一次。";
    ClaimStage { claim: ClaimId, needed: &'static str } = "claim.out_of_order", "理赔案件{claim}须先“{needed}”或已经办结", "按报案、查勘定损、赔付或拒赔的顺序办理。";
    ClaimOutside { policy: PolicyCode, date: Date } = "claim.outside_policy", "{date}不在保单{policy}的保险期内", "核对出险日期。";
    ClaimOverCover { left: Money } = "claim.over_cover", "超过保单剩余保额{left}元", "核对定损金额。";
    ClaimTwice { claim: ClaimId } = "claim.twice", "同一人同日的事故已经以案件{claim}报案", "核对是否重复报案；同一事故只赔一次。";
    NotInsured { person: PersonId, date: Date } = "insurance.not_listed", "人员{person}在出险日{date}不在参保名单上", "核对参保名单和出险日期。";
    InsuredTwice { person: PersonId } = "insurance.listed_twice", "人员{person}已在参保名单上", "核对名单是否重复。";
    LoanTwice { person: PersonId, from: Date } = "loan.listed_twice", "人员{person}自{from}起的这笔贷款已在名单上", "核对名单是否重复；只报上次以后新增的贷款。";
    InsuredTooMany { insured: u32 } = "insurance.too_many", "参保名单超过保单所载的{insured}人", "核对保单人数和名单。";

    GoodsUnknown { goods: GoodsCode } = "goods.unknown", "没有物资批次{goods}", "先登记物资入库。";
    GoodsExists { goods: GoodsCode } = "goods.exists", "物资批次{goods}已经入库", "每批物资用一个代码。";
    ReceiptUsed { act: ActId } = "goods.receipt_used", "这一户同一批物资的同一张签收单已经由动作{act}登记", "一张签收单只登记一次；另有发放请附另一张签收单。";
    GoodsInsufficient { short: Money } = "goods.insufficient", "物资结存不足，差价值{short}元的数量", "核对发放数量；先登记入库。";

    SpendingLineWrong { n: u32, why: &'static str } = "spending.line_wrong", "医疗费用第{n}行：{why}", "核对医保部门提供的名单；年度内只收更晚截止的累计数。";
    AlertUnknown { person: PersonId, year: i16 } = "alert.unknown", "人员{person}在{year}年没有预警", "核对人员和年度。";
    AlertAnswered { person: PersonId, year: i16 } = "alert.answered", "人员{person}在{year}年的预警已经处置", "每人每年只预警、处置一次；新情况按申请办理。";

    FlagUnknown { flag: FlagId } = "flag.unknown", "没有疑点{flag}", "核对疑点编号。";
    FlagExists { flag: FlagId } = "flag.exists", "疑点{flag}已经登记", "每个疑点只登记一次。";
    FlagEntryUnknown { entry: Seq } = "flag.entry_unknown", "第{entry}条记录还不存在", "核对所涉记录号。";
    FlagSourceWrong { how: &'static str } = "flag.source_wrong", "签名人不能以“{how}”登记该单位的疑点", "自查由本单位登记，抽查和审计由监督方登记，其余用信访举报。";
    FlagStage { flag: FlagId, stage: &'static str, needed: &'static str } = "flag.out_of_order", "疑点{flag}现为“{stage}”，{needed}", "按登记、移交、核实、认定、整改的顺序办理。";
    FlagForeign { flag: FlagId, unit: UnitCode } = "flag.not_yours", "疑点{flag}由单位{unit}办理", "请该单位的人员签署。";
    FlagOwnUnit { flag: FlagId, unit: UnitCode } = "flag.own_unit", "单位{unit}不能认定疑点{flag}：只有监督方可以，且不得认定本单位的", "请监督方签署；涉及监督方本单位的由上级办理。";

    HandoverWrong { why: &'static str } = "handover.wrong", "工作移交不成立：{why}", "按台账此刻的未结事项重新列出清单移交。";
    HandoverUnknown { handover: ActId } = "handover.unknown", "没有待接收的移交{handover}", "核对动作编号；已接收的不再接收。";

    WatchOpen { household: HouseholdId } = "watch.open", "户{household}已在监测中", "同一户不重复纳入；情况变化用监测评级。";
    WatchUnknown { household: HouseholdId } = "watch.unknown", "户{household}不在监测中", "核对该户；先纳入监测。";
    WatchMembersDiffer { household: HouseholdId, count: usize } = "watch.members_differ", "消除户{household}的风险须列全部{count}名监测对象，不多不少", "按纳入时的人员逐一列出。";

    ReversalImpossible { act: ActId } = "reversal.not_reversible", "动作{act}没有可冲销的记账", "只有记账的单笔动作可以红字冲销；支付用退汇或追回。";
    ReversalTwice { act: ActId } = "reversal.twice", "动作{act}已经冲销", "一笔只冲销一次。";
    ReversalTooEarly { original: Date } = "reversal.before_original", "冲销日期早于原记账日期{original}", "冲销日期不得早于原记账日期。";
    ReversalCleared { act: ActId } = "reversal.cleared", "动作{act}已与银行流水核销，不能冲销", "银行已证实该笔金额；如资金归属有误，用资金调拨。";
    CorrectionWrong { act: ActId } = "correction.not_reversed", "所更正的{act}不是红字冲销，或已被更正", "先红字冲销，再以蓝字更正注明冲销动作。";

    CloseOrder { expected: Period } = "close.out_of_order", "应先月结{expected}", "逐月结账，不得跳月。";
    CloseStatementMissing { account: BankAccountCode, until: Date } = "close.statement_missing", "专户{account}缺少截至{until}的流水", "导入到月末的流水后再月结。";
    CloseExceptionsOpen { count: usize } = "close.exceptions_open", "回盘和退汇还有{count}项存疑没有处理", "逐项处理后再月结；流水里没有对应的行列为未达账项，可以跨月。";
    CloseNotBalanced { account: BankAccountCode, difference: Money } = "close.not_balanced", "专户{account}余额调节后仍差{difference}元", "查明差额：核对流水、未达账项和漏记业务。";
    CloseTableMismatch {} = "close.table_mismatch", "月结所附数据摘要与账面算出的不符", "账面已变：请重新生成月结数据并签署。";
    CloseMoved { height: u64, found: u64 } = "close.moved", "月结数据是在{found}条记录时算出的，台账现有{height}条", "台账已有新记录：请重新月结。";
    BulletinMonthOpen { period: Period } = "bulletin.month_open", "{period}还没有月结", "月结后再签发通报。";
    BulletinHeight { height: u64, found: u64 } = "bulletin.wrong_height", "通报所用数据的台账高度应为{height}，现为{found}", "用月结冻结的数据生成通报。";
}

#[cfg(test)]
mod tests {
    use super::{LineNumbers, Rejection};

    #[test]
    fn every_refusal_has_its_own_code_and_says_what_to_do() {
        let mut codes: Vec<_> = Rejection::ALL.iter().map(|(code, ..)| *code).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), Rejection::ALL.len());
        for (code, text, hint) in Rejection::ALL {
            assert!(code.contains('.') && !text.is_empty() && hint.ends_with('。'), "{code}");
        }
    }

    #[test]
    fn of_many_lines_the_first_twenty_are_named_and_all_are_counted() {
        let refused = |lines: u32| Rejection::RosterExclusive {
            n: LineNumbers((1..=lines).collect()),
            scheme: "DB".to_owned(),
        };
        assert!(refused(3).to_string().starts_with("名册第1、2、3行："));
        assert!(refused(700).to_string().contains("、20等700行："));
    }

    #[test]
    fn a_refusal_speaks_with_its_figures() {
        let refusal = Rejection::ClaimOverCover { left: crate::money::Money::from_fen(123_450) };
        assert_eq!(refusal.to_string(), "超过保单剩余保额1,234.50元");
        assert_eq!(refusal.code(), "claim.over_cover");
    }
}
