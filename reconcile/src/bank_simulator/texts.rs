//! How the simulated bank reads requests in fixed columns, bars and XML: with small readers of its own.

use ledger::money::Money;

use super::request::decoded;
use super::{Order, Product, Refused};

/// Where a column of fixed rows begins, and how many bytes it takes.
type Span = (usize, usize);

/// A layout in fixed columns: number, account, name, amount and reference, and how the row of totals begins.
struct Fixed {
    columns: [Span; 5],
    end: &'static str,
    count: Span,
    total: Span,
}

const FIXED_FEN: Fixed = Fixed {
    columns: [(0, 8), (8, 28), (36, 60), (96, 15), (111, 20)],
    end: "T",
    count: (1, 8),
    total: (9, 18),
};

const GBK_PAIR: Fixed = Fixed {
    columns: [(0, 8), (8, 32), (40, 60), (100, 16), (160, 20)],
    end: "合计",
    count: (8, 10),
    total: (18, 20),
};

/// The orders of a request in one of these layouts.
pub(super) fn read(product: Product, bytes: &[u8]) -> Result<Vec<Order>, Refused> {
    match product {
        Product::FixedFen => read_fixed(bytes, &FIXED_FEN),
        Product::GbkPair => read_fixed(bytes, &GBK_PAIR),
        Product::CcbPipe => read_bars(bytes),
        Product::Mof8207 => {
            let tags = ["<PayeeAcctNo>", "<PayeeAcctName>", "<PayAmt>", "<Id>"];
            read_xml(bytes, "<Detail>", "<SumAmt>", tags)
        }
        Product::IsoPain => {
            let account = "<CdtrAcct><Id><Othr><Id>";
            let tags = [account, "<Cdtr><Nm>", "<InstdAmt Ccy=\"CNY\">", "<EndToEndId>"];
            read_xml(bytes, "<CdtTrfTxInf>", "<CtrlSum>", tags)
        }
        Product::RcbPipeHead | Product::IcbcCsv | Product::IcbcXlsx => Err(Refused::Unreadable(1)),
    }
}

fn read_fixed(bytes: &[u8], layout: &Fixed) -> Result<Vec<Order>, Refused> {
    let mut orders = Vec::new();
    let mut stated = None;
    for (index, row) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let unreadable = || Refused::Unreadable(index + 1);
        if row.is_empty() {
            continue;
        }
        let column = |(start, length): Span| {
            let bytes = row.get(start..start + length).ok_or_else(unreadable)?;
            decoded(bytes).map(|text| text.trim().to_owned()).map_err(|_| unreadable())
        };
        let fen = |text: String| text.parse().map(Money::from_fen).map_err(|_| unreadable());
        if decoded(row).is_ok_and(|text| text.starts_with(layout.end)) {
            let count: usize = column(layout.count)?.parse().map_err(|_| unreadable())?;
            stated = Some((count, fen(column(layout.total)?)?));
            continue;
        }
        let [number, account, name, amount, remark] = layout.columns.map(column);
        let amount = fen(amount?)?;
        orders.push(order(orders.len(), (number?, account?, name?), amount, remark?));
    }
    let sum = Money::total(orders.iter().map(|order| order.amount));
    let agrees = stated.is_some_and(|(count, total)| (count, Some(total)) == (orders.len(), sum));
    if agrees { Ok(orders) } else { Err(Refused::SumsDiffer) }
}

fn order(
    before: usize,
    (number, account, name): (String, String, String),
    amount: Money,
    remark: String,
) -> Order {
    Order {
        line: u32::try_from(before + 1).unwrap_or(u32::MAX),
        number,
        name,
        account,
        amount,
        remark,
        id_kind: String::new(),
        id_number: String::new(),
    }
}

fn read_bars(bytes: &[u8]) -> Result<Vec<Order>, Refused> {
    let mut orders = Vec::new();
    for (index, row) in decoded(bytes)?.lines().enumerate() {
        let unreadable = || Refused::Unreadable(index + 1);
        let parts: Vec<&str> = row.split('|').collect();
        let [number, account, name, amount, _, _, _, _, remark, ..] = parts.as_slice() else {
            return Err(unreadable());
        };
        let amount = Money::parse_yuan(amount).map_err(|_| unreadable())?;
        let of = ((*number).to_owned(), (*account).to_owned(), (*name).to_owned());
        orders.push(order(orders.len(), of, amount, (*remark).to_owned()));
    }
    Ok(orders)
}

/// What stands behind a tag, up to the next one.
fn after(text: &str, tag: &str) -> Option<String> {
    let (_, rest) = text.split_once(tag)?;
    let (value, _) = rest.split_once('<')?;
    Some(value.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
}

fn read_xml(bytes: &[u8], record: &str, sum: &str, tags: [&str; 4]) -> Result<Vec<Order>, Refused> {
    let text = std::str::from_utf8(bytes).map_err(|_| Refused::Unreadable(1))?;
    let mut records = text.split(record);
    let head = records.next().ok_or(Refused::Unreadable(1))?;
    let mut orders = Vec::new();
    for (index, record) in records.enumerate() {
        let unreadable = || Refused::Unreadable(index + 1);
        let [account, name, amount, remark] =
            tags.map(|tag| after(record, tag).ok_or_else(unreadable));
        let amount = Money::parse_yuan(&amount?).map_err(|_| unreadable())?;
        let of = ((index + 1).to_string(), account?, name?);
        orders.push(order(orders.len(), of, amount, remark?));
    }
    let total = Money::total(orders.iter().map(|order| order.amount)).map(Money::to_yuan);
    if total.is_some() && after(head, sum) == total { Ok(orders) } else { Err(Refused::SumsDiffer) }
}
