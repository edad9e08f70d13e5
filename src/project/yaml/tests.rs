use std::sync::Arc;

use super::{Fields, Node, Value, parse};
use crate::diag::{Diagnostics, SourceFile};

fn read(text: &str) -> (Option<Node>, Diagnostics) {
    parse(&SourceFile::new("lakesmith.yml", text))
}

fn messages(diagnostics: &Diagnostics) -> Vec<String> {
    let place =
        |d: &crate::diag::Diagnostic| d.location.as_ref().map(crate::diag::Location::display).unwrap_or_default();
    diagnostics.iter().map(|d| format!("{} {} {}", d.code, place(d), d.message)).collect()
}

#[test]
fn every_value_has_its_place() {
    let text = "name: shop\ntargets:\n  dev: { mode: development,\n         list: [1, 'two'] }\n";
    let file = SourceFile::new("lakesmith.yml", text);
    let root = parse(&file).0.unwrap();
    let written = |path: &[&str]| {
        let node = root.at(path).unwrap();
        assert!(Arc::ptr_eq(&node.location.file, &file));
        &text[node.location.span.range()]
    };
    assert_eq!(written(&["name"]), "shop");
    assert_eq!(written(&["targets", "dev", "mode"]), "development");
    assert_eq!(written(&["targets", "dev", "list"]), "[1, 'two']");
    assert_eq!(written(&["targets", "dev"]), "{ mode: development,\n         list: [1, 'two'] }");
    assert_eq!(
        root.at(&["targets", "dev", "list"]).unwrap().as_list().unwrap()[1].location.display(),
        "lakesmith.yml:4:20"
    );
    assert_eq!(root.entry("targets").unwrap().key_location.display(), "lakesmith.yml:2:1");
}

#[test]
fn repeated_keys_are_all_reported() {
    let (node, diagnostics) = read("a: 1\nb: 2\na: 3\nb: 4\n");
    assert!(node.is_none());
    assert_eq!(
        messages(&diagnostics),
        [
            "LS102 lakesmith.yml:3:1 the key `a` is written twice",
            "LS102 lakesmith.yml:4:1 the key `b` is written twice"
        ]
    );
}

#[test]
fn bad_yaml_is_reported_where_it_is() {
    let (node, diagnostics) = read("a: 1\nb: [1, 2\nc: 3\n");
    assert!(node.is_none());
    assert_eq!(messages(&diagnostics).len(), 1);
    let location = diagnostics.iter().next().unwrap().location.clone().unwrap();
    assert!(location.file.line_column(location.span.start).0 >= 2, "{}", location.display());
    let (node, diagnostics) = read("a: 1\n---\nb: 2\n");
    assert!(node.is_none());
    assert_eq!(messages(&diagnostics).len(), 1);
}

#[test]
fn aliases_and_merges_expand_with_the_place_of_their_use() {
    let (node, diagnostics) = read("base: &b { x: 1, y: 2 }\nuse: { <<: *b, y: 3 }\nsame: *b\n");
    assert!(diagnostics.is_empty());
    let node = node.unwrap();
    assert_eq!(node.at(&["use", "x"]).unwrap().value, Value::Integer(1));
    assert_eq!(node.at(&["use", "y"]).unwrap().value, Value::Integer(3));
    assert_eq!(node.get("same").unwrap().location.display(), "lakesmith.yml:3:7");
}

#[test]
fn a_file_that_explodes_is_refused() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..9 {
        let previous = format!("*a{}, ", level - 1).repeat(10);
        text.push_str(&format!("a{level}: &a{level} [{previous}]\n"));
    }
    let (node, diagnostics) = read(&text);
    assert!(node.is_none());
    assert!(messages(&diagnostics)[0].contains("expands to more than"));
}

#[test]
fn unknown_keys_are_all_reported_with_the_nearest() {
    let node = read("catlog: a\nschemas: {}\nfoobar: 1\n").0.unwrap();
    let mut out = Diagnostics::default();
    let mut fields = Fields::of(&node, &mut out).unwrap();
    fields.require("catalog", &mut out);
    fields.take("schemas");
    fields.finish(&mut out);
    assert_eq!(
        messages(&out),
        [
            "LS105 lakesmith.yml:1:1 the key `catalog` is required here",
            "LS103 lakesmith.yml:1:1 the key `catlog` is not known here",
            "LS103 lakesmith.yml:3:1 the key `foobar` is not known here"
        ]
    );
    let hints: Vec<_> = out.iter().filter_map(|d| d.hint.clone()).collect();
    assert_eq!(hints, ["did you mean `catalog`?", "known keys: catalog, schemas"]);
}

#[test]
fn a_quoted_text_that_is_not_closed_is_shown_where_it_begins() {
    for (text, place) in [
        ("jobs:\n  a:\n    name: \"Nightly\n    description: all of it\n", "3:11"),
        ("a: it's\nb: 'open\n", "2:4"),
        ("a: [x, \"y]\n", "1:8"),
        ("a: \"x \\\" y\n", "1:4"),
    ] {
        let (node, found) = read(text);
        assert!(node.is_none());
        assert_eq!(
            messages(&found),
            [format!("LS102 lakesmith.yml:{place} the quoted text that begins here is not closed")],
            "{text}"
        );
    }
}

#[test]
fn empty_files_are_null() {
    for text in ["", "# only a comment\n", "---\n"] {
        let (node, diagnostics) = read(text);
        assert!(diagnostics.is_empty());
        assert_eq!(node.unwrap().value, Value::Null);
    }
}

#[test]
fn random_texts_are_read_or_refused_with_a_place_that_can_be_shown() {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;
    const PARTS: [&str; 30] = [
        "a", "é", ": ", "- ", "\n", "\n  ", "\n    ", "[", "]", "{", "}", ", ", "'", "\"", "|\n  ", ">\n  ", "&x ",
        "*x", "<<: ", "#", "!!str ", "!t ", "---\n", "...\n", "\t", "1.50", "true", "~", "\\u", "? ",
    ];
    fn visit(node: &Node, text: &str) {
        assert!(text.get(node.location.span.range()).is_some(), "{text:?}");
        if let Some(inner) = node.as_str() {
            let location = node.locate(crate::diag::Span::new(0, inner.len()));
            assert!(text.get(location.span.range()).is_some(), "{text:?}");
        }
        node.as_list().into_iter().flatten().for_each(|item| visit(item, text));
        node.as_map().into_iter().flatten().for_each(|entry| visit(&entry.node, text));
    }
    let mut random = ChaCha8Rng::seed_from_u64(11);
    let mut trees = 0;
    for _ in 0..20_000 {
        let text: String =
            (0..random.random_range(1..16)).map(|_| PARTS[random.random_range(0..PARTS.len())]).collect();
        let (node, found) = read(&text);
        assert_eq!(node.is_none(), found.has_errors());
        let _ = crate::diag::human(&found, false);
        for finding in found.iter() {
            assert!(text.get(finding.location.as_ref().unwrap().span.range()).is_some(), "{text:?}");
        }
        if let Some(node) = node {
            trees += 1;
            visit(&node, &text);
        }
    }
    assert!(trees > 500, "{trees}");
}
