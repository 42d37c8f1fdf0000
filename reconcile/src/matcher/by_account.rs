//! Lines that came back without a reference: by account and amount where one payment has them, else by name and
//! days too. Several payments that nothing tells apart take as many lines only if all of those say the same.

use std::borrow::Cow;
use std::collections::BTreeMap;

use ledger::answer::MatchRule;
use ledger::money::Money;
use ledger::period::Date;

use super::Expectation;
use super::assign::{Claim, Found, agrees};
use super::hashing::QuickMap;
use crate::names::name_key;

/// The lines and payments of one account and amount.
#[derive(Default)]
struct Pool {
    payments: Vec<usize>,
    lines: Vec<usize>,
}

/// Lines of one name and day: they fit the same payments.
struct Group {
    lines: Vec<usize>,
    fits: Vec<usize>,
}

pub(super) fn by_account<A: Copy + Eq>(
    payments: &[Expectation],
    lines: &[Claim<'_, A>],
    within: &impl Fn(Date, Date) -> bool,
    found: &mut [Found],
    named: &[bool],
) {
    let mut pools: QuickMap<(&str, Money), Pool> = QuickMap::default();
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| line.reference.is_none()) {
        pools.entry((line.account_no, line.amount)).or_default().lines.push(at);
    }
    for (payment, expected) in payments.iter().enumerate() {
        // A payment that some line names by its reference is not for lines without one.
        if named.get(payment) == Some(&false)
            && let Some(pool) = pools.get_mut(&(expected.account_no.as_str(), expected.amount))
        {
            pool.payments.push(payment);
        }
    }
    let mut settling = Settling { payments, lines, within, found };
    for pool in pools.values_mut() {
        pool.payments.sort_unstable_by_key(|payment| {
            payments.get(*payment).map(|expected| &expected.reference)
        });
        match pool.payments.as_slice() {
            [] => {}
            [payment] => settling.only_one(*payment, &pool.lines),
            several => settling.several(several, &pool.lines),
        }
    }
}

struct Settling<'a, 'b, A, W> {
    payments: &'a [Expectation],
    lines: &'a [Claim<'b, A>],
    within: &'a W,
    found: &'a mut [Found],
}

impl<'a, A: Copy + Eq, W: Fn(Date, Date) -> bool> Settling<'a, '_, A, W> {
    /// One payment has this account and amount.
    fn only_one(&mut self, payment: usize, lines: &[usize]) {
        let rule = MatchRule::AccountAmount;
        let Some(expected) = self.payments.get(payment) else { return };
        let (sound, differing): (Vec<usize>, Vec<usize>) = lines
            .iter()
            .copied()
            .partition(|at| self.lines.get(*at).is_some_and(|line| agrees(line, expected)));
        for at in differing {
            self.put(at, Found::Different { payment, rule });
        }
        self.answer_one(payment, &sound, rule);
    }

    /// Several payments have this account and amount: name and days must tell them apart.
    fn several(&mut self, payments: &[usize], lines: &[usize]) {
        let mut groups = self.groups(payments, lines);
        // First the lines that can only mean one payment, whatever the others mean.
        let mut single: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for group in &groups {
            if let [payment] = group.fits.as_slice() {
                single.entry(*payment).or_default().extend(&group.lines);
            }
        }
        groups.retain(|group| group.fits.len() != 1);
        for (payment, lines) in &mut single {
            lines.sort_unstable();
            self.answer_one(*payment, lines, MatchRule::AccountNameAmount);
        }
        for group in &mut groups {
            group.fits.retain(|payment| !single.contains_key(payment));
        }
        self.alike(groups);
    }

    fn groups(&self, payments: &[usize], lines: &[usize]) -> Vec<Group> {
        let mut by_name: BTreeMap<Cow<'a, str>, Vec<usize>> = BTreeMap::new();
        for payment in payments {
            if let Some(expected) = self.payments.get(*payment) {
                by_name.entry(name_key(&expected.name)).or_default().push(*payment);
            }
        }
        let mut alike: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for at in lines {
            if let Some(line) = self.lines.get(*at) {
                let key = (name_key(line.name), line.date, line.is_sound);
                alike.entry(key).or_default().push(*at);
            }
        }
        alike
            .into_iter()
            .map(|((name, date, is_sound), lines)| {
                let named = by_name.get(&name).filter(|_| is_sound).cloned().unwrap_or_default();
                Group { lines, fits: self.by_day(named, date) }
            })
            .collect()
    }

    /// Days narrow down only where there is still a choice.
    fn by_day(&self, named: Vec<usize>, date: Option<Date>) -> Vec<usize> {
        let Some(date) = date.filter(|_| named.len() > 1) else { return named };
        let in_window = |payment: &usize| {
            let expected = self.payments.get(*payment);
            expected.is_some_and(|expected| (self.within)(expected.instructed_on, date))
        };
        named.into_iter().filter(in_window).collect()
    }

    /// Groups that fit the same payments are one; it is settled if no other group wants any of them, all its
    /// lines say the same, and there is a line for each payment.
    fn alike(&mut self, groups: Vec<Group>) {
        let mut merged: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
        let mut wanted: BTreeMap<usize, usize> = BTreeMap::new();
        for group in groups {
            merged.entry(group.fits).or_default().extend(group.lines);
        }
        for payment in merged.keys().flatten() {
            *wanted.entry(*payment).or_default() += 1;
        }
        for (fits, mut lines) in merged {
            lines.sort_unstable();
            let alone = fits.iter().all(|payment| wanted.get(payment) == Some(&1));
            let enough = !fits.is_empty() && lines.len() >= fits.len();
            if alone && enough && self.says_one_thing(&lines) {
                self.pair(&fits, &lines, MatchRule::AccountNameAmount);
            } else {
                for at in lines {
                    self.put(at, Found::Several);
                }
            }
        }
    }

    /// Lines that all agree with this one payment.
    fn answer_one(&mut self, payment: usize, lines: &[usize], rule: MatchRule) {
        if self.says_one_thing(lines) {
            self.pair(&[payment], lines, rule);
            return;
        }
        for at in lines {
            self.put(*at, Found::Contradicted { payment, rule });
        }
    }

    fn says_one_thing(&self, lines: &[usize]) -> bool {
        let mut answers = lines.iter().filter_map(|at| self.lines.get(*at)).map(|line| line.answer);
        let first = answers.next();
        answers.all(|answer| Some(answer) == first)
    }

    /// N payments take N lines that say the same; a line too many answers nothing.
    fn pair(&mut self, payments: &[usize], lines: &[usize], rule: MatchRule) {
        for (place, at) in lines.iter().enumerate() {
            let found = match payments.get(place) {
                Some(payment) => Found::One { payment: *payment, rule },
                None => Found::Nothing,
            };
            self.put(*at, found);
        }
    }

    fn put(&mut self, line: usize, found: Found) {
        if let Some(slot) = self.found.get_mut(line) {
            *slot = found;
        }
    }
}
