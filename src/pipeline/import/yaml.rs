//! Printing a declaration as YAML that is also a template.

use serde_json::Value;

use crate::resource::{Kind, Spec};

use super::names::Names;

/// `section:` with one entry.
pub(super) fn document(section: &str, key: &str, kind: Kind, spec: &Spec, names: &Names) -> String {
    let mut out = format!("{section}:\n  {key}:\n");
    let writer = Writer { kind, names, is_template: true };
    writer.fields(&mut out, spec, 2, "");
    out
}

/// A document that no template engine reads.
pub(in super::super) fn plain(spec: &Spec) -> String {
    let mut out = String::new();
    let writer = Writer { kind: Kind::Job, names: &Names::default(), is_template: false };
    writer.fields(&mut out, spec, 0, "");
    out
}

struct Writer<'n> {
    kind: Kind,
    names: &'n Names,
    is_template: bool,
}

impl Writer<'_> {
    fn fields(&self, out: &mut String, spec: &Spec, depth: usize, above: &str) {
        for (at, (name, value)) in spec.iter().enumerate() {
            // The first field of an item stands behind its dash.
            if at > 0 || !out.ends_with("- ") {
                out.push_str(&"  ".repeat(depth));
            }
            let principal = (self.kind == Kind::Grants && above == "privileges").then(|| self.names.principal(name));
            let key = principal.flatten().unwrap_or_else(|| self.raw(name));
            out.push_str(&scalar(&key));
            out.push(':');
            self.value(out, name, value, depth, above);
        }
    }

    /// What stands behind a key, with the end of the line.
    fn value(&self, out: &mut String, name: &str, value: &Value, depth: usize, above: &str) {
        match value {
            Value::Object(fields) if fields.is_empty() => out.push_str(" {}\n"),
            Value::Object(fields) => {
                out.push('\n');
                self.fields(out, fields, depth + 1, name);
            }
            Value::Array(items) if items.is_empty() => out.push_str(" []\n"),
            Value::Array(items) => {
                out.push('\n');
                for item in items {
                    self.item(out, name, item, depth + 1);
                }
            }
            Value::String(text) => self.text(out, name, text, depth, above),
            // A whole number may be the id of a job.
            Value::Number(number) => match self.names.value(name, &number.to_string()) {
                Some(reference) => out.push_str(&format!(" {}\n", scalar(&reference))),
                None => out.push_str(&format!(" {number}\n")),
            },
            Value::Bool(_) | Value::Null => out.push_str(&format!(" {value}\n")),
        }
    }

    fn item(&self, out: &mut String, name: &str, item: &Value, depth: usize) {
        out.push_str(&"  ".repeat(depth));
        match item {
            Value::Object(fields) if !fields.is_empty() => {
                out.push_str("- ");
                self.fields(out, fields, depth + 1, name);
            }
            // JSON is YAML; such lists are rare.
            Value::Object(_) | Value::Array(_) => out.push_str(&format!("- {}\n", self.raw(&item.to_string()))),
            other => {
                out.push('-');
                self.value(out, name, other, depth, name);
            }
        }
    }

    /// Text that the template engine leaves as it is.
    fn raw(&self, text: &str) -> String {
        if self.is_template && ["{{", "{%", "{#"].iter().any(|tag| text.contains(tag)) {
            format!("{{% raw %}}{text}{{% endraw %}}")
        } else {
            text.to_string()
        }
    }

    fn text(&self, out: &mut String, name: &str, text: &str, depth: usize, above: &str) {
        let own = if name == "name" && above.is_empty() { self.names.name(self.kind, text) } else { None };
        if let Some(template) = own.or_else(|| self.names.value(name, text)) {
            out.push_str(&format!(" {}\n", scalar(&template)));
        } else if is_block(text) {
            out.push_str(" |-\n");
            for line in self.raw(text).split('\n') {
                let indent = if line.is_empty() { String::new() } else { "  ".repeat(depth + 1) };
                out.push_str(&format!("{indent}{line}\n"));
            }
        } else {
            out.push_str(&format!(" {}\n", scalar(&self.raw(text))));
        }
    }
}

/// Lines that a block can hold without loss.
fn is_block(text: &str) -> bool {
    text.contains('\n')
        && !text.starts_with([' ', '\n', '\t'])
        && !text.ends_with('\n')
        && !text.lines().any(|line| line.ends_with([' ', '\t', '\r']))
        && !text.chars().any(|c| c.is_control() && c != '\n')
}

/// A text that means exactly this.
fn scalar(text: &str) -> String {
    let is_plain = !text.is_empty()
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/'))
        && !["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(&text.to_ascii_lowercase().as_str());
    // JSON's form of a text is one of YAML's.
    if is_plain { text.to_string() } else { Value::String(text.to_string()).to_string() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::diag::SourceFile;
    use crate::project::yaml;

    /// The law of the module: what is printed reads back as what was there.
    #[test]
    fn what_is_printed_reads_back() {
        let spec = json!({
            "name": "on", "description": "a: b # c", "text": "SELECT 1\n\nFROM x", "lead": " x\ny ", "number": 1.5,
            "list": ["a", 7, true, {"a": {"b": []}, "c": "1"}, {"deep": [{"x": "y"}, {"z": [1, 2]}]}],
            "map": {"with space": "1e3", "quote\"": "it's", "uni": "é\u{1}"}, "no": false,
        });
        let text = document("jobs", "daily", Kind::Job, spec.as_object().unwrap(), &Names::default());
        let (node, found) = yaml::parse(&SourceFile::new("r.yml", text.as_str()));
        assert!(!found.has_errors(), "{text}");
        assert_eq!(node.unwrap().to_json(), json!({ "jobs": { "daily": spec } }), "{text}");
    }

    #[test]
    fn what_a_template_would_read_is_left_as_it_is() {
        let spec = json!({ "base_parameters": { "run": "{{job.run_id}}" } });
        let text = document("jobs", "daily", Kind::Job, spec.as_object().unwrap(), &Names::default());
        assert!(text.contains(r#"run: "{% raw %}{{job.run_id}}{% endraw %}""#), "{text}");
    }
}
