//! A payment file as XML: each value at its path, the lines as records, in the order of the layout.

use std::fmt::Write as _;

use reconcile::profile::{Field, Layout};

/// An element on its way out.
#[derive(Default)]
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    text: String,
    children: Vec<Element>,
    /// True if its children are the lines, each on a row of its own.
    holds_lines: bool,
}

/// The document; `None` if a path says more than where to write.
pub(super) fn written(
    layout: &Layout,
    head: Option<&[String]>,
    rows: &[Vec<String>],
) -> Option<String> {
    let mut outer = Element::default();
    if let (Some(totals), Some(head)) = (&layout.totals, head) {
        for (field, text) in totals.fields.iter().zip(head) {
            outer.put(field, text)?;
        }
    }
    let (above, name) = layout.records.as_deref()?.rsplit_once('/')?;
    let lines = outer.at(above)?;
    lines.holds_lines = true;
    for row in rows {
        let mut line = Element { name: name.to_owned(), ..Element::default() };
        for (field, text) in layout.fields.iter().zip(row) {
            line.put(field, text)?;
        }
        lines.children.push(line);
    }
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n".to_owned();
    for document in &outer.children {
        document.write(&mut text);
    }
    text.push_str("\r\n");
    Some(text)
}

impl Element {
    /// The element at a path below this one, made where it is not there.
    fn at(&mut self, path: &str) -> Option<&mut Element> {
        if path.is_empty() {
            return Some(self);
        }
        let (name, rest) = path.split_once('/').unwrap_or((path, ""));
        if name.is_empty() || name.contains(['[', '@', '.']) {
            return None;
        }
        let known = self.children.iter().position(|child| child.name == name);
        let index = known.unwrap_or(self.children.len());
        if known.is_none() {
            self.children.push(Element { name: name.to_owned(), ..Element::default() });
        }
        self.children.get_mut(index)?.at(rest)
    }

    fn put(&mut self, field: &Field, text: &str) -> Option<()> {
        if text.is_empty() && field.optional {
            return Some(());
        }
        let path = field.titles.first()?;
        match path.rsplit_once('@') {
            Some((element, name)) => {
                let element = self.at(element.trim_end_matches('/'))?;
                element.attributes.push((name.to_owned(), text.to_owned()));
            }
            None => text.clone_into(&mut self.at(path)?.text),
        }
        Some(())
    }

    fn write(&self, out: &mut String) {
        out.push('<');
        out.push_str(&self.name);
        for (name, value) in &self.attributes {
            let _ = write!(out, " {name}=\"{}\"", escaped(value));
        }
        if self.text.is_empty() && self.children.is_empty() {
            return out.push_str("/>");
        }
        out.push('>');
        out.push_str(&escaped(&self.text));
        for child in &self.children {
            if self.holds_lines {
                out.push_str("\r\n");
            }
            child.write(out);
        }
        if self.holds_lines {
            out.push_str("\r\n");
        }
        let _ = write!(out, "</{}>", self.name);
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
