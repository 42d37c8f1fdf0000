//! A document as its elements in the order of the file. There are many more elements than there is text in them, so an element
//! is sixteen bytes: what stands in it follows it, and the texts lie behind each other in one place.

use std::collections::HashMap;

/// A whole document: one outermost element with what is in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    entries: Vec<Entry>,
    texts: String,
    names: Vec<String>,
}

/// An element, or an attribute of the element before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    /// Where its text begins, and how long it is.
    text: (u32, u32),
    /// The entry behind everything that is in it.
    end: u32,
    name: u16,
    is_attribute: bool,
}

impl Document {
    /// The outermost element; `None` of a document that was never built.
    pub(crate) fn root(&self) -> Option<Element<'_>> {
        self.entries.first().map(|_| Element { document: self, at: 0 })
    }
}

/// An element of a document.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element<'d> {
    document: &'d Document,
    at: usize,
}

impl<'d> Element<'d> {
    fn entry(self) -> Option<&'d Entry> {
        self.document.entries.get(self.at)
    }

    /// Its name without prefix.
    pub(crate) fn name(self) -> &'d str {
        let name = self.entry().and_then(|entry| self.document.names.get(usize::from(entry.name)));
        name.map_or("", String::as_str)
    }

    /// Its own text; empty where it only holds elements.
    pub(crate) fn text(self) -> &'d str {
        let (begin, length) = self.entry().map_or((0, 0), |entry| entry.text);
        let begin = place(begin);
        self.document.texts.get(begin..begin + place(length)).unwrap_or_default()
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
                if entry.is_attribute == attributes {
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

/// Makes a document element by element.
#[derive(Default)]
pub(super) struct Builder {
    document: Document,
    names: HashMap<String, u16>,
    /// The elements that are not ended, each with its text so far.
    open: Vec<(usize, String)>,
}

impl Builder {
    /// How many elements are not ended.
    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    /// True if the outermost element is ended: nothing may follow.
    pub(super) fn is_over(&self) -> bool {
        self.open.is_empty() && !self.document.entries.is_empty()
    }

    /// An element begins. `None` if the document has too many names or elements.
    pub(super) fn start(&mut self, name: &str) -> Option<()> {
        let at = self.push(name, false)?;
        self.open.push((at, String::new()));
        Some(())
    }

    /// An attribute of the element that has just begun.
    pub(super) fn attribute(&mut self, name: &str, value: &str) -> Option<()> {
        let at = self.push(name, true)?;
        self.end_of(at, value)
    }

    /// More text of the innermost element; false if there is none.
    pub(super) fn text(&mut self, text: &str) -> bool {
        let Some((_, known)) = self.open.last_mut() else { return false };
        known.push_str(text);
        true
    }

    /// The innermost element ends.
    pub(super) fn end(&mut self) -> Option<()> {
        let (at, text) = self.open.pop()?;
        self.end_of(at, if text.trim().is_empty() { "" } else { &text })
    }

    /// The document, if its outermost element is ended.
    pub(super) fn finish(mut self) -> Option<Document> {
        let is_over = self.is_over();
        self.document.entries.shrink_to_fit();
        self.document.texts.shrink_to_fit();
        is_over.then_some(self.document)
    }

    fn push(&mut self, name: &str, is_attribute: bool) -> Option<usize> {
        let known = self.names.get(name).copied();
        let name = if let Some(known) = known {
            known
        } else {
            let next = u16::try_from(self.document.names.len()).ok()?;
            self.document.names.push(name.to_owned());
            self.names.insert(name.to_owned(), next);
            next
        };
        self.document.entries.push(Entry { text: (0, 0), end: 0, name, is_attribute });
        Some(self.document.entries.len() - 1)
    }

    fn end_of(&mut self, at: usize, text: &str) -> Option<()> {
        let end = u32::try_from(self.document.entries.len()).ok()?;
        let begin = u32::try_from(self.document.texts.len()).ok()?;
        self.document.texts.push_str(text);
        let entry = self.document.entries.get_mut(at)?;
        entry.text = (begin, u32::try_from(text.len()).ok()?);
        entry.end = end;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::Builder;

    #[test]
    fn elements_hold_their_texts_attributes_and_children_in_order() {
        let mut builder = Builder::default();
        let leaf = |builder: &mut Builder, name, text| {
            builder.start(name).unwrap();
            builder.text(text);
            builder.end().unwrap();
        };
        builder.start("a").unwrap();
        builder.attribute("k", "1").unwrap();
        assert!(builder.text(" \n"));
        builder.start("b").unwrap();
        builder.text("x");
        leaf(&mut builder, "c", "y");
        builder.text("z");
        builder.end().unwrap();
        leaf(&mut builder, "b", "w");
        assert!(!builder.is_over());
        builder.end().unwrap();
        assert!(builder.is_over() && !builder.text("no"));
        let document = builder.finish().unwrap();
        let root = document.root().unwrap();
        let texts: Vec<_> = root.children().map(|b| (b.name(), b.text())).collect();
        assert_eq!(texts, [("b", "xz"), ("b", "w")]);
        let attributes: Vec<_> = root.attributes().map(|a| (a.name(), a.text())).collect();
        assert_eq!((root.text(), attributes), ("", vec![("k", "1")]));
        let inner = root.children().next().unwrap();
        assert_eq!(inner.children().map(super::Element::text).collect::<Vec<_>>(), ["y"]);
    }
}
