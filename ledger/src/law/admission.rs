//! Is this act this person's own, in its place? Key, signature, actor chain, `seen`, and the lines under their root.

use ed25519_dalek::VerifyingKey;

use crate::act::offices::Founded;
use crate::act::signed::SignedAct;
use crate::act::{ALGORITHM_REFUSED, Act, Body};
use crate::books::Books;
use crate::canonical::NotCanonical;
use crate::decoding::Odd;
use crate::ids::{ActId, OfficerId};
use crate::line::{Line, LineKind};
use crate::log::{Frontier, Leaves, NodeHash, leaf_hash};
use crate::money::Money;
use crate::rejection::Rejection;

/// The signer, if the key is valid here and now, the signature holds and the act continues the signer's own chain.
///
/// # Errors
/// The first of these that fails.
pub fn signer(books: &Books, signed: &SignedAct) -> Result<OfficerId, Rejection> {
    let (officer, public) = key(books, signed.act())?;
    if !signed.is_signed_by(&books.origin, &public) {
        return Err(Rejection::SignatureWrong {});
    }
    chain(books, officer, signed.act())?;
    Ok(officer)
}

/// Whose key an act names, and its public half, if the key is valid here and now.
///
/// # Errors
/// It is unknown or revoked, or nothing is founded yet.
pub fn key(books: &Books, act: &Act) -> Result<(OfficerId, VerifyingKey), Rejection> {
    let key = act.key;
    if let (Body::Founded(founded), None) = (&act.body, &books.offices.founded) {
        return root_key(founded, act);
    }
    if books.offices.founded.is_none() {
        return Err(Rejection::NotFounded {});
    }
    let known = books.valid_key(key)?;
    Ok((known.officer, known.public))
}

fn root_key(founded: &Founded, act: &Act) -> Result<(OfficerId, VerifyingKey), Rejection> {
    let key = act.key;
    let mut records = founded.keys.iter().map(|root| &root.record);
    let record = records.find(|record| record.key_id() == Some(key));
    let record = record.ok_or(Rejection::KeyUnknown { key })?;
    let public = record.verifying_key().ok_or(Rejection::KeyMalformed {})?;
    Ok((record.officer, public))
}

/// The act continues its signer's own chain, and has not seen less than the one before it.
///
/// # Errors
/// It does not.
pub fn chain(books: &Books, officer: OfficerId, act: &Act) -> Result<(), Rejection> {
    let (done, prev, seen) = last_of(books, officer);
    if act.seq != done + 1 || act.prev != prev {
        return Err(Rejection::ChainBroken { expected_seq: done + 1, found_seq: act.seq });
    }
    if act.seen.size < seen || act.seen.size > books.height {
        return Err(Rejection::SeenWrong { size: act.seen.size });
    }
    Ok(())
}

/// True if the act is its signer's next one. Then it is not in the books yet: a person's acts are numbered without gaps.
#[must_use]
pub fn is_next(books: &Books, officer: OfficerId, act: &Act) -> bool {
    let (done, prev, _) = last_of(books, officer);
    act.seq == done + 1 && act.prev == prev
}

fn last_of(books: &Books, officer: OfficerId) -> (u64, ActId, u64) {
    let last = books.offices.officers.get(&officer).map(|known| known.last);
    last.map_or((0, ActId::ZERO, 0), |last| (last.seq, last.id, last.seen))
}

/// The lines of a manifest, if count, root, numbers and total are what was signed, and every line is of the manifest's kind.
///
/// # Errors
/// What does not agree.
pub fn lines<'a>(
    body: &Body,
    entries: impl ExactSizeIterator<Item = &'a [u8]>,
) -> Result<Vec<Line>, Rejection> {
    // Before any line is read: a wrong count is told whatever the lines are.
    let expected = body.manifest().map_or(Ok(0), |manifest| usize::try_from(manifest.count));
    if expected != Ok(entries.len()) {
        let what = if body.manifest().is_some() { "行数" } else { "有无" };
        return Err(Rejection::ManifestMismatch { what });
    }
    let mut check = LinesCheck::of(body);
    entries.for_each(|entry| check.push(entry));
    check.finish()
}

/// A run of a manifest's lines: their leaf hashes, and what they say up to the first one that cannot be.
pub struct Stretch {
    leaves: Vec<NodeHash>,
    lines: Vec<Line>,
    wrong: Option<Rejection>,
}

