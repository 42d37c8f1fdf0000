// The Chinese word for every key that an act can have, and how its value reads. What is not here is not signed in a browser:
// nobody signs what the page cannot show. A test compares this with the format (docs/format/kinds.md).

export const WORDS = {
  acceptance: "验收", accepted: "验收日期", account: "账户", act: "所指动作", acts: "所指动作", adjustment: "所指调整", advance: "先行救助",
  alg: "签名算法", amount_fen: "金额", answered: "银行答复日期", application: "申请", area: "适用地区", arrived: "到达日期", assessed: "查勘日期",
  assessment: "所指查勘", balance_fen: "余额", bank: "开户银行", base_category: "基准部分", base_scheme: "基准项目", basis: "依据", batch: "批次",
  booked: "入账日期", brought_in: "所指名单", cap_fen: "单笔上限", category: "部分", cause: "事由", chain: "审批环节", change: "所指变更",
  check: "所指核实", checked: "核实日期", claim: "理赔案件", closing_fen: "期末余额", code: "编码", collective_above_fen: "集体研究起点",
  commitment: "承诺", compromised_since: "存疑起自记录", confirmed: "确认日期", contributor: "缴款单位", corrects: "更正所指冲销", count: "笔数",
  countersigned: "副署", county: "县区划", cover_fen: "保额", cpi_bp: "价格指数涨幅（万分比）", date: "日期", days: "工作日数",
  decide_days: "办结工作日", decided: "认定日期", decision: "处理意见", digest: "文件指纹", direct: "直达标识", division: "区划", document_no: "文号",
  documents: "文件", done: "办结日期", due: "报告期限", effect: "互斥方式", ends: "止期", entitlement: "资格", entries: "所指记录", entry: "所指记录",
  event: "事由", evidence: "凭证指纹", file: "文件指纹", file_name: "文件名", filed: "受理日期", finding: "核实情况", fingerprint: "行指纹",
  flag: "疑点", food_bp: "食品价格涨幅（万分比）", found: "发现日期", from: "起始", function_code: "功能科目", fund: "资金", goods: "物资批次",
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

// 1234567 fen as 12,345.67.
export function yuan(fen) {
  const [sign, whole] = [fen < 0 ? "-" : "", Math.abs(fen).toString().padStart(3, "0")];
  return `${sign}${whole.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ",")}.${whole.slice(-2)}`;
}

// A value as a person reads it.
export function shown(key, value) {
  if (Number.isInteger(value) && key.endsWith("_fen")) return `${yuan(value)} 元`;
  return String(value);
}

// Everything that a body states, as pairs of a word and a value, nested parts under their own words.
export function told(body, above = "") {
  const pairs = [];
  for (const [key, value] of Object.entries(body)) {
    const word = WORDS[key];
    if (!word) throw new Error(`本页不认识“${key}”这一项，不能在这里签署；请用 doudi act 办理。`);
    const name = above ? `${above} › ${word}` : word;
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
