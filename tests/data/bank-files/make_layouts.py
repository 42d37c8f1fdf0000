"""Makes the text and XML files of the layouts that came after the first four. Needs nothing but Python.

Names, accounts and document numbers are invented; their check digits are valid.
Each file is one case; what must come of it stands beside it in CASE.EXT.expected, which
`UPDATE=1 cargo test -p reconcile` writes anew.
"""
import pathlib

HERE = pathlib.Path(__file__).parent
PAYEES = [
    ("张测试", "6228480000000000018", 40400, "141130195603120019", "农行", "103100000026"),
    ("李样例", "6217000000000000020", 54800, "141130194911050425", "", ""),
    ("王示范", "6222020000000000034", 245200, "141130198706231137", "工行", "102100099996"),
    ("欧阳测", "6217990000000000048", 10000, "141130201204152089", "邮储", "403100000004"),
]
OURS = "14001000000000000018"


def put(path, data):
    target = HERE / path
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(data)


def gb(rows):
    return "".join(row + "\r\n" for row in rows).encode("gb18030")


def yuan(fen):
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02}"


def ref(number):
    return f"D20A0{number:07}"


def swap(rows, index, old, new):
    rows = list(rows)
    assert old in rows[index], (rows[index], old)
    rows[index] = rows[index].replace(old, new, 1)
    return rows


def swap_text(text, old, new):
    assert old in text, old
    return text.replace(old, new, 1)


def pad(text, width, right=False, fill=" "):
    data = text.encode("gb18030")
    rest = fill.encode() * (width - len(data))
    return rest + data if right else data + rest


# --- fixed-fen ----------------------------------------------------------------------------
def fen_row(number, status, name=None, amount=None, account=None):
    payee, acct, fen, *_ = PAYEES[number - 1]
    return (
        pad(str(number), 8, True, "0")
        + pad(account or acct, 28)
        + pad(name or payee, 60)
        + pad(str(amount if amount is not None else fen), 15, True, "0")
        + pad(ref(number), 20)
        + pad(status, 4)
    )


def fen_end(count, total):
    return b"T" + pad(str(count), 8, True, "0") + pad(str(total), 18, True, "0")


def lines(rows):
    return b"".join(row + b"\r\n" for row in rows)


FEN = [fen_row(1, "0000"), fen_row(2, "E031"), fen_row(3, "0000"), fen_row(4, "E018")]
END = fen_end(4, 350400)
put("fixed-fen/good.rsp", lines(FEN + [END]))
put("fixed-fen/payment-file.req", lines([fen_row(n, "") for n in range(1, 5)] + [END]))
put("fixed-fen/rare-name.rsp", lines([fen_row(1, "0000", name="𠮷㛃倈")] + FEN[1:] + [END]))
put("fixed-fen/waiting.rsp", lines([fen_row(1, "P000")] + FEN[1:3] + [fen_row(4, "E028"), END]))
put("fixed-fen/total-mismatch.rsp", lines(FEN + [fen_end(4, 350401)]))
put("fixed-fen/count-mismatch.rsp", lines(FEN + [fen_end(5, 350400)]))
put("fixed-fen/trailer-missing.rsp", lines(FEN))
put("fixed-fen/cut-off.rsp", lines(FEN + [END])[:300])
put("fixed-fen/row-too-long.rsp", lines([FEN[0] + b" "] + FEN[1:] + [END]))
put("fixed-fen/unknown-status.rsp", lines([fen_row(1, "Z999")] + FEN[1:] + [END]))
put("fixed-fen/zero-amount.rsp", lines([fen_row(1, "0000", amount=0)] + FEN[1:] + [fen_end(4, 310000)]))
put("fixed-fen/negative-amount.rsp", lines([fen_row(1, "0000").replace(b"000000000040400", b"-00000000040400")] + FEN[1:] + [END]))
put("fixed-fen/blank-row.rsp", lines(FEN[:2] + [b""] + FEN[2:] + [END]))
put("fixed-fen/line-twice.rsp", lines(FEN + [FEN[0], fen_end(5, 390800)]))
half = bytearray(FEN[1])
half[36 + 59] = "李".encode("gb18030")[0]
put("fixed-fen/half-character.rsp", lines([FEN[0], bytes(half)] + FEN[2:] + [END]))
broken = bytearray(FEN[2])
broken[37] = 0xFF
put("fixed-fen/broken-byte.rsp", lines(FEN[:2] + [bytes(broken)] + FEN[3:] + [END]))
shifted = FEN[2][:36] + b" " + FEN[2][36:95] + FEN[2][96:]
put("fixed-fen/shifted.rsp", lines(FEN[:2] + [shifted] + FEN[3:] + [END]))
put("fixed-fen/after-the-end.rsp", lines(FEN + [END, FEN[0]]))


