// The Chinese word for every key that an act can have, and how its value reads. What is not here is not signed in a browser:
// nobody signs what the page cannot show. A test compares this with the format (docs/format/kinds.md).

import { visible } from "./visible.js";

export const WORDS = {
  acceptance: "验收", accepted: "验收日期", account: "账户", act: "所指动作", acts: "所指动作", adjustment: "所指调整", advance: "先行救助",
  alg: "签名算法", amount_fen: "金额", answered: "银行答复日期", application: "申请", area: "适用地区", arrived: "到达日期", assessed: "查勘日期",
  assessment: "所指查勘", balance_fen: "余额", bank: "开户银行", base_category: "基准部分", base_scheme: "基准项目", basis: "依据", batch: "批次",
  booked: "入账日期", brought_in: "所指名单", adjustments: "批量调整名单", was: "现为", cap_fen: "单笔上限", category: "部分", cause: "事由", chain: "审批环节", change: "所指变更",
  check: "所指核实", checked: "核实日期", claim: "理赔案件", closing_fen: "期末余额", code: "编码", collective_above_fen: "集体研究起点",
  commitment: "承诺", compromised_since: "存疑起自记录", confirmed: "确认日期", contributor: "缴款单位", corrects: "更正所指冲销", count: "笔数",
  countersigned: "副署", county: "县区划", cover_fen: "保额", cpi_bp: "居民消费价格同比涨幅", date: "日期", days: "工作日数",
  decide_days: "办结工作日", decided: "认定日期", decision: "处理意见", digest: "文件指纹", direct: "直达标识", division: "区划", document_no: "文号",
  documents: "文件", done: "办结日期", due: "报告期限", effect: "互斥方式", ends: "止期", entitlement: "资格", entries: "所指记录", entry: "所指记录",
  event: "事由", evidence: "凭证指纹", file: "文件指纹", file_name: "文件名", filed: "受理日期", finding: "核实情况", fingerprint: "行指纹",
  flag: "疑点", food_bp: "食品价格同比涨幅", found: "发现日期", from: "起始", function_code: "功能科目", fund: "资金", goods: "物资批次",
  grade: "评级", handover: "移交签名", head: "户主", height: "台账高度", holder: "持有人", holidays: "放假日", household: "户", how: "安置方式",
  id_no_commit: "证件号承诺", insured: "参保人数", insurer: "承保机构", key: "密钥", keys: "密钥", kind: "类别", known: "已登记人员", label: "名目",
  last: "止月", level: "级次", limit: "次数限制", listed_fen: "在册对象预警线", log_key: "存证密钥", loss: "出险日期", manifest: "明细清单",
  matter: "事项", measure: "整改措施", months: "月数", movement: "账项", name: "名称", name_commit: "姓名承诺", needs: "另需条件", new: "新账户",
  notice_days: "公示天数", notice_no: "通知书编号", number: "编号", number_commit: "号码承诺", objections: "未了异议", officer: "人员", officers: "人员",
  old: "原账户", one: "一方项目", opened: "开立日期", opening_fen: "期初余额", order: "所指通知", organisation: "机构", other: "另一方项目",
  other_fen: "其他对象预警线", outcome: "结论", own_fen: "自负金额", paid: "所指支付", parts: "分项", pay_day: "发放日", pay_start: "起发月",
  payee: "收款人", payees: "可收款对象", pays: "发放方式", per: "计次范围", period: "所属月份", permille: "千分比", person: "人员", persons: "人员",
  photo: "照片指纹", place: "地点", policy: "保单", possession: "持有证明", post: "职务", premium_fen: "保费", profile: "版式",
  profile_text: "版式指纹", public: "公钥", published: "发布日期", purposes: "可用项目", quantity: "数量", reason: "理由", receipt: "签收指纹",
  record: "密钥记录", reference: "支付", regularise_days: "补办工作日", regularised: "所补先行救助", reissue_of: "补发所替", requires: "前提项目",
  resolved: "办结日期", returned: "退回日期", risk: "风险类别", roles: "职责", root: "明细指纹", roster: "名册", row: "文件行", rule: "规则",
  scheme: "项目", schemes: "项目", settled: "办结日期", side: "归属", sig: "签名", size: "条数", source: "来源", sources: "资金来源", stage: "阶段",
  starts: "起期", step: "环节", subject: "事项", survey: "所指调查", surveyed: "调查日期", surveyors: "调查人数", table: "月结数据指纹", to: "转入",
  total_fen: "合计", town: "乡镇", town_confirm_fen: "乡镇确认上限", town_limit_fen: "乡镇先行上限", trigger: "触发条件", unit: "单位",
  unit_value_fen: "单价", units: "单位", until: "截至", uscc: "统一社会信用代码", verdict: "认定", vkey: "存证密钥", voucher: "凭证指纹",
  voucher_no: "凭证号", worked_weekends: "调休上班日", year: "年度",
};

