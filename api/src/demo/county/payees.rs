//! Names and accounts alone, as many as a bench asks for. The county's own lists are too short to tell a million apart by
//! name, so names repeat, as in life; accounts do not.

use super::draw::Draw;
use super::{names, people};

/// So many payees, each a name and an account number that nobody else has; the same for the same seed.
#[must_use]
pub fn payees(seed: u64, count: usize) -> Vec<(String, String)> {
    let mut draw = Draw::new(seed);
    let mut numbers = people::Numbers::default();
    let payees = (0..count).map(|_| {
        let surname = names::surname(&mut draw);
        let male = draw.per_mille(500);
        let name = if draw.per_mille(5) {
            names::dotted(&mut draw)
        } else {
            names::full(&mut draw, &surname, male)
        };
        let account = numbers.account(&mut draw, &name).number;
        (name, account)
    });
    payees.collect()
}