# --- gbk-pair -----------------------------------------------------------------------------
def pair_row(number, code, name=None):
    payee, acct, fen, document, *_ = PAYEES[number - 1]
    return (
        pad(str(number), 8) + pad(acct, 32) + pad(name or payee, 60) + pad(str(fen), 16, True) + pad("1", 4)
        + pad(document, 20) + b"20201012" + pad("CNY", 4) + pad(code, 8) + pad(ref(number), 20)
    )


def pair_end(count, total):
    return pad("合计", 8) + pad(str(count), 10, True) + pad(str(total), 20, True)


PAIR = [pair_row(1, "0010101"), pair_row(2, "0020101"), pair_row(3, "0010101"), pair_row(4, "0020101")]
put("gbk-pair/good.rtn", lines(PAIR + [pair_end(4, 350400)]))
put("gbk-pair/payment-file.txt", lines([pair_row(n, "0101") for n in range(1, 5)] + [pair_end(4, 350400)]))
put("gbk-pair/not-answered.rtn", lines([pair_row(1, "0101")] + PAIR[1:] + [pair_end(4, 350400)]))
put("gbk-pair/total-mismatch.rtn", lines(PAIR + [pair_end(4, 350500)]))
put("gbk-pair/row-removed.rtn", lines(PAIR[:2] + PAIR[3:] + [pair_end(4, 350400)]))
put("gbk-pair/wrong-date.rtn", lines([PAIR[0].replace(b"20201012", b"20201312")] + PAIR[1:] + [pair_end(4, 350400)]))
put("gbk-pair/other-currency.rtn", lines([PAIR[0].replace(b"CNY", b"USD")] + PAIR[1:] + [pair_end(4, 350400)]))

# --- ccb-pipe -----------------------------------------------------------------------------
CCB = []
for number, (status, why) in enumerate([("01", ""), ("02", "户名不符"), ("01", ""), ("02", "账户已销户")], 1):
    name, account, fen, *_ = PAYEES[number - 1]
    CCB.append(f"{number}|{status}|{account}|{name}|{yuan(fen)}|{ref(number)}|{why}|")
CCB_REQUEST = []
for number, (name, account, fen, _, bank, bank_number) in enumerate(PAYEES, 1):
    CCB_REQUEST.append(f"{number}|{account}|{name}|{yuan(fen)}|{1 if bank else 0}|{bank}|{bank_number}||{ref(number)}|低保2010||")
put("ccb-pipe/good.txt", gb(CCB))
put("ccb-pipe/without-trailing-separator.txt", gb([row[:-1] for row in CCB]))
put("ccb-pipe/payment-file.txt", gb(CCB_REQUEST))
put("ccb-pipe/waiting.txt", gb(swap(swap(CCB, 0, "|01|", "|03|"), 2, "|01|", "|09|")))
put("ccb-pipe/bar-in-a-name.txt", gb(swap(CCB, 0, "张测试", "倈测试")))
put("ccb-pipe/unknown-status.txt", gb(swap(CCB, 0, "|01|", "|55|")))
put("ccb-pipe/three-decimals.txt", gb(swap(CCB, 1, "548.00", "548.005")))
put("ccb-pipe/column-missing.txt", gb(["|".join(row.split("|")[:5]) for row in CCB]))
put("ccb-pipe/one-row-short.txt", gb(CCB[:2] + ["3|01|6222020000000000034|王示范"] + CCB[3:]))
put("ccb-pipe/blank-row.txt", gb(CCB[:1] + [""] + CCB[1:]))
put("ccb-pipe/line-twice.txt", gb(CCB + [CCB[0]]))
put("ccb-pipe/number-unreadable.txt", gb(swap(CCB, 3, "4|02", "四|02")))

