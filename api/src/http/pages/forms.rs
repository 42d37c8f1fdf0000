//! Forms for acts: what is asked for each key of an act's body. `page.js` makes the body of what is filled in.

use askama::Template;
use ledger::act::Body;
use serde_json::{Map, Value};

/// What a person chooses: the word of the format, and the same for people.
pub(super) type Choice = (String, String);

/// How a key is asked for.
pub(super) enum Control {
    /// Stated as it stands here; nobody is asked.
    Given(Value),
    /// Words.
    Text,
    /// Words, of which these are known.
    Suggested(Vec<Choice>),
    /// Words that go into the vault; the act has their commitments. Such an input has no name: whatever happens to its form, the
    /// words get into no address.
    Private,
    /// The same, to be written twice alike: nobody else sees them whole before money goes there.
    PrivateTwice,
    /// A day, and the one that stands there first.
    Day(String),
    /// A month, and the one that stands there first.
    Month(String),
    /// Yuan with up to two decimals; stated in fen.
    Yuan,
    /// A percentage with up to two decimals, which may be negative; stated in hundredths of a percent.
    Percent,
    /// A whole number, and the one that stands there first.
    Whole(String),
    /// A file: its SHA-256 is stated, the file itself is kept elsewhere.
    Proof,
    /// A registered person, asked for by the document's number; the id is stated.
    Person,
    /// Numbers of entries, commas between them.
    Numbers,
    /// Days, commas between them; there may be none.
    Days,
    /// One of these.
    One(Vec<Choice>),
    /// One of these numbers.
    OneNumber(Vec<Choice>),
    /// One of these, each an object whose keys go into the body.
    Filling(Vec<Choice>),
    /// Some of these.
    Some(Vec<Choice>),
    /// Parts of an amount, each with its label; these labels are known.
    Parts(Vec<String>),
}

/// A key of the body.
pub(super) struct Field {
    name: &'static str,
    label: &'static str,
    control: Control,
    is_needed: bool,
}

impl Field {
    /// A key that must be filled in.
    pub(super) const fn new(name: &'static str, label: &'static str, control: Control) -> Field {
        Field { name, label, control, is_needed: true }
    }

    /// A key that may be left out.
    pub(super) const fn optional(
        name: &'static str,
        label: &'static str,
        control: Control,
    ) -> Field {
        Field { name, label, control, is_needed: false }
    }

    /// A key that is stated as it stands here.
    pub(super) fn given(name: &'static str, value: impl Into<Value>) -> Field {
        Field::new(name, "", Control::Given(value.into()))
    }

    /// A new id, drawn by the office.
    pub(super) fn drawn(name: &'static str) -> Field {
        Field::given(name, "$random")
    }

    /// A proof, of which the act has the fingerprint.
    pub(super) const fn proof(name: &'static str, label: &'static str) -> Field {
        Field::new(name, label, Control::Proof)
    }

    fn has_proof(&self) -> bool {
        matches!(self.control, Control::Proof)
    }
}

/// A form that makes the draft of an act.
#[derive(Template)]
#[template(path = "form.html")]
pub(super) struct Form {
    /// The kind of act.
    act: &'static str,
    title: &'static str,
    /// What one ought to know first.
    note: &'static str,
    fields: Vec<Field>,
    button: &'static str,
    /// Tells a second form of the same act on a page from the first.
    mark: &'static str,
}

impl Form {
    /// A form of an act.
    pub(super) const fn new(act: &'static str, title: &'static str, fields: Vec<Field>) -> Form {
        Form { act, title, note: "", fields, button: "去签署", mark: "" }
    }

    /// The same with a sentence above it.
    pub(super) fn noting(self, note: &'static str) -> Form {
        Form { note, ..self }
    }

    /// The same with another word on its button.
    pub(super) fn saying(self, button: &'static str) -> Form {
        Form { button, ..self }
    }

    /// The same as the second form of its act on a page.
    pub(super) fn again(self) -> Form {
        Form { mark: "-again", ..self }
    }

    /// What the form is about, where it stands folded.
    pub(super) const fn title(&self) -> &'static str {
        self.title
    }

    /// What it states, if nobody is asked for anything.
    pub(super) fn stated(&self) -> Option<Body> {
        let given = self.fields.iter().map(|field| {
            let Control::Given(value) = &field.control else { return None };
            Some((field.name.to_owned(), value.clone()))
        });
        let body: Map<String, Value> = given.collect::<Option<_>>()?;
        Body::from_json(self.act, &Value::Object(body).to_string()).ok()
    }

    /// An id for a field, unlike every other one on the page.
    fn id(&self, field: &Field) -> String {
        format!("{}-{}{}", self.act.replace(['.', '_'], "-"), field.name, self.mark)
    }

    fn takes_proof(&self) -> bool {
        self.fields.iter().any(Field::has_proof)
    }
}

impl Control {
    /// A part's rows: the known labels and an empty one; three empty ones where none is known.
    fn rows(labels: &[String]) -> Vec<(usize, &str)> {
        let empty = if labels.is_empty() { 3 } else { 1 };
        let labels = labels.iter().map(String::as_str).chain(std::iter::repeat_n("", empty));
        (1..).zip(labels).collect()
    }
}