// Every kind of act: the kind is signed like everything else.
export const KINDS = {
  "ledger.founded": "建账", "unit.registered": "单位登记", "officer.appointed": "人员任职", "officer.dismissed": "人员离任", "key.enrolled": "密钥登记",
  "key.revoked": "密钥吊销", "key.rotated": "密钥更换", "acts.reconfirmed": "动作重新确认", "acts.disowned": "动作否认", "log_key.announced": "日志密钥公告",
  "log_key.retired": "日志密钥停用", "calendar.published": "工作日历发布", "scheme.set": "项目设定", "standard.set": "标准设定", "exclusion.set": "互斥设定",
  "bank_account.opened": "专户开立", "fund.opened": "资金设立", "fund.allotted": "指标下达", "fund.released": "资金拨付", "fund.contributed": "统筹或捐赠到账",
  "fund.moved": "资金调拨", "people.registered": "人员登记", "account.changed": "账户变更", "account.change_approved": "账户变更批准", "person.died": "死亡登记",
  "application.filed": "申请受理", "application.surveyed": "入户调查", "application.survey_joined": "共同调查", "application.noticed": "公示",
  "application.reviewed": "乡镇审核", "application.confirmed": "县级确认", "application.declined": "不予确认", "entitlements.brought_in": "存量资格转入",
  "entitlements.confirmed": "存量资格确认", "entitlement.adjusted": "资格调整", "entitlement.adjustment_confirmed": "调整确认", "entitlement.stopped": "资格停发",
  "advance.paid": "先行救助", "advance.regularised": "先行救助补办", "insurance.opened": "保单登记", "claim.filed": "报案", "claim.assessed": "查勘定损",
  "claim.settled": "赔付", "claim.declined": "拒赔", "roster.drawn": "造册", "roster.checked": "名册复核", "roster.finance_reviewed": "财政审核",
  "roster.approved": "名册审批", "roster.withdrawn": "名册撤回", "payment_file.released": "报盘", "response.imported": "回盘导入", "returns.imported": "退汇导入",
  "statement.imported": "流水导入", "exception.resolved": "存疑处理", "recovery.ordered": "追回通知", "recovery.received": "追回到账", "entry.reversed": "红字冲销",
  "month.closed": "月结", "bulletin.issued": "通报签发", "standard.floor_set": "标准下限设定", "index.published": "价格指数公布", "application.step_passed": "环节办结",
  "repeat.allowed": "再次救助核准", "insurance.listed": "参保名单", "claim.noticed": "理赔公示", "watch.begun": "纳入监测", "watch.graded": "监测评级",
  "watch.ended": "风险消除", "loans.listed": "贷款名单", "organisation.registered": "机构登记", "payee.authorised": "代领备案", "person.found": "发现求助人员",
  "person.settled": "求助人员安置", "person.identified": "身份查明", "stage.accepted": "阶段验收", "stage.confirmed": "阶段验收确认", "goods.received": "物资入库",
  "goods.handed_out": "物资发放", "alert.rule_set": "预警标准设定", "medical.listed": "医疗费用名单", "alert.answered": "预警处置", "flag.raised": "疑点登记",
  "flag.handed_over": "疑点移交", "flag.checked": "疑点核实", "flag.decided": "疑点认定", "flag.remedied": "整改办结", "handover.offered": "工作移交",
  "handover.accepted": "移交接收", "entitlements.adjusted": "资格批量调整", "entitlements.adjustment_confirmed": "批量调整确认", "entitlements.adjustment_withdrawn": "批量调整撤回", "organisation.closed": "机构停用", "fund.returned": "资金上缴", "clearing.undone": "解除核销",
};

// Keys that mean something of their own in one kind of act.
const WORDS_OF = {
  "application.filed": { category: "类别" },
  "fund.moved": { from: "转出资金", to: "转入资金" },
  "flag.raised": { rule: "规则（manual 为人工登记）" },
};

// Closed words that mean something of their own under one key.
const CLOSED_OF = {
  level: { central: "中央", province: "省级", city: "市级", county: "县级" },
  direct: { none: "非直达", central: "01中央直达", province: "03省级直达" },
  side: { town: "乡镇", treasury: "财政" },
};