# --- ykt-detail ---------------------------------------------------------------------------
YKT = ["区划,支付凭证号,金额(元),项目名称,项目代码,收款账户名称,收款方账户,收款人开户银行,街道(乡镇)名称,村名称,证件号码,姓名,按户或按人补助,备注,发放月份"]
for name, account, fen, document, bank, _ in PAYEES:
    YKT.append(f"141130000,5201201009007,{yuan(fen)},农村低保金,P2081902,{name},{account},{bank or '建行'},,,{document},{name},02,,202010")
put("ykt-detail/payment-file.csv", gb(YKT))


# --- XML ----------------------------------------------------------------------------------
def voucher(details, total="3504.00", settled="2856.00", vt="8207"):
    body = "\r\n".join(details)
    return (
        f'<VoucherBody AdmDivCode="141130000" StYear="2020" VtCode="{vt}" VoucherNo="{vt}201009001"><Voucher>'
        f"<VouDate>20201009</VouDate><OriginalVtCode>5201</OriginalVtCode><OriginalVoucherNo>5201201009007</OriginalVoucherNo>"
        f"<PayTypeCode>11</PayTypeCode><SumAmt>{total}</SumAmt><XSumAmt>{settled}</XSumAmt><DetailList>\r\n"
        f"{body}\r\n</DetailList></Voucher></VoucherBody>\r\n"
    )


def detail(number, code="", why="", paid=None, date="20201012"):
    name, account, fen, *_ = PAYEES[number - 1]
    paid = paid if paid is not None else ("0.00" if code else yuan(fen))
    serial = "" if code else f"20201012A{number:04}"
    tag = lambda t, x: f"<{t}>{x}</{t}>" if x else f"<{t}/>"
    return (
        f"<Detail><Id>{ref(number)}</Id><PayeeAcctNo>{account}</PayeeAcctNo><PayeeAcctName>{name}</PayeeAcctName><PayAmt>{yuan(fen)}</PayAmt>"
        + tag("XPayDate", "" if code else date) + tag("XAgentBusinessNo", serial) + f"<XPayAmt>{paid}</XPayAmt>"
        + tag("XAddWordCode", code) + tag("XAddWord", why) + "</Detail>"
    )


MOF = [detail(1), detail(2, "02", "户名不符"), detail(3), detail(4, "05", "账户已销户")]
good = voucher(MOF)
put("mof-8207/good.xml", good.encode())
put("mof-8207/wrapped.xml", ('<?xml version="1.0" encoding="GBK"?>\r\n<MOF>' + good.strip() + "</MOF>\r\n").encode("gb18030"))
put("mof-8207/waiting.xml", voucher([detail(1, paid="0.00", date="")] + MOF[1:], settled="2452.00").encode())
put("mof-8207/total-mismatch.xml", voucher(MOF, total="3504.01").encode())
put("mof-8207/settled-total-mismatch.xml", voucher(MOF, settled="3504.00").encode())
put("mof-8207/row-removed.xml", voucher(MOF[:3]).encode())
put("mof-8207/reason-and-money.xml", voucher([MOF[0], detail(2, "02", "户名不符", paid="548.00")] + MOF[2:], settled="3404.00").encode())
put("mof-8207/unknown-element.xml", swap_text(good, "<XSumAmt>", "<YLocal>1</YLocal><XSumAmt>").encode())
put("mof-8207/element-missing.xml", good.replace("<XPayAmt>404.00</XPayAmt>", "").replace("<XPayAmt>2452.00</XPayAmt>", "").replace("<XPayAmt>0.00</XPayAmt>", "").encode())
put("mof-8207/one-element-missing.xml", swap_text(good, "<PayeeAcctNo>6222020000000000034</PayeeAcctNo>", "").encode())
put("mof-8207/element-twice.xml", swap_text(good, "<PayAmt>404.00</PayAmt>", "<PayAmt>404.00</PayAmt><PayAmt>405.00</PayAmt>").encode())
put("mof-8207/cut-off.xml", good.encode()[:900])
put("mof-8207/document-type.xml", ('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>\r\n' + good).encode())
put("mof-8207/two-documents.xml", (good + good).encode())
put("mof-8207/broken-byte.xml", good.encode().replace("王".encode(), b"\xe7\x8e"))
put("mof-8207/line-twice.xml", voucher(MOF + [MOF[0]], total="3908.00", settled="3260.00").encode())
put("mof-8207/payment-file.xml", ("".join(
    part for part in voucher([
        f"<Detail><Id>{ref(n)}</Id><PayeeAcctNo>{a}</PayeeAcctNo><PayeeAcctName>{name}</PayeeAcctName><PayAmt>{yuan(fen)}</PayAmt></Detail>"
        for n, (name, a, fen, *_) in enumerate(PAYEES, 1)
    ]).replace("<XSumAmt>2856.00</XSumAmt>", ""))).encode())
