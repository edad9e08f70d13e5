//! The fields that the REST API documents, and reading YAML by them.
//!
//! A field that is not listed is an error, because the service would refuse it or, worse, drop it in silence.

use serde_json::{Map, Value};

use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::project::yaml::{Entry, Node, Value as Yaml};

use super::key::{references, unclosed};

/// The form of a field.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    Text,
    /// One of the texts that the REST API documents.
    OneOf(&'static [&'static str]),
    Integer,
    Boolean,
    /// Any value: forms that differ by cloud or that are documented as open.
    Any,
    /// Names to texts. Numbers and booleans become texts, as the API wants.
    TextMap,
    List(&'static Shape),
    Object(&'static [(&'static str, Shape)]),
    /// Another shape, for those that contain themselves.
    Same(&'static Shape),
}

pub(super) const TEXTS: Shape = Shape::List(&Shape::Text);

/// Reads a map whose keys are `fields`; `extra` are keys that the caller reads itself.
pub(super) fn read_object(
    node: &Node,
    fields: &[(&'static str, Shape)],
    extra: &[&'static str],
    out: &mut Diagnostics,
) -> Map<String, Value> {
    let mut object = Map::new();
    let Some(entries) = node.as_map() else {
        if !node.is_null() {
            out.push(node.expected("a map"));
        }
        return object;
    };
    for entry in entries {
        if extra.contains(&entry.key.as_str()) {
            continue;
        }
        match fields.iter().find(|(name, _)| *name == entry.key) {
            // A key with nothing after it declares nothing.
            Some(_) if entry.node.is_null() => {}
            Some((_, shape)) => {
                if let Some(value) = read(&entry.node, *shape, out) {
                    object.insert(entry.key.clone(), value);
                }
            }
            None => {
                let known = fields.iter().map(|(name, _)| *name).chain(extra.iter().copied());
                out.push(unknown_key(entry, entries, known));
            }
        }
    }
    object
}

/// `entries` are those of the whole map.
pub(super) fn unknown_key(
    entry: &Entry,
    entries: &[Entry],
    known: impl Iterator<Item = &'static str> + Clone,
) -> Diagnostic {
    let free = known.clone().filter(|key| entries.iter().all(|entry| entry.key != *key));
    let diagnostic = Diagnostic::error(Code::UNKNOWN_KEY, format!("the key `{}` is not known here", entry.key))
        .at(entry.key_location.clone());
    diagnostic.hint("only documented fields of the REST API are passed on").instead(free).suggest(&entry.key, known)
}

/// `None`, with a finding, if the value does not fit.
fn read(node: &Node, shape: Shape, out: &mut Diagnostics) -> Option<Value> {
    // Any value may be known only after another resource exists.
    if let Some(text) = node.as_str().filter(|text| text.contains("${")) {
        check_references(node, text, out);
        return Some(Value::String(text.to_string()));
    }
    let expected = |what: &str, out: &mut Diagnostics| {
        out.push(node.expected(what));
        None
    };
    match shape {
        Shape::Text => match &node.value {
            Yaml::String(text) => Some(Value::String(text.clone())),
            _ => expected("a text", out),
        },
        Shape::OneOf(values) => match node.as_str() {
            Some(text) if values.contains(&text) => Some(Value::String(text.to_string())),
            Some(text) => {
                let message = format!("`{text}` is none of {}", values.join(", "));
                let diagnostic = Diagnostic::error(Code::INVALID_VALUE, message).at(node.location.clone());
                out.push(diagnostic.suggest(text, values.iter().copied()));
                None
            }
            None => expected("a text", out),
        },
        Shape::Integer => match node.as_i64() {
            Some(value) => Some(Value::from(value)),
            None => expected("an integer", out),
        },
        Shape::Boolean => match node.as_bool() {
            Some(value) => Some(Value::Bool(value)),
            None => expected("a boolean", out),
        },
        Shape::Any => Some(node.to_json()),
        Shape::TextMap => {
            let Some(entries) = node.as_map() else { return expected("a map of texts", out) };
            let texts = entries.iter().filter_map(|entry| Some((entry.key.clone(), scalar_text(&entry.node, out)?)));
            Some(Value::Object(texts.collect()))
        }
        Shape::List(item) => {
            let Some(items) = node.as_list() else { return expected("a list", out) };
            Some(Value::Array(items.iter().filter_map(|node| read(node, *item, out)).collect()))
        }
        Shape::Object(fields) => {
            if node.as_map().is_none() {
                return expected("a map", out);
            }
            Some(Value::Object(read_object(node, fields, &[], out)))
        }
        Shape::Same(shape) => read(node, *shape, out),
    }
}

fn scalar_text(node: &Node, out: &mut Diagnostics) -> Option<Value> {
    let text = match &node.value {
        Yaml::String(text) => {
            check_references(node, text, out);
            text.clone()
        }
        Yaml::Bool(value) => value.to_string(),
        Yaml::Integer(value) => value.to_string(),
        Yaml::Float { text, .. } => text.clone(),
        Yaml::Null | Yaml::List(_) | Yaml::Map(_) => {
            out.push(node.expected("a text"));
            return None;
        }
    };
    Some(Value::String(text))
}

fn check_references(node: &Node, text: &str, out: &mut Diagnostics) {
    out.extend(meaningless(text).into_iter().map(|diagnostic| diagnostic.at(node.location.clone())));
}

/// What of a text looks like a reference and is none, still without a place.
pub(super) fn meaningless(text: &str) -> Vec<Diagnostic> {
    let unknown = references(text).into_iter().filter_map(Result::err);
    let unknown = unknown.map(|unknown| format!("`${{{unknown}}}` is not a reference to a resource"));
    let messages = unknown.chain(unclosed(text).map(|start| format!("`{start}` has no `}}` at its end")));
    let hint = "write `${kind.key.id}`, for example `${pipeline.insurance.id}`";
    messages.map(|message| Diagnostic::error(Code::RESOURCE_REFERENCE, message).hint(hint)).collect()
}

/// The place of the value at a path of keys, else of the whole.
pub(super) fn place<'n>(node: &'n Node, path: &[&str]) -> &'n Node {
    node.at(path).unwrap_or(node)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::diag::SourceFile;
    use crate::project::yaml;

    const FIELDS: &[(&str, Shape)] = &[
        ("name", Shape::Text),
        ("max_retries", Shape::Integer),
        ("volume_type", Shape::OneOf(&["MANAGED", "EXTERNAL"])),
        ("configuration", Shape::TextMap),
        ("libraries", Shape::List(&Shape::Object(&[("file", Shape::Object(&[("path", Shape::Text)]))]))),
    ];

    fn run(text: &str) -> (Value, Vec<String>) {
        let (node, mut out) = yaml::parse(&SourceFile::new("r.yml", text));
        let object = read_object(&node.unwrap(), FIELDS, &["targets"], &mut out);
        (Value::Object(object), out.iter().map(|d| format!("{} {}", d.code, d.message)).collect())
    }

    #[test]
    fn known_fields_pass_and_map_values_become_texts() {
        let (value, found) =
            run("name: a\nconfiguration: {x: 1, y: true}\nlibraries: [{file: {path: p}}]\ntargets: [dev]\n");
        let expected =
            json!({"name": "a", "configuration": {"x": "1", "y": "true"}, "libraries": [{"file": {"path": "p"}}]});
        assert_eq!((value, found), (expected, vec![]));
    }

    #[test]
    fn documented_values_are_the_only_ones() {
        assert_eq!(run("volume_type: EXTERNAL\n"), (json!({"volume_type": "EXTERNAL"}), vec![]));
        assert_eq!(run("volume_type: '${volume.x.type}'\n").1, [""; 0]);
        let (_, out) = {
            let (node, mut out) = yaml::parse(&SourceFile::new("r.yml", "volume_type: MANAGD\n"));
            (read_object(&node.unwrap(), FIELDS, &[], &mut out), out)
        };
        let found: Vec<_> = out.iter().map(|d| (d.message.as_str(), d.hint.as_deref().unwrap_or_default())).collect();
        assert_eq!(found, [("`MANAGD` is none of MANAGED, EXTERNAL", "did you mean `MANAGED`?")]);
        let place = out.iter().next().and_then(|d| d.location.as_ref()).unwrap();
        assert_eq!(place.display(), "r.yml:1:14");
        assert_eq!(run("volume_type: 1\n").1, ["LS104 expected a text, found an integer"]);
    }

    #[test]
    fn unknown_fields_wrong_types_and_bad_references_are_found() {
        let (_, found) =
            run("nmae: a\nmax_retries: often\nlibraries: [{file: {pth: p}}]\nconfiguration: {a: '${pipe.x.id}'}\n");
        assert_eq!(
            found,
            [
                "LS103 the key `nmae` is not known here",
                "LS104 expected an integer, found a text",
                "LS103 the key `pth` is not known here",
                "LS901 `${pipe.x.id}` is not a reference to a resource",
            ]
        );
    }
}
