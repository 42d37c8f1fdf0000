"""The peer of `doudi bench reconcile`: DuckDB reads the same response file and matches it against the same payments.

Counted is what doudi counts: from the bank's bytes in GB18030 to one outcome a line. The payments are loaded before.
DuckDB reads UTF-8 only, so Python decodes; the decoded text is handed over as a file in memory where there is one.
"""

import json
import os
import sys
import tempfile
import time

import duckdb

folder = sys.argv[1]
db = duckdb.connect()
db.execute("SET threads = 2")
db.execute(
    "CREATE TABLE payments AS SELECT reference, account, name, CAST(amount AS DECIMAL(18, 2)) AS amount "
    "FROM read_csv(?, header = true, all_varchar = true)",
    [os.path.join(folder, "payments.csv")],
)
with open(os.path.join(folder, "reply.csv"), "rb") as file:
    raw = file.read()
memory = "/dev/shm" if os.path.isdir("/dev/shm") else None
QUERY = """
CREATE TABLE outcomes AS
SELECT l.reference AS reference, l.amount AS amount, l.settled AS settled,
    CASE
        WHEN p.reference IS NULL THEN 'unmatched'
        WHEN p.account <> l.account OR p.name <> l.name OR p.amount <> l.amount THEN 'discrepant'
        WHEN l.status = '全部成功' AND l.settled = l.amount THEN 'settled'
        WHEN l.status IN ('户名不符', '已销户', '完全冻结') OR contains(l.status, '信息错') THEN 'failed'
        ELSE 'unknown'
    END AS outcome
FROM (
    SELECT "姓名" AS name, "卡号" AS account, "备注" AS reference, "处理标志" AS status,
        CAST("应处理金额" AS DECIMAL(18, 2)) AS amount,
        CAST("实处理金额" AS DECIMAL(18, 2)) AS settled
    FROM read_csv(?, header = true, all_varchar = true, delim = ',', quote = '"')
) l LEFT JOIN payments p ON p.reference = l.reference
"""


def once():
    """Decode, read, join, compare: how long all of it took, and how long without the decoding."""
    db.execute("DROP TABLE IF EXISTS outcomes")
    with tempfile.NamedTemporaryFile(dir=memory, suffix=".csv") as decoded:
        begun = time.perf_counter()
        decoded.write(raw.decode("gb18030").encode("utf-8"))
        decoded.flush()
        read = time.perf_counter()
        db.execute(QUERY, [decoded.name])
        done = time.perf_counter()
    return done - begun, done - read


# The first pass pays for fresh memory; the middle one of three counts.
whole, from_utf8 = zip(*(once() for _ in range(3)))
counts = dict(db.execute("SELECT outcome, count(*) FROM outcomes GROUP BY outcome").fetchall())
print(
    json.dumps(
        {
            "version": duckdb.__version__,
            "lines": sum(counts.values()),
            "final": counts.get("settled", 0) + counts.get("failed", 0),
            "micros": round(sorted(whole)[1] * 1_000_000),
            "from_utf8_micros": round(sorted(from_utf8)[1] * 1_000_000),
        }
    )
)