many = [detail(1).replace(ref(1), ref(n)) for n in range(1, 502)]
put("mof-8207/too-many.xml", voucher(many, total="202404.00", settled="202404.00").encode())

REFUND = (
    '<VoucherBody AdmDivCode="141130000" StYear="2020" VtCode="2252" VoucherNo="103202010150001"><Voucher><VouDate>20201015</VouDate>'
    "<OriBillNo>8207201009001</OriBillNo><PayAmt>-2856.00</PayAmt><PayDate>20201015</PayDate><DetailList>"
    f"<Detail><Id>{ref(1)}</Id><PayAmt>-404.00</PayAmt><Remark>账户已销户</Remark></Detail>"
    f"<Detail><Id>{ref(3)}</Id><PayAmt>-2452.00</PayAmt><Remark>完全冻结</Remark></Detail></DetailList></Voucher></VoucherBody>\r\n"
)
put("mof-2252/good.xml", REFUND.encode())
put("mof-2252/positive-amount.xml", swap_text(REFUND, "<PayAmt>-404.00", "<PayAmt>404.00").encode())
put("mof-2252/total-mismatch.xml", swap_text(REFUND, "-2856.00", "-2856.01").encode())
put("mof-2252/reason-missing.xml", swap_text(REFUND, "账户已销户", "").encode())
put("mof-2252/wrong-date.xml", swap_text(REFUND, "<PayDate>20201015", "<PayDate>20201315").encode())
put("mof-2252/other-payment.xml", swap_text(REFUND, ref(1), "D20B00000009").encode())

# --- ISO 20022 ----------------------------------------------------------------------------
def transaction(number, status, code="", words=""):
    name, account, fen, *_ = PAYEES[number - 1]
    reason = f"<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn><AddtlInf>{words}</AddtlInf></StsRsnInf>" if code else ""
    return (
        f"<TxInfAndSts><OrgnlEndToEndId>{ref(number)}</OrgnlEndToEndId><TxSts>{status}</TxSts>{reason}<OrgnlTxRef>"
        f'<Amt><InstdAmt Ccy="CNY">{yuan(fen)}</InstdAmt></Amt><Cdtr><Nm>{name}</Nm></Cdtr>'
        f"<CdtrAcct><Id><Othr><Id>{account}</Id></Othr></Id></CdtrAcct></OrgnlTxRef></TxInfAndSts>"
    )


def pain002(parts, count=4, total="3504.00"):
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\r\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>'
        "<GrpHdr><MsgId>R1</MsgId><CreDtTm>2020-10-12T16:00:00</CreDtTm></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>D20A0</OrgnlMsgId>"
        f"<OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId><OrgnlNbOfTxs>{count}</OrgnlNbOfTxs><OrgnlCtrlSum>{total}</OrgnlCtrlSum><GrpSts>PART</GrpSts>"
        "</OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>D20A0</OrgnlPmtInfId>\r\n" + "\r\n".join(parts)
        + "\r\n</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>\r\n"
    )


