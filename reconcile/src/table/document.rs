//! A document as its elements in the order of the file. There are many more elements than there is text in them, so an element
//! is twelve bytes: what stands in it follows it, and its text stays in the file wherever it stands there in one piece.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::text::{Encoding, decode_part};

/// A document has no more names of elements and attributes than this; no bank's has a tenth of them.
pub(super) const MOST_NAMES: usize = 4_096;
/// The place of a text that does not stand in the file.
pub(super) const NOWHERE: usize = usize::MAX;
/// In [`Entry::name`]: this is an attribute.
const ATTRIBUTE: u16 = 1 << 15;
/// In [`Entry::length`]: as long as [`Document::long`] says.
const LONG: u16 = u16::MAX;

/// A whole document: one outermost element with what is in it.
#[derive(Clone, Debug)]
pub struct Document<'s> {
    source: Source<'s>,
    /// Texts that do not stand in the file as they are. They are counted as if they stood behind it.
    texts: String,
    entries: Vec<Entry>,
    /// The lengths of long texts, by their entries.
    long: HashMap<usize, usize>,
    names: Vec<String>,
}

/// A file, and how its characters are written. They are read where they are asked for.
#[derive(Clone, Debug)]
pub(super) struct Source<'s> {
    pub(super) bytes: Cow<'s, [u8]>,
    pub(super) encoding: Encoding,
}

impl Source<'_> {
    fn text(&self, begin: usize, end: usize) -> Cow<'_, str> {
        let bytes = self.bytes.get(begin..end).unwrap_or_default();
        decode_part(bytes, self.encoding).unwrap_or_default()
    }
}

/// An element, or an attribute of the element before.
#[derive(Clone, Copy, Debug)]
struct Entry {
    /// Where its text begins.
    text: u32,
    /// The entry behind everything that is in it.
    end: u32,
    /// How long its text is.
    length: u16,
    name: u16,
}

impl Document<'_> {
    /// The outermost element.
    pub(crate) fn root(&self) -> Option<Element<'_>> {
        self.element(0)
    }

    /// How many bytes the file has.
    pub(super) fn size(&self) -> usize {
        self.source.bytes.len()
    }

    /// How many elements have that name, wherever they stand.
    pub(super) fn count(&self, name: &str) -> usize {
        let name = self.names.iter().position(|known| known == name);
        let name = name.and_then(|at| u16::try_from(at).ok());
        self.entries.iter().filter(|entry| Some(entry.name) == name).count()
    }

    /// The element at that place.
    pub(super) fn element(&self, at: u32) -> Option<Element<'_>> {
        self.entries.get(place(at)).map(|_| Element { document: self, at: place(at) })
    }
}

/// An element of a document.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element<'d> {
    document: &'d Document<'d>,
    at: usize,
}

impl<'d> Element<'d> {
    /// Its place in the document, for [`Document::element`].
    pub(super) fn place(self) -> u32 {
        u32::try_from(self.at).unwrap_or(u32::MAX)
    }

    fn entry(self) -> Option<&'d Entry> {
        self.document.entries.get(self.at)
    }

    /// Its name without prefix.
    pub(crate) fn name(self) -> &'d str {
        let name = |entry: &Entry| usize::from(entry.name & !ATTRIBUTE);
        let name = self.entry().and_then(|entry| self.document.names.get(name(entry)));
        name.map_or("", String::as_str)
    }

    /// Its own text; empty where it only holds elements.
    pub(crate) fn text(self) -> Cow<'d, str> {
        let Some(entry) = self.entry() else { return Cow::Borrowed("") };
        let Document { source, texts, long, .. } = self.document;
        let length = match entry.length {
            LONG => long.get(&self.at).copied().unwrap_or_default(),
            length => usize::from(length),
        };
        let begin = place(entry.text);
        match begin.checked_sub(source.bytes.len()) {
            Some(behind) => texts.get(behind..behind + length).unwrap_or_default().into(),
            None => source.text(begin, begin + length),
        }
    }

    /// True if it holds elements, and text of its own beside them.
    pub(super) fn is_mixed(self) -> bool {
        self.children().next().is_some() && !self.text().trim().is_empty()
    }

    /// Its elements.
    pub(crate) fn children(self) -> impl Iterator<Item = Element<'d>> {
        self.inside(false)
    }

    /// Its attributes without those that declare namespaces.
    pub(crate) fn attributes(self) -> impl Iterator<Item = Element<'d>> {
        self.inside(true)
    }

    fn inside(self, attributes: bool) -> impl Iterator<Item = Element<'d>> {
        let document = self.document;
        let end = self.entry().map_or(0, |entry| place(entry.end));
        let mut at = self.at + 1;
        std::iter::from_fn(move || {
            while at < end {
                let element = Element { document, at };
                let entry = element.entry()?;
                at = place(entry.end);
                if (entry.name & ATTRIBUTE != 0) == attributes {
                    return Some(element);
                }
            }
            None
        })
    }
}

fn place(index: u32) -> usize {
    usize::try_from(index).unwrap_or(usize::MAX)
}