// The closed words of the format. Some words stand in several lists; then all their meanings are shown beside the word.
const CLOSED = {
  acceptance: "验收", account_amount: "按账号和金额", account_approver: "账户变更批准", account_name_amount: "按账号、户名和金额", account_not_found: "账号不存在",
  account_type: "账户类型或限额不符", accountant: "会计", admin: "系统管理", advance: "未补办先行救助", advance_debit: "先行救助支付", alert: "未处置预警", ambiguous: "无法唯一对应",
  application: "在办申请", audit: "审计", authorised: "备案代领人", bank_route: "行号或行别错误", batch: "未完批次", batch_debit: "批次扣款", beneficiary: "本人",
  bulletin_writer: "通报", card_lost: "挂失或介质异常", cared: "关心户", cause_and_year: "自然年同一事由", ceiling: "不超过", central: "01中央直达 / 中央", city: "市级",
  claim: "在办理赔", cleared: "对应到账项 / 排除", closed: "账户已销户", collective_decision: "集体研究", conflicting: "前后矛盾", contractor: "施工单位", county: "县级",
  county_confirm: "县级确认", county_confirmer: "县级确认", deceased: "收款人死亡", discrepant: "差异", dormant: "长期不动户", duplicate: "银行判为重复", exception: "存疑",
  failed: "发放失败 / 认定发放失败", failure_credit: "失败退回", family: "亲属接领", finance_reviewer: "财政审核", fixed: "定额", flag: "未办结疑点", float: "备用金",
  frozen: "账户冻结或止付", fund_credit: "资金到账", fund_keeper: "资金登记", head: "户主", home: "返乡", hospital: "医疗机构 / 送医救治", id_invalid: "证件过期或不符",
  inspection: "监督", inspector: "纪检监督", institution: "供养机构 / 机构安置", lifetime: "终身", lifted: "不再互斥", loan: "贷款", marginal: "边缘易致贫", member: "户内成员",
  month: "月", name_mismatch: "户名不符", next_month: "次月起", no_effect: "与本账无关", none: "未对应 / 非直达", notice: "公示", office: "主管部门", other: "其他原因",
  partial: "部分入账", partner: "合作单位", payer: "支付", payer_funds: "付款户余额不足", payment: "待补发支付", pending: "银行处理中", per_unit: "按量", policy_setter: "政策制定",
  pooled: "统筹基金", progress: "按进度", proposal: "待确认事项", province: "03省级直达 / 省级", reconciler: "对账", recovery: "未追回款项", recovery_credit: "追回款",
  reference: "按行引用", refused: "阻止", registrar: "信息登记", regular: "当月", reissue: "补发", repeated: "重复回盘 / 重复流水 / 重复退汇", report: "信访举报",
  return_credit: "退汇", returned: "认定退汇 / 退汇", roster_approver: "审批", roster_checker: "复核", roster_maker: "造册", safe: "放心户", same_month: "当月起",
  school: "培训机构", self_check: "自查", settled: "入账成功 / 认定入账成功", stranger: "未安置求助人员", sudden: "突发严重困难", supervisor: "主管", supplementary: "补充",
  supplier: "供货单位", survey: "入户调查", surveyor: "入户调查", sweep: "抽查", system: "银行系统原因", town: "乡镇", town_review: "乡镇审核", town_reviewer: "乡镇审核",
  transfer_credit: "内部划入", transfer_debit: "内部划出", treasury: "财政 / 财政资金", unknown: "结果不明", unmatched: "无对应支付 / 未对应", unstable: "脱贫不稳定", upheld: "属实",
  village_nomination: "村级推荐", warned: "提示", watched: "监测户", year: "自然年",
};

// 1234567 fen as 12,345.67.
export function yuan(fen) {
  const [sign, whole] = [fen < 0 ? "-" : "", Math.abs(fen).toString().padStart(3, "0")];
  return `${sign}${whole.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ",")}.${whole.slice(-2)}`;
}

// A value as a person reads it.
export function shown(key, value) {
  if (Number.isInteger(value) && key.endsWith("_fen")) return `${yuan(value)} 元`;
  // Hundredths of a percent.
  if (Number.isInteger(value) && key.endsWith("_bp")) return `${yuan(value)}%`;
  const own = Object.hasOwn(CLOSED_OF, key) ? CLOSED_OF[key] : {};
  if (typeof value === "string" && Object.hasOwn(own, value)) return `${own[value]}（${value}）`;
  if (typeof value === "string" && Object.hasOwn(CLOSED, value)) return `${CLOSED[value]}（${value}）`;
  return visible(String(value));
}

// Everything that a body states, as pairs of a word and a value, nested parts under their own words.
export function told(body, above = "", kind = "") {
  const [pairs, used] = [[], new Set()];
  for (const [key, value] of Object.entries(body)) {
    const own = Object.hasOwn(WORDS_OF, kind) ? WORDS_OF[kind] : {};
    const word = Object.hasOwn(own, key) ? own[key] : Object.hasOwn(WORDS, key) ? WORDS[key] : undefined;
    if (!word) throw new Error(`本页不认识“${key}”这一项，不能在这里签署；请用 doudi act 办理。`);
    const plain = above ? `${above} › ${word}` : word;
    // Two keys of one word stand apart: neither hides the other.
    const name = used.has(plain) ? `${plain}（${key}）` : plain;
    used.add(plain);
    const items = Array.isArray(value) ? value : [value];
    items.forEach((item, at) => {
      const numbered = items.length > 1 ? `${name}（${at + 1}）` : name;
      if (item !== null && typeof item === "object") pairs.push(...told(item, numbered));
      else pairs.push([numbered, shown(key, item), key]);
    });
    if (items.length === 0) pairs.push([name, "（无）", key]);
  }
  return pairs;
}
