use super::{Builder, Document, Encoding, NOWHERE, Source, build};

fn built(source: &str, make: impl FnOnce(&mut Builder<'_>)) -> Document<'_> {
    let source = Source { bytes: source.as_bytes().into(), encoding: Encoding::Utf8 };
    let document = build(source, 0, |builder| {
        make(builder);
        Ok::<(), ()>(())
    });
    document.unwrap()
}

#[test]
fn elements_hold_their_texts_attributes_and_children_in_order() {
    let document = built("", |builder| {
        builder.start("a").unwrap();
        builder.attribute("k", NOWHERE, "1").unwrap();
        assert!(builder.text(NOWHERE, " \n"));
        builder.start("b").unwrap();
        builder.text(NOWHERE, "x");
        builder.leaf("c", "y").unwrap();
        builder.text(NOWHERE, "z");
        builder.end().unwrap();
        builder.leaf("b", "w").unwrap();
        assert!(!builder.is_over());
        builder.end().unwrap();
        assert!(builder.is_over() && !builder.text(NOWHERE, "no"));
    });
    let root = document.root().unwrap();
    let texts: Vec<_> = root.children().map(|b| (b.name(), b.text().into_owned())).collect();
    assert_eq!(texts, [("b", "xz".to_owned()), ("b", "w".to_owned())]);
    let attribute = root.attributes().next().unwrap();
    assert_eq!((attribute.name(), &*attribute.text(), &*root.text()), ("k", "1", ""));
    let inner = root.children().next().unwrap();
    assert_eq!(inner.children().map(|c| c.text().into_owned()).collect::<Vec<_>>(), ["y"]);
}

#[test]
fn a_text_that_stands_in_the_file_in_one_piece_stays_there_and_keeps_the_blanks_within() {
    let document = built("..one two..", |builder| {
        builder.start("a").unwrap();
        for pieces in [
            &[(2, "one")][..],
            &[(2, "one"), (5, " "), (6, "two")],
            &[(5, " "), (2, "one"), (5, " "), (NOWHERE, "\n")],
            &[(2, "two")],
        ] {
            builder.start("b").unwrap();
            for (at, text) in pieces {
                assert!(builder.text(*at, text));
            }
            builder.end().unwrap();
        }
        builder.start("b").unwrap();
        builder.stretch(2, 5);
        builder.stretch_to(9);
        builder.end().unwrap();
        builder.end().unwrap();
    });
    let root = document.root().unwrap();
    let texts: Vec<String> = root.children().map(|b| b.text().into_owned()).collect();
    assert_eq!(texts, ["one", "one two", "one", "two", "one two"]);
    assert_eq!(document.texts, "one twotwo");
}

#[test]
fn a_long_text_is_whole() {
    for length in [65_534, 65_535, 65_536, 200_000] {
        let text = "x".repeat(length);
        let document = built("", |builder| builder.leaf("a", &text).unwrap());
        assert_eq!(document.root().unwrap().text(), text);
    }
}

#[test]
fn there_is_an_end_of_names() {
    built("", |builder| {
        builder.start("a").unwrap();
        for name in 1..super::MOST_NAMES {
            builder.leaf(&name.to_string(), "").unwrap();
        }
        assert_eq!(builder.start("one more"), None);
        assert_eq!(builder.start("17"), Some(()));
    });
}
