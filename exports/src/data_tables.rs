//! Payments as CSV for other people's tools, without one personal field.

use ledger::books::Books;
use ledger::books::payments::{Batch, Payment};
use ledger::ids::PaymentRef;
use ledger::period::Period;
use reconcile::text::encode_gb18030;

use crate::document::NotWritten;

/// How the bytes are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CsvEncoding {
    /// UTF-8.
    Utf8,
    /// UTF-8 with a byte order mark, as spreadsheet programs want it.
    Utf8Bom,
    /// GB18030, as auditors' tools want it.
    Gb18030,
}

const HEADINGS: [&str; 9] =
    ["支付引用", "批次", "项目", "所属月", "金额(元)", "状态", "原因", "补发自", "台账条目"];

/// The payments of every batch, or of the batches that pay one month, in order of reference.
///
/// # Errors
/// [`NotWritten::Unmappable`]: never for words and codes of the books, which are all in GB18030.
pub fn payments(
    books: &Books,
    period: Option<Period>,
    encoding: CsvEncoding,
) -> Result<Vec<u8>, NotWritten> {
    let mut text = line(&HEADINGS.map(str::to_owned));
    for (code, batch) in &books.payments.batches {
        if period.is_some_and(|period| batch.period != period) {
            continue;
        }
        for (reference, payment) in books.payments.references(code) {
            text.push_str(&line(&row(&reference, batch, &payment)));
        }
    }
    match encoding {
        CsvEncoding::Utf8 => Ok(text.into_bytes()),
        CsvEncoding::Utf8Bom => Ok(format!("\u{feff}{text}").into_bytes()),
        CsvEncoding::Gb18030 => {
            encode_gb18030(&text).map_err(|error| NotWritten::Unmappable(error.to_string()))
        }
    }
}

fn row(reference: &PaymentRef, batch: &Batch, payment: &Payment) -> [String; 9] {
    let answered = payment.answer.map(|answer| answer.at);
    let returned = payment.returned.map(|returned| returned.at);
    let waiting = payment.waiting.map(|(_, at)| at);
    let mut entries: Vec<_> =
        [Some(payment.at), waiting, answered, returned].into_iter().flatten().collect();
    entries.sort_unstable();
    let entries: Vec<_> = entries.iter().map(ToString::to_string).collect();
    let original = payment.reissue_of.as_ref();
    [
        reference.to_string(),
        reference.batch().to_string(),
        batch.scheme.to_string(),
        batch.period.to_string(),
        payment.amount.to_yuan(),
        payment.state(batch.released.is_some()).chinese().to_owned(),
        payment.failure().map(|reason| reason.chinese().to_owned()).unwrap_or_default(),
        original.map(ToString::to_string).unwrap_or_default(),
        entries.join(" "),
    ]
}

/// Codes and words of the books hold no comma, quote or line break, so no cell needs quotes.
fn line(cells: &[String; 9]) -> String {
    format!("{}\r\n", cells.join(","))
}

#[cfg(test)]
mod tests {
    use ledger::act::payments::{
        ResponseImported, ResponseLine, ReturnLine, ReturnsImported, RosterDrawn, RosterKind,
    };
    use ledger::act::{Act, Body, Manifest, Seen};
    use ledger::answer::{MatchRule, Outcome, Reason, ReturnOutcome};
    use ledger::books::{Books, Statement};
    use ledger::ids::{
        AccountId, ActId, Digest, EntitlementId, KeyId, OfficerId, PersonId, Root, Seq,
    };
    use ledger::line::{Line, RosterLine};
    use reconcile::text::{Encoding, decode};

    use super::{CsvEncoding, payments};
    use crate::sample::yuan;

    fn fold(books: &mut Books, at: u64, body: Body, line: Line) {
        let act = Act {
            body,
            key: KeyId::from_bytes([9; 16]),
            prev: ActId::ZERO,
            seen: Seen::nothing(),
            seq: 1,
            time: "2020-10-08T09:12:05+08:00".to_owned(),
        };
        let (id, officer, lines) = (ActId::ZERO, OfficerId::from_bytes([8; 16]), [line]);
        books.evolve(&Statement { id, at: Seq(at), officer, act: &act, lines: &lines });
    }

