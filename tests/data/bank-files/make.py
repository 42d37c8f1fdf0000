"""Makes the bank files of this folder again. Needs xlwt and openpyxl (pip install xlwt openpyxl).

Names, accounts and document numbers are invented; their check digits are valid.
Each file is one case; what must come of it stands beside it in CASE.EXT.expected, which
`UPDATE=1 cargo test -p reconcile` writes anew.
"""
import datetime
import pathlib
import unicodedata

import openpyxl
import xlwt

HERE = pathlib.Path(__file__).parent
PAYEES = [
    ("张测试", "6228480000000000018", "404.00", "141130195603120019"),
    ("李样例", "6217000000000000020", "548.00", "141130194911050425"),
    ("王示范", "6222020000000000034", "2452.00", "141130198706231137"),
    ("欧阳测", "6217990000000000048", "100.00", "141130201204152089"),
]
LAST_DAY = datetime.datetime(2020, 10, 31)


def put(path, data):
    target = HERE / path
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(data)


def gb(rows):
    return "".join(row + "\r\n" for row in rows).encode("gb18030")


def text(path, rows):
    put(path, gb(rows))


# --- icbc-batch ---------------------------------------------------------------------------
HEAD = "姓名,卡号,应处理金额,备注,实处理金额,处理标志"


def icbc(marks=None, reference=True):
    marks = marks or {1: "户名不符", 3: "账户已销户"}
    rows = [HEAD]
    for index, (name, account, amount, _) in enumerate(PAYEES):
        mark = marks.get(index, "全部成功")
        paid = amount if mark == "全部成功" else "0.00"
        ref = f"D20A0{index + 1:07}" if reference else ""
        rows.append(f"{name},{account},{amount},{ref},{paid},{mark}")
    return rows


def changed(rows, index, old, new):
    rows = list(rows)
    assert old in rows[index], (rows[index], old)
    rows[index] = rows[index].replace(old, new)
    return rows


def cells(rows):
    return [row.split(",") for row in rows]


def xlsx(path, rows, second_sheet=None):
    book = openpyxl.Workbook()
    book.properties.created = book.properties.modified = LAST_DAY
    sheet = book.active
    sheet.title = "回盘"
    for row in rows:
        sheet.append(row)
    for row in sheet.iter_rows(min_col=2, max_col=2):
        for cell in row:
            if isinstance(cell.value, str):
                cell.number_format = "@"
    if second_sheet:
        book.create_sheet("另一张").append(second_sheet)
    target = HERE / path
    target.parent.mkdir(exist_ok=True)
    book.save(target)


def xls(path, rows):
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("sheet1")
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            sheet.write(r, c, value)
    target = HERE / path
    target.parent.mkdir(exist_ok=True)
    book.save(str(target))


def numbers(rows):
    """Amounts as numbers, as a bank's own export may have them."""
    return [rows[0]] + [[n, a, float(x), r, float(p), m] for n, a, x, r, p, m in rows[1:]]


