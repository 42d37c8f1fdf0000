//! Texts into amounts, whole numbers and dates, exactly or not at all.

use std::borrow::Cow;

use ledger::money::Money;
use ledger::period::{Date, Period};

use crate::names::narrow;
use crate::profile::{Field, Kind};

/// An amount exactly as the field says, or nothing.
pub(crate) fn read_money(text: &str, field: &Field) -> Option<Money> {
    let text = narrow_text(text);
    let text = without_unit(&text, field);
    if field.kind == Kind::Fen {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let is_whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        return if is_whole { text.parse().ok().map(Money::from_fen) } else { None };
    }
    if !field.grouped || !text.contains(',') {
        return Money::parse_yuan(text).ok();
    }
    grouped_yuan(text)
}

/// What an amount of that field looks like.
pub(crate) fn money_form(field: &Field) -> &'static str {
    if field.kind == Kind::Fen {
        "分，整数（元乘以100）"
    } else {
        "元，最多两位小数"
    }
}

/// Separators are taken off only where they stand in their places: 1,00.00 is not 100.00.
fn grouped_yuan(text: &str) -> Option<Money> {
    let amount = Money::parse_yuan(&text.replace(',', "")).ok()?;
    let yuan = |text: &str| text.split('.').next().map(str::to_owned);
    (yuan(&amount.to_grouped_yuan()) == yuan(text)).then_some(amount)
}

/// An amount in yuan as offices write it, with thousands separators in their places or without any.
pub(crate) fn read_yuan(text: &str) -> Option<Money> {
    let text = narrow_text(text);
    let text = text.strip_suffix('元').unwrap_or(&text).trim_end();
    if text.contains(',') { grouped_yuan(text) } else { Money::parse_yuan(text).ok() }
}

/// A whole number from 0, with leading zeros and the field's unit word allowed.
pub(crate) fn read_integer(text: &str, field: &Field) -> Option<u32> {
    let text = narrow_text(text);
    let digits = without_unit(&text, field);
    let is_whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_whole { digits.parse().ok() } else { None }
}

fn without_unit<'a>(text: &'a str, field: &Field) -> &'a str {
    match &field.unit_word {
        Some(word) => text.strip_suffix(word.as_str()).unwrap_or(text).trim_end(),
        None => text,
    }
}

fn narrow_text(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(narrow).collect::<String>().trim().to_owned())
}

/// Dates as banks write them, in China's time: `20201012`, `2020-10-12`, `2020/10/12`, `2020年10月12日`, each with a time of day
/// behind it or not; twelve, fourteen or sixteen digits.
pub(crate) fn read_date(text: &str) -> Option<Date> {
    let text = narrow_text(text);
    // Our own time zone; in any other it may be another day here.
    let text = text.strip_suffix("+08:00").unwrap_or(&text);
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits >= 8 {
        let (day, time) = text.split_at_checked(8)?;
        let is_compact = [8, 12, 14, 16].contains(&digits);
        return (is_compact && is_time(time)).then(|| Date::from_compact(day)).flatten();
    }
    let mut parts = text.splitn(3, ['-', '/', '.', '年', '月']);
    let (year, month, rest) = (parts.next()?, parts.next()?, parts.next()?);
    let end = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (day, time) = rest.split_at_checked(end)?;
    let time = time.strip_prefix('日').unwrap_or(time);
    let fits = year.len() == 4 && (1..=2).contains(&month.len()) && (1..=2).contains(&day.len());
    let whole = [year, month, day].iter().all(|part| part.bytes().all(|b| b.is_ascii_digit()));
    if !fits || !whole || !is_time(time) {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

/// `2020-10`, `2020/10`, `2020.10`, `202010`, `2020年10月`, or a day.
pub(crate) fn read_month(text: &str) -> Option<Period> {
    let text = narrow_text(text);
    let text = text.strip_suffix('月').unwrap_or(&text);
    let parts = text.split_once(['-', '/', '.', '年']);
    let parts = parts.or_else(|| text.split_at_checked(4).filter(|_| text.len() == 6));
    let month = parts.and_then(|(year, month)| {
        let is_year = year.len() == 4;
        is_year.then(|| Period::new(year.parse().ok()?, month.parse().ok()?)).flatten()
    });
    month.or_else(|| read_date(text).map(Date::period))
}

/// True for nothing, or for what can be a time of day behind a date. A hyphen parts it from the date; elsewhere it would be
/// another time zone, in which it may be another day.
fn is_time(text: &str) -> bool {
    let behind = text.strip_prefix(['-', 'T', ' ']).unwrap_or(text);
    behind.bytes().all(|byte| byte.is_ascii_digit() || b" :.".contains(&byte))
}

/// Day 61 is 1900-03-01; before it, spreadsheets count a day that never was.
pub(crate) fn serial_day(serial: u16) -> Option<Date> {
    Date::new(1900, 3, 1)?.plus_days(serial.checked_sub(61)?)
}

#[cfg(test)]
mod tests {
    use ledger::money::Money;

    use super::{read_date, read_integer, read_money, serial_day};
    use crate::profile::{Field, Kind, Role};

    fn field(kind: Kind, grouped: bool, unit: Option<&str>) -> Field {
        let unit_word = unit.map(str::to_owned);
        Field { role: Role::Amount, kind, grouped, unit_word, ..Field::default() }
    }

    #[test]
    fn a_bank_date_is_read_in_every_form_that_banks_use() {
        for text in [
            "20201012",
            "2020-10-12",
            "2020/10/12 09:12:05",
            "2020-10-12-14.03.22.000001",
            "20201012 09:12:05",
            "202010120912",
            "20201012091205",
            "2020101209120501",
            "2020年10月12日",
        ] {
            let date = read_date(text).map(|date| date.to_string());
            assert_eq!(date.as_deref(), Some("2020-10-12"), "{text}");
        }
        assert_eq!(serial_day(44_116).unwrap().to_string(), "2020-10-12");
        for text in
            ["44116", "20201312", "2020-02-30", "2020101", "202010121", "12/10/2020", "x", ""]
        {
            assert_eq!(read_date(text), None, "{text}");
        }
    }

    #[test]
    fn separators_count_only_in_their_places() {
        let grouped = field(Kind::Yuan, true, None);
        assert_eq!(read_money("1,483,300.00", &grouped), Some(Money::from_fen(148_330_000)));
        assert_eq!(read_money("１２.５０", &grouped), Some(Money::from_fen(1250)));
        assert_eq!(read_money("1,00.00", &grouped), None);
        assert_eq!(read_money("1,000.00", &field(Kind::Yuan, false, None)), None);
        assert_eq!(read_money("900.3000000000001", &grouped), None);
    }

    #[test]
    fn fen_are_whole_and_a_count_may_carry_its_word() {
        assert_eq!(
            read_money("40400", &field(Kind::Fen, false, None)),
            Some(Money::from_fen(40_400))
        );
        assert_eq!(read_money("404.00", &field(Kind::Fen, false, None)), None);
        assert_eq!(read_integer("00000004", &field(Kind::Integer, false, None)), Some(4));
        assert_eq!(read_integer("4笔", &field(Kind::Integer, false, Some("笔"))), Some(4));
        assert_eq!(read_integer("四", &field(Kind::Integer, false, None)), None);
    }
}
