//! Lines that came back without a reference: by account and amount where one payment has them, else by name and
//! days too. Several payments that nothing tells apart take as many lines only if all of those say the same.

use std::borrow::Cow;
use std::collections::BTreeMap;

use ledger::answer::MatchRule;
use ledger::money::Money;
use ledger::period::Date;

use super::Expectation;
use super::assign::{Claim, Found, Lines, Place, agrees};
use super::hashing::QuickMap;
use crate::names::name_key;

/// Lines of one name and day: they fit the same payments.
struct Group {
    lines: Vec<usize>,
    fits: Vec<usize>,
}

pub(super) fn by_account<'l, L, A: Copy + Eq, F: Fn(&'l L) -> Claim<'l, A>>(
    payments: &[Expectation],
    lines: &Lines<'l, L, F>,
    within: &impl Fn(Date, Date) -> bool,
    found: &mut [Found],
    named: &[bool],
) {
    // Every account and amount that a line has is a pool; a payment that some line names by its reference is not for
    // lines without one.
    let mut ids: QuickMap<(&str, Money), usize> = QuickMap::default();
    let mut line_pools = Vec::new();
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| line.reference.is_none()) {
        let next = ids.len();
        let pool = *ids.entry((line.account_no, line.amount)).or_insert(next);
        line_pools.push((pool, at));
    }
    let mut payment_pools = Vec::new();
    for (payment, expected) in payments.iter().enumerate() {
        if named.get(payment) == Some(&false)
            && let Some(pool) = ids.get(&(expected.account_no.as_str(), expected.amount))
        {
            payment_pools.push((*pool, payment));
        }
    }
    line_pools.sort_unstable();
    payment_pools.sort_unstable();
    let mut settling = Settling { payments, lines, within, found };
    let mut rest = payment_pools.as_slice();
    for of_lines in line_pools.chunk_by(|one, other| one.0 == other.0) {
        let pool = of_lines.first().map_or(0, |(pool, _)| *pool);
        // Both lists rise by pool, and every pool of payments has lines.
        let end = rest.iter().take_while(|(other, _)| *other == pool).count();
        let (of_payments, others) = rest.split_at(end);
        rest = others;
        settling.settle(of_payments, of_lines);
    }
}

struct Settling<'a, 'l, L, F, W> {
    payments: &'a [Expectation],
    lines: &'a Lines<'l, L, F>,
    within: &'a W,
    found: &'a mut [Found],
}

impl<'a, 'l, L, A, F, W> Settling<'a, 'l, L, F, W>
where
    A: Copy + Eq,
    F: Fn(&'l L) -> Claim<'l, A>,
    W: Fn(Date, Date) -> bool,
{
    /// One pool: pairs of the pool's number and a payment or line.
    fn settle(&mut self, payments: &[(usize, usize)], lines: &[(usize, usize)]) {
        let plain = |pool: &[(usize, usize)]| pool.iter().map(|(_, at)| *at).collect::<Vec<_>>();
        match payments {
            [] => {}
            [(_, payment)] => self.only_one(*payment, &plain(lines)),
            several => {
                let mut several = plain(several);
                several.sort_unstable_by_key(|payment| {
                    self.payments.get(*payment).map(|expected| &expected.reference)
                });
                self.several(&several, &plain(lines));
            }
        }
    }

    /// One payment has this account and amount.
    fn only_one(&mut self, payment: usize, lines: &[usize]) {
        let rule = MatchRule::AccountAmount;
        let Some(expected) = self.payments.get(payment) else { return };
        let is_early =
            |line: &Claim<'_, A>| line.date.is_some_and(|date| date < expected.instructed_on);
        // A line from before the instruction cannot be about it, and stays unmatched.
        let mut sound = Vec::new();
        for at in lines {
            match self.lines.get(*at).filter(|line| !is_early(line)) {
                Some(line) if agrees(&line, expected) => sound.push(*at),
                Some(_) => self.put(*at, Found::Different { payment: Place::of(payment), rule }),
                None => {}
            }
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

    /// No line is about a payment of a later day; the window narrows down only where there is still a choice.
    fn by_day(&self, named: Vec<usize>, date: Option<Date>) -> Vec<usize> {
        let Some(date) = date else { return named };
        let instructed =
            |payment: &usize| self.payments.get(*payment).map(|expected| expected.instructed_on);
        let mut fits = named;
        fits.retain(|payment| instructed(payment).is_some_and(|day| day <= date));
        if fits.len() > 1 {
            fits.retain(|payment| instructed(payment).is_some_and(|day| (self.within)(day, date)));
        }
        fits
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
            self.put(*at, Found::Contradicted { payment: Place::of(payment), rule });
        }
    }

    fn says_one_thing(&self, lines: &[usize]) -> bool {
        let mut answers = lines.iter().filter_map(|at| self.lines.get(*at)).map(|line| line.answer);
        let first = answers.next();
        answers.all(|answer| Some(answer) == first)
    }

    /// N payments take N lines that say the same; a line too many answers nothing.
    fn pair(&mut self, payments: &[usize], lines: &[usize], rule: MatchRule) {
        let mut ranked = lines.to_vec();
        ranked.sort_unstable_by_key(|at| (self.lines.get(*at).map(|line| line.rank()), *at));
        for (place, at) in ranked.iter().enumerate() {
            let found = match payments.get(place) {
                Some(payment) => Found::One { payment: Place::of(*payment), rule },
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