impl Stretch {
    /// Hashes and reads the lines that stand after the first `before` ones. The root is told before what is wrong with any
    /// of them, so hashing goes on to the end. `room` is for how many lines there is to be room: for its own, and in the
    /// first stretch for those of all others, which are added to it.
    #[must_use]
    pub fn read<'a>(
        body: &Body,
        before: usize,
        entries: impl IntoIterator<Item = &'a [u8]>,
        room: usize,
    ) -> Stretch {
        let mut leaves = Vec::with_capacity(room);
        let mut lines = Vec::with_capacity(room);
        let mut wrong = None;
        for (place, entry) in (before..).zip(entries) {
            leaves.push(leaf_hash(entry));
            if wrong.is_none() {
                match line(body, place, entry) {
                    Ok(line) => lines.push(line),
                    Err(why) => wrong = Some(why),
                }
            }
        }
        Stretch { leaves, lines, wrong }
    }
}

/// The leaf hashes of all stretches of a manifest, in their order, and what [`lines`] says of the lines.
pub fn lines_of_stretches(
    body: &Body,
    stretches: Vec<Stretch>,
) -> (Vec<NodeHash>, Result<Vec<Line>, Rejection>) {
    let mut stretches = stretches.into_iter();
    let first = stretches.next();
    let (mut leaves, mut lines, mut wrong) =
        first.map_or_else(Default::default, |first| (first.leaves, first.lines, first.wrong));
    for stretch in stretches {
        leaves.extend(stretch.leaves);
        if wrong.is_none() {
            lines.extend(stretch.lines);
            wrong = stretch.wrong;
        }
    }
    let checked = lines_under_root(body, &leaves, lines, wrong);
    (leaves, checked)
}

fn lines_under_root(
    body: &Body,
    leaves: &[NodeHash],
    lines: Vec<Line>,
    wrong: Option<Rejection>,
) -> Result<Vec<Line>, Rejection> {
    let Some(manifest) = body.manifest() else {
        let empty = Rejection::ManifestMismatch { what: "有无" };
        return if leaves.is_empty() { Ok(Vec::new()) } else { Err(empty) };
    };
    if usize::try_from(manifest.count) != Ok(leaves.len()) {
        return Err(Rejection::ManifestMismatch { what: "行数" });
    }
    if Leaves(leaves).root() != manifest.root {
        return Err(Rejection::ManifestMismatch { what: "默克尔根" });
    }
    if let Some(wrong) = wrong {
        return Err(wrong);
    }
    add_up(body, &lines)?;
    Ok(lines)
}

/// The line that stands after `before` others, if it is numbered so and of a kind that the act covers.
fn line(body: &Body, before: usize, entry: &[u8]) -> Result<Line, Rejection> {
    let (number, line) = Line::decode(entry).map_err(|why| malformed(&why))?;
    let n = u32::try_from(before + 1).unwrap_or(u32::MAX);
    if number != n || !belongs(body, line.what()) {
        return Err(Rejection::LineMisplaced { n, kind: line.kind() });
    }
    Ok(line)
}

/// The lines of a manifest, checked as they come by: what [`lines`] asks, without holding their bytes.
pub struct LinesCheck<'a> {
    body: &'a Body,
    covered: Frontier,
    lines: Vec<Line>,
    /// The first line that cannot be. The root is told first, so reading goes on.
    wrong: Option<Rejection>,
}

