//! The acts that a revoked key put in doubt: where each stands, and what put right what was disowned.

use crate::books::Books;
use crate::books::doubts::{Doubt, Standing};
use crate::books::duties::Case;
use crate::books::payments::BatchStage;
use crate::ids::{ActId, BatchCode};

/// What put a disowned act right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Its money was reversed in full by this act.
    Reversed(ActId),
    /// The roster it belongs to was withdrawn.
    Withdrawn(BatchCode),
    /// The step was done anew by this act.
    Redone(ActId),
}

/// An act in doubt as a person reads it.
#[derive(Clone, Debug)]
pub struct Doubted<'a> {
    /// What the books know of it.
    pub doubt: &'a Doubt,
    /// Where it stands.
    pub standing: Standing,
    /// For what was disowned: what put it right so far.
    pub remedy: Option<Remedy>,
}

/// Every act that is or was in doubt, in the order of the log.
#[must_use]
pub fn doubted<'a>(books: &'a Books) -> Vec<Doubted<'a>> {
    let of = |doubt: &'a Doubt| {
        let standing = books.doubts.standing(&doubt.act.id)?;
        let remedy = if standing == Standing::Disowned { remedy(books, doubt) } else { None };
        Some(Doubted { doubt, standing, remedy })
    };
    let mut list: Vec<_> = books.doubts.all().filter_map(of).collect();
    list.sort_by_key(|doubted| doubted.doubt.act.at);
    list
}

fn remedy(books: &Books, doubt: &Doubt) -> Option<Remedy> {
    let act = doubt.act.id;
    let reversed = books.postings.reversible.get(&act).and_then(|posted| posted.reversed_by);
    if let Some(reversal) = reversed {
        return Some(Remedy::Reversed(reversal));
    }
    let withdrawn = doubt.act.cases.iter().find_map(|(case, _)| match case {
        Case::Batch(code) => {
            let batch = books.payments.batches.get(code)?;
            (batch.stage == BatchStage::Withdrawn).then(|| code.clone())
        }
        Case::Application(_)
        | Case::Act(_)
        | Case::Advance(_)
        | Case::Claim(_)
        | Case::Flag(_)
        | Case::Month(_) => None,
    });
    withdrawn.map(Remedy::Withdrawn).or(doubt.redone_by.map(Remedy::Redone))
}