good = icbc()
text("icbc-batch/good.csv", good)
put("icbc-batch/good-utf8-bom.csv", b"\xef\xbb\xbf" + gb(good).decode("gb18030").encode())
xls("icbc-batch/good.xls", cells(good))
xls("icbc-batch/good-numbers.xls", numbers(cells(good)))
xlsx("icbc-batch/good.xlsx", cells(good))
xlsx("icbc-batch/good-numbers.xlsx", numbers(cells(good)))
text("icbc-batch/without-references.csv", icbc(reference=False))
text("icbc-batch/rare-names.csv", changed(changed(good, 1, "张测试", "𠮷㛃倈"), 4, "欧阳测", "阿依古丽・测"))
text(
    "icbc-batch/part-and-waiting.csv",
    changed(changed(icbc({1: "处理中", 3: "交易超时"}), 3, "2452.00,全部成功", "2000.00,部分成功"), 1, "404.00,全部成功", "403.00,全部成功"),
)
text("icbc-batch/other-payee.csv", changed(changed(good, 1, "张测试", "张测"), 3, "6222020000000000034", "6222020000000000042"))
text("icbc-batch/line-twice.csv", good + [good[1]])
text("icbc-batch/two-answers.csv", good + [good[1].replace("404.00,全部成功", "0.00,已销户")])
text("icbc-batch/unknown-batch.csv", changed(good, 1, "D20A00000001", "D20B00000001"))
text("icbc-batch/echoed-name.csv", changed(good, 2, "户名不符", '"户名不符,原户名为[李样列]"'))
# damaged
text(
    "icbc-batch/many-problems.csv",
    changed(changed(changed(changed(good, 1, "404.00,D", "404.005,D"), 2, "户名不符", "暂缓"), 3, "6222020000000000034", ""), 4, ",100.00,", ",-100.00,"),
)
text("icbc-batch/blank-row.csv", good[:3] + [""] + good[3:])
text("icbc-batch/cut-off.csv", good)
put("icbc-batch/cut-off.csv", gb(good)[:-30])
broken = bytearray(gb(good))
broken[broken.index("王".encode("gb18030")) + 1] = 0x20
put("icbc-batch/broken-byte.csv", bytes(broken))
put("icbc-batch/lost-character.csv", "\r\n".join(good).replace("王", "\ufffd").encode())
text("icbc-batch/column-missing.csv", [",".join(row.split(",")[:-1]) for row in good])
put("icbc-batch/empty.csv", b"")
text("icbc-batch/only-heading.csv", good[:1])
text("icbc-batch/over-the-limit.csv", changed(changed(good, 3, ",2452.00,D", ",100000000.00,D"), 3, ",2452.00,全", ",100000000.00,全"))
rows = cells(good)
rows[1][1] = 6228480000000000018
xlsx("icbc-batch/account-as-number.xlsx", rows)
rows = cells(good)
rows[1][2] = rows[1][4] = 900.3000000000001
xlsx("icbc-batch/amount-with-noise.xlsx", rows)
rows = cells(good)
rows[1][2] = 404.005
xls("icbc-batch/third-decimal.xls", rows)
xlsx("icbc-batch/two-sheets.xlsx", cells(good), ["说明"])
put("icbc-batch/not-a-spreadsheet.xls", b"\xd0\xcf\x11\xe0" + b"\x00" * 600)
whole = (HERE / "icbc-batch/good.xlsx").read_bytes()
put("icbc-batch/cut-off.xlsx", whole[: len(whole) // 2])
# refunds
refund = [
    "姓名,卡号,金额,备注,退汇日期,退汇原因",
    "张测试,6228480000000000018,404.00,D20A00000001,20201015,账户已销户",
    "王示范,6222020000000000034,2452.00,,2020-10-16,完全冻结",
]
text("icbc-batch/refund.csv", refund)
text("icbc-batch/refund-misspelt-reference.csv", changed(refund, 1, "D20A00000001", "D20A0000000O"))
text("icbc-batch/refund-bad-date.csv", changed(changed(refund, 1, "20201015", "20201315"), 2, "完全冻结", ""))
text(
    "icbc-batch/payment-file.csv",
    ["姓名,卡号,应处理金额,备注"] + [f"{n},{a},{x},D20A0{i + 1:07}" for i, (n, a, x, _) in enumerate(PAYEES)],
)


# --- rcb-pipe-head ------------------------------------------------------------------------
def width(cell):
    return sum(1 if ord(c) < 128 else 2 for c in cell)


def box(title, last, lines, count=None, total=None):
    rows = [["代理编号", "客户姓名", "金额", "帐号", "单位编号", "证件类型", "证件号码", last]]
    fen = 0
    for number, words in lines:
        name, account, amount, document = PAYEES[number - 1]
        fen += int(amount.replace(".", ""))
        rows.append([f"{number:08}", name, amount, account, "1023", "1", document, words])
    rows.append(["合计", count or f"{len(lines)}笔", total or f"{fen // 100}.{fen % 100:02}"] + [""] * 5)
    widths = [max(width(row[c]) + width(row[c]) % 2 for row in rows) for c in range(8)]

    def rule(left, middle, right):
        return left + middle.join("━" * (w // 2) for w in widths) + right

    out = [title, rule("┍", "┯", "┑")]
    for index, row in enumerate(rows):
        if index:
            out.append(rule("┝", "┿", "┥"))
        out.append("│" + "│".join(cell + " " * (w - width(cell)) for cell, w in zip(row, widths)) + "│")
    return out + [rule("┕", "┷", "┙")]


settled = box("批量代理成功清单", "结果", [(1, "成功"), (3, "成功")])
failed = box("批量代理失败清单", "原因", [(2, "户名不符,原户名为[李样列]"), (4, "已销户")])
text("rcb-pipe-head/01023202010120007.txt", settled)
text("rcb-pipe-head/11023202010120007.txt", failed)
text("rcb-pipe-head/11023202010120008.txt", settled)
text("rcb-pipe-head/01023202010110007.txt", settled)
text("rcb-pipe-head/renamed.txt", settled)
text("rcb-pipe-head/total-mismatch.txt", box("批量代理成功清单", "结果", [(1, "成功"), (3, "成功")], total="2856.01"))
text("rcb-pipe-head/count-mismatch.txt", box("批量代理成功清单", "结果", [(1, "成功"), (3, "成功")], count="3笔"))
text("rcb-pipe-head/cut-off.txt", settled[:6])
text("rcb-pipe-head/row-removed.txt", settled[:4] + settled[6:])
text("rcb-pipe-head/two-tables.txt", settled + failed)
text("rcb-pipe-head/edge-missing.txt", settled[:4] + [settled[4].rstrip("│")] + settled[5:])
text("rcb-pipe-head/number-unreadable.txt", [row.replace("00000003", "0000000A") for row in settled])
pipe = ["JZ|01|20201012|1023|CNY|0|4|3504.00|"]
for number, (name, account, amount, document) in enumerate(PAYEES, 1):
    pipe.append(f"{number:08}|{name}|{amount}|{account}|1023|1|{document}|1|")
text("rcb-pipe-head/payment-file.txt", pipe)

# --- statements ---------------------------------------------------------------------------
CCB = [
    "账　　号：14001000000000000018",
    "账户明细编号-交易流水号,交易时间,借方发生额（支取）,贷方发生额（收入）,余额,对方户名,对方账号,摘要,备注",
    '1-0001,20201008 09:12:05,,"3,504.00","13,504.00",测试县财政局国库,141130001,拨款,10月低保',
    "1-0002,20201009 10:40:11,3504.00,,10000.00,代发业务过渡户,,批量代发,批次D20A0",
    "1-0003,20201009 16:02:45,,648.00,10648.00,代发业务过渡户,,代发失败退回,批次D20A0",
    "1-0004,20201015 11:20:30,,404.00,11052.00,张测试,6228480000000000018,退汇,账户已销户",
]
text("stmt-ccb/good.csv", CCB)
text("stmt-ccb/latest-first.csv", CCB[:2] + CCB[:1:-1])
text("stmt-ccb/unknown-credit.csv", CCB + ["1-0005,20201020 10:00:00,,20.00,11072.00,某某,62220200,转账,还款"])
plain = [[cell.replace('"', "") for cell in row] for row in cells(CCB[:2] + [row.replace('"3,504.00"', "3504.00").replace('"13,504.00"', "13504.00") for row in CCB[2:]])]
xls("stmt-ccb/good.xls", plain)
typed = [list(row) for row in plain]
for row in typed[2:]:
    row[1] = datetime.datetime.strptime(row[1], "%Y%m%d %H:%M:%S")
    row[2:5] = [float(value) if value else None for value in row[2:5]]
xlsx("stmt-ccb/good-typed.xlsx", typed)
text("stmt-ccb/row-missing.csv", CCB[:4] + CCB[5:])
text("stmt-ccb/other-account.csv", [CCB[0].replace("18", "26")] + CCB[1:])
text("stmt-ccb/both-sides.csv", changed(CCB, 4, ",,648.00,", ",1.00,648.00,"))
text("stmt-ccb/separator-misplaced.csv", changed(CCB, 2, '"3,504.00"', '"35,04.00"'))

ICBC = [
    "历史明细查询结果",
    "凭证号,本方账号,对方账号,交易时间,借/贷,借方发生额,贷方发生额,对方行号,摘要,用途,对方单位名称,余额,个性化信息",
    "00000001,14001000000000000018,141130001,2020-10-08 09:12:05,贷,,3504.00,,拨款,,测试县财政局国库,13504.00,10月低保",
    "00000002,14001000000000000018,,2020-10-09 10:40:11,借,3504.00,,,批量代发,,代发业务过渡户,10000.00,批次D20A0",
    "00000003,14001000000000000018,,2020-10-09 16:02:45,贷,,648.00,,代发失败退回,,代发业务过渡户,10648.00,批次D20A0",
    "00000004,14001000000000000018,6228480000000000018,2020-10-15-11.20.30.000001,贷,,404.00,,退汇,,张测试,11052.00,账户已销户",
]
text("stmt-icbc/good.csv", ICBC)
text("stmt-icbc/sense-differs.csv", changed(ICBC, 3, ",借,", ",贷,"))
text("stmt-icbc/other-account.csv", changed(ICBC, 4, "14001000000000000018", "14001000000000000026"))
text("stmt-icbc/first-row-missing.csv", ICBC[1:])