impl<'a> LinesCheck<'a> {
    /// Nothing read yet.
    #[must_use]
    pub fn of(body: &'a Body) -> LinesCheck<'a> {
        LinesCheck { body, covered: Frontier::new(), lines: Vec::new(), wrong: None }
    }

    /// The next line's entry. Once there are more than the manifest counts, none is read any more.
    pub fn push(&mut self, entry: &[u8]) {
        self.covered.push_leaf(leaf_hash(entry), &mut |_| ());
        let n = self.covered.size();
        let count = self.body.manifest().map_or(0, |manifest| manifest.count);
        if self.wrong.is_some() || n > u64::from(count) {
            return;
        }
        match line(self.body, self.lines.len(), entry) {
            Ok(line) => self.lines.push(line),
            Err(why) => self.wrong = Some(why),
        }
    }

    /// All of them, if count, root, numbers, kinds and total are what was signed.
    ///
    /// # Errors
    /// What does not agree.
    pub fn finish(self) -> Result<Vec<Line>, Rejection> {
        let Some(manifest) = self.body.manifest() else {
            let is_empty = self.covered.size() == 0;
            let lines = || Rejection::ManifestMismatch { what: "有无" };
            return is_empty.then(Vec::new).ok_or_else(lines);
        };
        if self.covered.size() != u64::from(manifest.count) {
            return Err(Rejection::ManifestMismatch { what: "行数" });
        }
        if self.covered.root() != manifest.root {
            return Err(Rejection::ManifestMismatch { what: "默克尔根" });
        }
        if let Some(wrong) = self.wrong {
            return Err(wrong);
        }
        add_up(self.body, &self.lines)?;
        Ok(self.lines)
    }
}

/// Every line of an act is of a kind that it covers, and they add up to its manifest's total.
///
/// # Errors
/// The first line that is not, or the total.
pub fn decoded(body: &Body, lines: &[Line]) -> Result<(), Rejection> {
    of_its_kind(body, lines.iter().map(Line::what))?;
    add_up(body, lines)
}

fn add_up(body: &Body, lines: &[Line]) -> Result<(), Rejection> {
    let total = Money::total(lines.iter().map(Line::amount)).ok_or(Rejection::MoneyOverflow {})?;
    if body.manifest().is_some_and(|manifest| manifest.total_fen != total) {
        return Err(Rejection::ManifestMismatch { what: "总额" });
    }
    Ok(())
}

/// Every line of an act is of a kind that it covers.
///
/// # Errors
/// The first line that is not.
pub fn of_its_kind(
    body: &Body,
    kinds: impl IntoIterator<Item = LineKind>,
) -> Result<(), Rejection> {
    let mut misplaced = (1_u32..).zip(kinds).filter(|(_, kind)| !belongs(body, *kind));
    match misplaced.next() {
        Some((n, kind)) => Err(Rejection::LineMisplaced { n, kind: kind.word() }),
        None => Ok(()),
    }
}

/// What is wrong with a manifest in which one line is odd. Lines that have not the root that was signed are not its lines.
#[must_use]
pub(crate) fn odd_line(odd: Odd, has_root: bool) -> Rejection {
    match odd {
        Odd::Missing => Rejection::ManifestMismatch { what: "行数" },
        Odd::Misplaced { .. } | Odd::NotALine(_) if !has_root => {
            Rejection::ManifestMismatch { what: "默克尔根" }
        }
        Odd::Misplaced { n, kind } => Rejection::LineMisplaced { n, kind },
        Odd::NotALine(why) => malformed(&why),
    }
}

/// The refusal for bytes that are not in canonical form.
#[must_use]
pub fn malformed(why: &NotCanonical) -> Rejection {
    if let NotCanonical::Form(text) = why
        && let Some(alg) = text.strip_prefix(ALGORITHM_REFUSED)
    {
        return unsupported(alg);
    }
    Rejection::ActMalformed { detail: why.to_string() }
}

/// The refusal of an algorithm, reserved or unknown; a name longer than any real one is cut.
#[must_use]
pub fn unsupported(alg: &str) -> Rejection {
    Rejection::KeyAlgorithmUnsupported { alg: alg.chars().take(32).collect() }
}

const fn belongs(body: &Body, kind: LineKind) -> bool {
    match kind {
        LineKind::Household | LineKind::Person | LineKind::Account => {
            matches!(body, Body::PeopleRegistered(_))
        }
        LineKind::Entitlement => matches!(body, Body::EntitlementsBroughtIn(_)),
        LineKind::Adjustment => matches!(body, Body::EntitlementsAdjusted(_)),
        LineKind::Loan => matches!(body, Body::LoansListed(_)),
        LineKind::Matter => matches!(body, Body::HandoverOffered(_)),
        LineKind::Spending => matches!(body, Body::MedicalListed(_)),
        LineKind::Insured => matches!(body, Body::InsuranceListed(_)),
        LineKind::Roster => matches!(body, Body::RosterDrawn(_)),
        LineKind::Response => matches!(body, Body::ResponseImported(_)),
        LineKind::Return => matches!(body, Body::ReturnsImported(_)),
        LineKind::Statement => matches!(body, Body::StatementImported(_)),
    }
}