PAIN = [transaction(1, "ACSC"), transaction(2, "RJCT", "BE01", "户名不符"), transaction(3, "ACSP"), transaction(4, "RJCT", "AC04", "销户")]
put("iso-pain/good.xml", pain002(PAIN).encode())
put("iso-pain/prefixed.xml", pain002(PAIN).replace("<", "<p:").replace("<p:/", "</p:").replace("<p:?", "<?").replace(" xmlns=", " xmlns:p=").encode())
put("iso-pain/unknown-status.xml", pain002([transaction(1, "ACWP")] + PAIN[1:]).encode())
put("iso-pain/count-mismatch.xml", pain002(PAIN[:3]).encode())
TRANSFERS = "".join(
    f'<CdtTrfTxInf><PmtId><EndToEndId>{ref(n)}</EndToEndId></PmtId><Amt><InstdAmt Ccy="CNY">{yuan(fen)}</InstdAmt></Amt><Cdtr><Nm>{name}</Nm></Cdtr>'
    f"<CdtrAcct><Id><Othr><Id>{account}</Id></Othr></Id></CdtrAcct></CdtTrfTxInf>\r\n"
    for n, (name, account, fen, *_) in enumerate(PAYEES, 1)
)
SUMS = "<NbOfTxs>4</NbOfTxs><CtrlSum>3504.00</CtrlSum>"
put("iso-pain/payment-file.xml", (
    '<?xml version="1.0" encoding="UTF-8"?>\r\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn><GrpHdr>'
    f"<MsgId>D20A0</MsgId><CreDtTm>2020-10-09T00:00:00</CreDtTm>{SUMS}<InitgPty><Nm>测试县财政局</Nm></InitgPty></GrpHdr>"
    f"<PmtInf><PmtInfId>D20A0</PmtInfId><PmtMtd>TRF</PmtMtd><BtchBookg>true</BtchBookg>{SUMS}<PmtTpInf><CtgyPurp><Cd>SSBE</Cd></CtgyPurp></PmtTpInf>"
    f"<ReqdExctnDt><Dt>2020-10-09</Dt></ReqdExctnDt><Dbtr><Nm>测试县民政局</Nm></Dbtr><DbtrAcct><Id><Othr><Id>{OURS}</Id></Othr></Id></DbtrAcct>"
    "<DbtrAgt><FinInstnId><ClrSysMmbId><MmbId>105100000017</MmbId></ClrSysMmbId></FinInstnId></DbtrAgt>\r\n" + TRANSFERS
    + "</PmtInf></CstmrCdtTrfInitn></Document>\r\n"
).encode())
put("iso-pain/cut-off.xml", pain002(PAIN).encode()[:1500])

ENTRIES = [
    ("CRDT", 350400, "2020-10-08", "1-0001", "测试县财政局国库", "141130001", "拨款", "10月低保"),
    ("DBIT", 350400, "2020-10-09", "1-0002", "代发业务过渡户", "", "批量代发", "批次D20A0"),
    ("CRDT", 64800, "2020-10-09", "1-0003", "代发业务过渡户", "", "代发失败退回", "批次D20A0"),
    ("CRDT", 40400, "2020-10-15", "1-0004", "张测试", "6228480000000000018", "退汇", "账户已销户"),
]


def entry(sense, fen, day, serial, name, account, summary, remark):
    side = "Dbtr" if sense == "CRDT" else "Cdtr"
    acct = f"<{side}Acct><Id><Othr><Id>{account}</Id></Othr></Id></{side}Acct>" if account else ""
    return (
        f'<Ntry><Amt Ccy="CNY">{yuan(fen)}</Amt><CdtDbtInd>{sense}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{day}</Dt></BookgDt>'
        f"<AcctSvcrRef>{serial}</AcctSvcrRef><NtryDtls><TxDtls><RltdPties><{side}><Nm>{name}</Nm></{side}>{acct}</RltdPties>"
        f"<RmtInf><Ustrd>{remark}</Ustrd></RmtInf></TxDtls></NtryDtls><AddtlNtryInf>{summary}</AddtlNtryInf></Ntry>"
    )


def balance(code, fen, day):
    return f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">{yuan(fen)}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>'


def camt053(entries, closing=1105200, account=OURS):
    return (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>S1</MsgId><CreDtTm>2020-11-01T08:00:00</CreDtTm></GrpHdr>'
        f"<Stmt><Id>202010</Id><Acct><Id><Othr><Id>{account}</Id></Othr></Id></Acct>{balance('OPBD', 1000000, '2020-10-01')}{balance('CLBD', closing, '2020-10-31')}\r\n"
        + "\r\n".join(entry(*one) for one in entries) + "\r\n</Stmt></BkToCstmrStmt></Document>\r\n"
    )


