"""Makes files that are not what their names say, or that nothing is read from. Needs nothing but Python.

Each file is one case; what must come of it stands beside it in CASE.EXT.expected, which
`UPDATE=1 cargo test -p reconcile` writes anew.
"""
import io
import pathlib
import zipfile

HERE = pathlib.Path(__file__).parent
GOOD = (HERE / "icbc-batch/good.csv").read_bytes()
TEXT = GOOD.decode("gb18030")


def put(name, data):
    target = HERE / "foreign-kinds" / name
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(data)


def zipped():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(zipfile.ZipInfo("批量结果.csv", (2020, 10, 12, 9, 0, 0)), GOOD)
    return made.getvalue()


def page():
    rows = [row.split(",") for row in TEXT.split("\r\n") if row]
    cells = ["<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows]
    head = '<meta http-equiv="Content-Type" content="text/html; charset=gb2312">'
    return (head + "<table border=1>" + "".join(cells) + "</table>").encode("gb18030")


put("utf16.csv", b"\xff\xfe" + TEXT.encode("utf-16-le"))
put("utf16-without-mark.txt", TEXT.encode("utf-16-le"))
put("lone-returns.csv", GOOD.replace(b"\r\n", b"\r"))
put("zip-named.xls", zipped())
put("web-page.xls", page())
put("pdf-named.csv", b"%PDF-1.4\n1 0 obj\n<< >>\nendobj\n%%EOF\n")
put("empty.xlsx", b"")
put("csv-named.xls", GOOD)
workbook = (HERE / "icbc-batch/good.xls").read_bytes()
put("workbook-named.et", workbook)
# The name of a stream in the directory of a compound file.
put("with-password.xlsx", workbook[:2048] + "EncryptedPackage".encode("utf-16-le"))