    fn came_back() -> ReturnLine {
        ReturnLine {
            amount_fen: yuan("404.00"),
            outcome: ReturnOutcome::Returned,
            reason: Reason::Closed,
            reference: Some("D20A00000001".parse().unwrap()),
            returned: "2020-10-15".parse().unwrap(),
            row: 1,
        }
    }

    /// One payment: drawn in entry 101, settled in 205, returned in 310.
    fn books() -> Books {
        let manifest = Manifest { count: 1, root: Root::ZERO, total_fen: yuan("404.00") };
        let mut books = Books::default();
        let drawn = RosterDrawn {
            batch: "D20A0".parse().unwrap(),
            kind: RosterKind::Regular,
            manifest: manifest.clone(),
            period: "2020-10".parse().unwrap(),
            scheme: "DB-R".parse().unwrap(),
        };
        let line = RosterLine {
            account: AccountId::from_bytes([1; 16]),
            amount_fen: yuan("404.00"),
            change: None,
            entitlement: EntitlementId::from_bytes([2; 16]),
            parts: Vec::new().into(),
            payee: PersonId::from_bytes([3; 16]),
            reissue_of: None,
            sources: Vec::new().into(),
        };
        fold(&mut books, 100, Body::RosterDrawn(drawn), Line::Roster(line));
        let (file, profile) = (Digest::ZERO, "rcb-pipe-head@1".to_owned());
        let response = ResponseImported {
            batch: "D20A0".parse().unwrap(),
            booked: "2020-10-09".parse().unwrap(),
            file,
            file_name: "回盘.txt".to_owned(),
            manifest: manifest.clone(),
            profile: profile.clone(),
            profile_text: None,
        };
        let line = ResponseLine {
            amount_fen: yuan("404.00"),
            answered: "2020-10-09".parse().unwrap(),
            outcome: Outcome::Settled,
            reason: None,
            reference: Some("D20A00000001".parse().unwrap()),
            row: 1,
            rule: MatchRule::Reference,
        };
        fold(&mut books, 204, Body::ResponseImported(response), Line::Response(line));
        let returns = ReturnsImported {
            account: "ZH-01".parse().unwrap(),
            booked: "2020-10-15".parse().unwrap(),
            file,
            file_name: "退汇.txt".to_owned(),
            manifest,
            profile,
            profile_text: None,
        };
        fold(&mut books, 309, Body::ReturnsImported(returns), Line::Return(came_back()));
        books
    }

    #[test]
    fn a_payment_is_a_row_of_codes_and_entries() {
        let text = String::from_utf8(payments(&books(), None, CsvEncoding::Utf8).unwrap()).unwrap();
        assert_eq!(
            text,
            "支付引用,批次,项目,所属月,金额(元),状态,原因,补发自,台账条目\r\n\
             D20A00000001,D20A0,DB-R,2020-10,404.00,退汇,账户已销户,,101 205 310\r\n"
        );
    }

    #[test]
    fn every_encoding_carries_the_same_rows_and_another_month_none() {
        let plain = payments(&books(), None, CsvEncoding::Utf8).unwrap();
        let marked = payments(&books(), None, CsvEncoding::Utf8Bom).unwrap();
        assert_eq!(marked.strip_prefix(b"\xef\xbb\xbf"), Some(plain.as_slice()));
        let gb18030 = payments(&books(), None, CsvEncoding::Gb18030).unwrap();
        assert_eq!(decode(&gb18030, Encoding::Gb18030).unwrap().as_bytes(), plain);
        let other = payments(&books(), "2020-09".parse().ok(), CsvEncoding::Utf8).unwrap();
        assert_eq!(String::from_utf8(other).unwrap().lines().count(), 1);
    }
}