put("iso-camt/statement.xml", camt053(ENTRIES).encode())
put("iso-camt/entry-removed.xml", camt053(ENTRIES[:2] + ENTRIES[3:]).encode())
put("iso-camt/other-account.xml", camt053(ENTRIES, account="14001000000000000026").encode())
put("iso-camt/no-closing-balance.xml", camt053(ENTRIES).replace("CLBD", "ITBD").encode())
put("iso-camt/unknown-sense.xml", swap_text(camt053(ENTRIES), "<CdtDbtInd>DBIT", "<CdtDbtInd>OUT").encode())


def camt054(parts):
    return (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"><BkToCstmrDbtCdtNtfctn><GrpHdr><MsgId>N1</MsgId></GrpHdr><Ntfctn><Id>1</Id>'
        f"<Acct><Id><Othr><Id>{OURS}</Id></Othr></Id></Acct><Ntry><Amt Ccy=\"CNY\">2856.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><BookgDt><Dt>2020-10-15</Dt></BookgDt><NtryDtls>\r\n"
        + "\r\n".join(parts) + "\r\n</NtryDtls></Ntry></Ntfctn></BkToCstmrDbtCdtNtfctn></Document>\r\n"
    )


def returned(number, code):
    return (
        f"<TxDtls><Refs><EndToEndId>{ref(number)}</EndToEndId></Refs><Amt Ccy=\"CNY\">{yuan(PAYEES[number - 1][2])}</Amt>"
        f"<RtrInf><Rsn><Cd>{code}</Cd></Rsn></RtrInf></TxDtls>"
    )


put("iso-camt/returns.xml", camt054([returned(1, "AC04"), returned(3, "AC06")]).encode())
put("iso-camt/returns-debit.xml", camt054([returned(1, "AC04")]).replace("CRDT", "DBIT").encode())
put("iso-camt/returns-without-reason.xml", camt054([returned(1, "AC04"), returned(3, "AC06").replace("AC06", "")]).encode())

# --- MT940 --------------------------------------------------------------------------------
MT = [":20:STMT202010", f":25:{OURS}", ":28C:10/1", ":60F:C201001CNY10000,00"]
for sense, fen, day, serial, name, account, summary, remark in ENTRIES:
    date = day[2:].replace("-", "")
    ours = "D20A0" if "D20A0" in remark else "NONREF"
    MT += [f":61:{date}{date[2:]}{'C' if sense == 'CRDT' else 'D'}{yuan(fen).replace('.', ',')}NTRF{ours}//{serial}", f":86:{summary} {name}", f"{account} {remark}"]
MT += [":62F:C201031CNY11052,00", "-"]
put("swift-mt940/good.sta", gb(MT))
put("swift-mt940/good-utf8.sta", "\n".join(MT).encode())
put("swift-mt940/enveloped.sta", gb(["{1:F01ABOCCNBJXXXX0000000000}{2:I940XXXXN}{4:"] + MT[:-1] + ["-}"]))
put("swift-mt940/decimal-point.sta", gb(swap(MT, 4, ",", ".")))
put("swift-mt940/entry-removed.sta", gb(MT[:4] + MT[7:]))
put("swift-mt940/foreign-currency.sta", gb(swap(MT, 3, "CNY", "USD")))
put("swift-mt940/other-account.sta", gb(swap(MT, 1, "18", "26")))
put("swift-mt940/cut-off.sta", gb(MT[:-2]))
FIRST, SECOND, THIRD, LAST = MT[4:7], MT[7:10], MT[10:13], MT[13:16]
put("swift-mt940/latest-first.sta", gb(MT[:4] + LAST + THIRD + SECOND + FIRST + MT[16:]))
put("swift-mt940/days-mixed.sta", gb(MT[:4] + FIRST + LAST + SECOND + THIRD + MT[16:]))

# --- statements ---------------------------------------------------------------------------
def sides(sense, fen):
    return ("", yuan(fen)) if sense == "CRDT" else (yuan(fen), "")