/// The document that `make` builds of a file, with room for so many elements and attributes.
///
/// # Errors
/// Those of `make`.
pub(super) fn build<E>(
    source: Source<'_>,
    room: usize,
    make: impl FnOnce(&mut Builder<'_>) -> Result<(), E>,
) -> Result<Document<'_>, E> {
    let mut builder = Builder {
        source: &source,
        texts: String::new(),
        entries: Vec::with_capacity(room),
        long: HashMap::new(),
        names: Vec::new(),
        known: HashMap::new(),
        open: Vec::new(),
    };
    make(&mut builder)?;
    let Builder { texts, entries, long, names, .. } = builder;
    Ok(Document { source, texts, entries, long, names })
}

/// Makes a document element by element.
pub(super) struct Builder<'s> {
    source: &'s Source<'s>,
    texts: String,
    entries: Vec<Entry>,
    long: HashMap<usize, usize>,
    names: Vec<String>,
    known: HashMap<String, u16>,
    /// The elements that are not ended, each with its text so far.
    open: Vec<(usize, Text)>,
}

/// The text of an element that is not ended.
#[derive(Default)]
enum Text {
    #[default]
    Empty,
    /// A stretch of the file, and what blanks came behind it from elsewhere.
    Stretch(usize, usize, String),
    /// Put together.
    Own(String),
}

impl<'s> Builder<'s> {
    /// The file.
    pub(super) fn source(&self) -> &'s [u8] {
        &self.source.bytes
    }

    /// How many elements are not ended.
    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    /// True if the outermost element is ended: nothing may follow.
    pub(super) fn is_over(&self) -> bool {
        self.open.is_empty() && !self.entries.is_empty()
    }

    /// An element begins. `None` if the document has too many names or elements.
    pub(super) fn start(&mut self, name: &str) -> Option<()> {
        let at = self.push(name, 0)?;
        self.open.push((at, Text::Empty));
        Some(())
    }

    /// An attribute of the element that has just begun.
    pub(super) fn attribute(&mut self, name: &str, at: usize, value: &str) -> Option<()> {
        let entry = self.push(name, ATTRIBUTE)?;
        let text = self.more(Text::Empty, at, value);
        self.end_of(entry, &text)
    }

    /// More text of the innermost element; false if there is none. Where the text stands in the file at `at`, no copy is made.
    pub(super) fn text(&mut self, at: usize, text: &str) -> bool {
        let Some((entry, known)) = self.open.pop() else { return false };
        let known = self.more(known, at, text);
        self.open.push((entry, known));
        true
    }

    fn more(&self, known: Text, at: usize, text: &str) -> Text {
        let stands =
            || self.source.bytes.get(at..).is_some_and(|rest| rest.starts_with(text.as_bytes()));
        let is_blank = text.trim().is_empty();
        match known {
            // No reader of a text minds blanks around it.
            Text::Empty if is_blank => Text::Empty,
            Text::Empty if stands() => Text::Stretch(at, at + text.len(), String::new()),
            Text::Empty => Text::Own(text.to_owned()),
            Text::Stretch(begin, end, blanks) if is_blank => {
                Text::Stretch(begin, end, blanks + text)
            }
            Text::Stretch(begin, end, blanks) => {
                Text::Own(format!("{}{blanks}{text}", self.source.text(begin, end)))
            }
            Text::Own(before) => Text::Own(before + text),
        }
    }

    /// The text of the innermost element is what stands in those bytes of the file.
    pub(super) fn stretch(&mut self, begin: usize, end: usize) {
        if let Some((_, text)) = self.open.last_mut() {
            *text = Text::Stretch(begin, end, String::new());
        }
    }

    /// That stretch goes on to that byte.
    pub(super) fn stretch_to(&mut self, to: usize) {
        if let Some((_, Text::Stretch(_, end, _))) = self.open.last_mut() {
            *end = to;
        }
    }

    /// An element that holds text alone.
    pub(super) fn leaf(&mut self, name: &str, text: &str) -> Option<()> {
        self.start(name)?;
        self.text(NOWHERE, text);
        self.end()
    }

    /// The innermost element ends.
    pub(super) fn end(&mut self) -> Option<()> {
        let (at, text) = self.open.pop()?;
        self.end_of(at, &text)
    }

    fn push(&mut self, name: &str, kind: u16) -> Option<usize> {
        let known = self.known.get(name).copied();
        let name = if let Some(known) = known {
            known
        } else {
            let next = u16::try_from(self.names.len()).ok();
            let next = next.filter(|_| self.names.len() < MOST_NAMES)?;
            self.names.push(name.to_owned());
            self.known.insert(name.to_owned(), next);
            next
        };
        self.entries.push(Entry { text: 0, end: 0, length: 0, name: name | kind });
        Some(self.entries.len() - 1)
    }

    fn end_of(&mut self, at: usize, text: &Text) -> Option<()> {
        let end = u32::try_from(self.entries.len()).ok()?;
        let (begin, length) = match text {
            Text::Empty => (0, 0),
            Text::Stretch(begin, end, _) => (*begin, end - begin),
            Text::Own(text) if text.trim().is_empty() => (0, 0),
            Text::Own(text) => {
                let begin = self.source.bytes.len() + self.texts.len();
                self.texts.push_str(text);
                (begin, text.len())
            }
        };
        let entry = self.entries.get_mut(at)?;
        entry.text = u32::try_from(begin).ok()?;
        entry.end = end;
        entry.length = u16::try_from(length).unwrap_or(LONG);
        if entry.length == LONG {
            self.long.insert(at, length);
        }
        Some(())
    }
}

#[cfg(test)]
mod tests;
