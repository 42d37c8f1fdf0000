//! Is this act this person's own, in its place? Key, signature, actor chain, `seen`, and the lines under their root.

use crate::act::offices::Founded;
use crate::act::signed::SignedAct;
use crate::act::{ALGORITHM_REFUSED, Act, Body};
use crate::books::Books;
use crate::canonical::NotCanonical;
use crate::ids::{OfficerId, Root};
use crate::line::Line;
use crate::log;
use crate::money::Money;
use crate::rejection::Rejection;

/// The signer, if the key is valid here and now, the signature holds and the act continues the signer's own chain.
///
/// # Errors
/// The first of these that fails.
pub fn signer(books: &Books, signed: &SignedAct) -> Result<OfficerId, Rejection> {
    let act = signed.act();
    let key = act.key;
    let (officer, public) =
        if let (Body::Founded(founded), None) = (&act.body, &books.offices.founded) {
            root_key(founded, act)?
        } else if books.offices.founded.is_none() {
            return Err(Rejection::NotFounded {});
        } else {
            let known = books.valid_key(key)?;
            (known.officer, known.public)
        };
    if !signed.is_signed_by(&books.origin, &public) {
        return Err(Rejection::SignatureWrong {});
    }
    chain(books, officer, act)?;
    Ok(officer)
}

fn root_key(
    founded: &Founded,
    act: &Act,
) -> Result<(OfficerId, ed25519_dalek::VerifyingKey), Rejection> {
    let key = act.key;
    let mut records = founded.keys.iter().map(|root| &root.record);
    let record = records.find(|record| record.key_id() == Some(key));
    let record = record.ok_or(Rejection::KeyUnknown { key })?;
    let public = record.verifying_key().ok_or(Rejection::KeyMalformed {})?;
    Ok((record.officer, public))
}

fn chain(books: &Books, officer: OfficerId, act: &Act) -> Result<(), Rejection> {
    let last = books.offices.officers.get(&officer).map(|known| known.last);
    let (done, prev, seen) =
        last.map_or((0, crate::ids::ActId::ZERO, 0), |last| (last.seq, last.id, last.seen));
    if act.seq != done + 1 || act.prev != prev {
        return Err(Rejection::ChainBroken { expected_seq: done + 1, found_seq: act.seq });
    }
    if act.seen.size < seen || act.seen.size > books.height {
        return Err(Rejection::SeenWrong { size: act.seen.size });
    }
    Ok(())
}

/// The lines of a manifest, if count, root, numbers and total are what was signed, and every line is of the manifest's kind.
///
/// # Errors
/// What does not agree.
pub fn lines<'a>(
    body: &Body,
    entries: impl ExactSizeIterator<Item = &'a [u8]> + Clone,
) -> Result<Vec<Line>, Rejection> {
    let Some(manifest) = body.manifest() else {
        return if entries.len() == 0 {
            Ok(Vec::new())
        } else {
            Err(Rejection::ManifestMismatch { what: "有无" })
        };
    };
    if u32::try_from(entries.len()) != Ok(manifest.count) {
        return Err(Rejection::ManifestMismatch { what: "行数" });
    }
    let root: Root = log::root_of_entries(entries.clone());
    if root != manifest.root {
        return Err(Rejection::ManifestMismatch { what: "默克尔根" });
    }
    let mut lines = Vec::with_capacity(entries.len());
    for (n, entry) in (1_u32..).zip(entries) {
        let (number, line) = Line::decode(entry).map_err(|why| malformed(&why))?;
        if number != n || !belongs(body, &line) {
            return Err(Rejection::LineMisplaced { n, kind: line.kind() });
        }
        lines.push(line);
    }
    let total = Money::total(lines.iter().map(Line::amount)).ok_or(Rejection::MoneyOverflow {})?;
    if total != manifest.total_fen {
        return Err(Rejection::ManifestMismatch { what: "总额" });
    }
    Ok(lines)
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

const fn belongs(body: &Body, line: &Line) -> bool {
    match line {
        Line::Household(_) | Line::Person(_) | Line::Account(_) => {
            matches!(body, Body::PeopleRegistered(_))
        }
        Line::Entitlement(_) => matches!(body, Body::EntitlementsBroughtIn(_)),
        Line::Roster(_) => matches!(body, Body::RosterDrawn(_)),
        Line::Response(_) => matches!(body, Body::ResponseImported(_)),
        Line::Return(_) => matches!(body, Body::ReturnsImported(_)),
        Line::Statement(_) => matches!(body, Body::StatementImported(_)),
    }
}