BALANCES = ["13504.00", "10000.00", "10648.00", "11052.00"]
ROWS = list(zip(ENTRIES, BALANCES))
ICBC = ["交易时间,本方账号,对方单位,对方账号,摘要,附言,用途,转出金额,转入金额,余额"]
ABC = ["账户明细", f"户名：测试县民政局,账号：{OURS}", "交易时间,对方户名,对方账号,收入金额,支出金额,账户余额,摘要"]
PSBC = [f"账号,{OURS}", "交易流水号,交易日期,交易时间,对方户名,对方账号,摘要,用途,附言,支出金额,收入金额,余额"]
CBHB = [f"账号：{OURS}", "交易日期,交易时间,对方名称,对方账号,摘要,附言,借方发生额,贷方发生额,账户余额"]
for (sense, fen, day, serial, name, account, summary, remark), after in ROWS:
    out, into = sides(sense, fen)
    ICBC.append(f"{day} 09:12:05,{OURS},{name},{account},{summary},{remark},,{out},{into},{after}")
    ABC.append(f"{day} 09:12:05,{name},{account},{into},{out},{after},{summary}{remark}")
    PSBC.append(f"{serial},{day.replace('-', '')},09:12:05,{name},{account},{summary},,{remark},{out},{into},{after}")
    CBHB.append(f"{day.replace('-', '')},091205,{name},{account},{summary},{remark},{out},{into},{after}")
for name, rows in [("stmt-icbc-b", ICBC), ("stmt-abc", ABC), ("stmt-psbc", PSBC), ("stmt-cbhb", CBHB)]:
    put(f"{name}/good.csv", gb(rows))
    put(f"{name}/row-missing.csv", gb(rows[:-2] + rows[-1:]))
    put(f"{name}/other-account.csv", gb([row.replace(OURS, "14001000000000000026") for row in rows]))
    put(f"{name}/latest-first.csv", gb(rows[:-4] + rows[:-5:-1]))
put("stmt-abc/other-preamble.csv", gb(["账户名称：测试县民政局", f"账户号：{OURS}"] + [row.replace("账户余额,摘要", "账户余额,交易用途") for row in ABC[2:]]))
put("stmt-abc/full-width.csv", gb([row.replace(OURS, "".join(chr(ord(c) + 0xFEE0) for c in OURS)) for row in ABC]))
put("stmt-abc/both-sides.csv", gb(swap(ABC, 3, ",3504.00,,", ",3504.00,1.00,")))
put("stmt-psbc/wrong-date.csv", gb(swap(PSBC, 2, "20201008", "20201808")))
put("stmt-cbhb/balance-changed.csv", gb(swap(CBHB, 3, "10000.00", "10000.01")))
put("stmt-abc/web-page.xls", ("<html><meta charset=gb2312><table>" + "".join(f"<tr><td>{row}</td></tr>" for row in ABC) + "</table></html>").encode("gb18030"))
put("stmt-abc/one-cell-preamble.csv", gb(["账户明细", f"户名：测试县民政局　　账号：{OURS}　币种：人民币"] + ABC[2:]))
put("stmt-abc/one-cell-other-account.csv", gb(["账户明细", "户名：测试县民政局　　账号：14001000000000000026　币种：人民币"] + ABC[2:]))
put("stmt-abc/overlapping.csv", gb(ABC[:3] + ABC[4:]))
put("stmt-abc/tabs.xls", gb([row.replace(",", "\t") for row in ABC]))
put("gbk-pair/half-character.rtn", lines([PAIR[0], PAIR[1][:98] + b" \xc0" + PAIR[1][100:]] + PAIR[2:] + [pair_end(4, 350400)]))
put("gbk-pair/cut-off.rtn", lines(PAIR + [pair_end(4, 350400)])[:400])
put("gbk-pair/zero-amount.rtn", lines([PAIR[0].replace(pad("40400", 16, True), pad("0", 16, True))] + PAIR[1:] + [pair_end(4, 310000)]))
put("ccb-pipe/negative-amount.txt", gb(swap(CCB, 1, "548.00", "-548.00")))
put("ccb-pipe/broken-byte.txt", gb(CCB).replace("王".encode("gb18030"), b"\xcd\x20"))
put("ccb-pipe/cut-off.txt", gb(CCB)[:-20])
put("mof-2252/cut-off.xml", REFUND.encode()[:400])
put("iso-camt/returns-twice.xml", camt054([returned(1, "AC04"), returned(1, "AC04")]).encode())
put("stmt-psbc/cut-off.csv", gb(PSBC)[:-30])
put("stmt-cbhb/column-missing.csv", gb([row.rsplit(",", 1)[0] for row in CBHB]))
put("stmt-icbc-b/three-decimals.csv", gb(swap(ICBC, 2, "3504.00", "3504.005")))
