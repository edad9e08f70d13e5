//! Values in the place of `${key}` in a pipeline's sources: those of the pipeline's `configuration`, over them those
//! that `SET key = value` gives to the statements after it in its file (Databricks documentation, "Use parameters with
//! pipelines": the value "is injected into your source code as a string before the source code logic evaluates"; "SET":
//! "if an old value exists for a given parameter, then it gets overridden by the new value").

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diag::{Location, SourceFile, Span};
use crate::local::server::error::{ApiError, ApiResult, ErrorCode};
use crate::syntax::ast::StatementKind;
use crate::syntax::{lex, parse};

/// A source with the values in it.
#[derive(Debug)]
pub(super) struct Configured {
    pub(super) file: Arc<SourceFile>,
    /// Keys without a value, and where they are in the text as it was. They stay as they are, as Spark leaves them
    /// (`ConfigReader.substitute`).
    pub(super) unknown: Vec<(String, Location)>,
}

/// Puts the values into names, texts and everything else that is not a comment. Places in the result are those of the
/// text as it was as long as no value before them has another length than its key.
pub(super) fn configured(file: &Arc<SourceFile>, configuration: &BTreeMap<String, String>) -> ApiResult<Configured> {
    let text = file.text();
    if !text.contains("${") {
        let parsed = parse(file);
        parsed.statements.iter().try_for_each(|statement| set(file, &statement.kind, &mut BTreeMap::new()))?;
        return Ok(Configured { file: file.clone(), unknown: Vec::new() });
    }
    let parsed = parse(file);
    let mut settings = parsed.statements.iter().peekable();
    let mut values = configuration.clone();
    let (mut out, mut copied, mut unknown) = (String::with_capacity(text.len()), 0, Vec::new());
    for token in lex(text).tokens {
        if token.kind.is_trivia() || !token.text(text).contains("${") {
            continue;
        }
        while let Some(before) = settings.next_if(|statement| statement.span.end <= token.span.start) {
            set(file, &before.kind, &mut values)?;
        }
        let range = token.span.range();
        out.push_str(text.get(copied..range.start).unwrap_or_default());
        out.push_str(&substituted(token.text(text), &values, &mut |key, at| {
            let start = range.start + at;
            unknown.push((key.to_string(), Location::new(file, Span::new(start, start + key.len() + 3))));
        }));
        copied = range.end;
    }
    for rest in settings {
        set(file, &rest.kind, &mut values)?;
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    Ok(Configured { file: SourceFile::new(file.name(), out), unknown })
}

/// The text with values for its keys; `missing` is told each key without one and its place.
fn substituted(text: &str, values: &BTreeMap<String, String>, missing: &mut dyn FnMut(&str, usize)) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(found) = text[at..].find("${") {
        let start = at + found;
        out.push_str(&text[at..start]);
        let Some((key, _)) = text[start + 2..].split_once('}') else {
            at = start;
            break;
        };
        let end = start + key.len() + 3;
        match values.get(key) {
            Some(value) => out.push_str(value),
            None => {
                missing(key, start);
                out.push_str(&text[start..end]);
            }
        }
        at = end;
    }
    out.push_str(&text[at..]);
    out
}

/// What a statement sets for those after it. Settings of Spark and of the service would have an effect that nothing
/// here has; only the interval between a continuous pipeline's updates is without one in a triggered update.
fn set(file: &Arc<SourceFile>, kind: &StatementKind, values: &mut BTreeMap<String, String>) -> ApiResult<()> {
    let StatementKind::Set { key, value } = kind else { return Ok(()) };
    let name = substituted(&key.value, values, &mut |_, _| {});
    let name = name.trim();
    let of_the_service = ["spark.", "pipelines."].iter().any(|start| name.starts_with(start));
    if of_the_service && name != "pipelines.trigger.interval" {
        let place = Location::new(file, key.span).display();
        let message = format!("The embedded workspace does not support the setting `{name}` of pipelines ({place}).");
        return Err(ApiError::new(ErrorCode::NotImplemented, message));
    }
    let value = substituted(&value.value, values, &mut |_, _| {});
    values.insert(name.to_string(), value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(text: &str) -> (String, Vec<String>) {
        let values = BTreeMap::from([("a.b".to_string(), "1".to_string()), ("c-d".to_string(), "x".to_string())]);
        let done = configured(&SourceFile::new("p.sql", text), &values).unwrap();
        let unknown = done.unknown.iter().map(|(key, at)| format!("{key} {}", at.display())).collect();
        (done.file.text().to_string(), unknown)
    }

    #[test]
    fn values_are_put_into_names_texts_and_values() {
        let (text, unknown) = apply("SELECT ${a.b} + 1, '${c-d}/${a.b}', t_${c-d}_y FROM `${c-d}`.${c-d}.t -- ${e}\n;");
        assert_eq!(text, "SELECT 1 + 1, 'x/1', t_x_y FROM `x`.x.t -- ${e}\n;");
        assert_eq!(unknown, [""; 0]);
    }

    #[test]
    fn what_has_no_value_stays_and_is_told() {
        assert_eq!(
            apply("SELECT 1;\nSELECT '${a.b}${nope}', ${no}, '${open'"),
            (
                "SELECT 1;\nSELECT '1${nope}', ${no}, '${open'".to_string(),
                vec!["nope p.sql:2:15".to_string(), "no p.sql:2:25".to_string()]
            )
        );
    }

    #[test]
    fn a_set_is_for_the_statements_after_it() {
        let (text, unknown) =
            apply("SELECT ${a.b}, '${k}';\nSET k = ${a.b} day;\nSET a.b = 2;\nSELECT '${k}', ${a.b};");
        assert!(text.ends_with("SELECT '1 day', 2;"), "{text}");
        assert!(text.starts_with("SELECT 1, '${k}';"), "{text}");
        assert_eq!(unknown, ["k p.sql:1:17"]);
    }

    #[test]
    fn what_would_have_another_effect_is_refused() {
        let refused = |text: &str| configured(&SourceFile::new("p.sql", text), &BTreeMap::new()).unwrap_err();
        for text in ["SELECT 1;\nSET spark.sql.ansi.enabled = false", "SELECT '${x}';\nSET pipelines.x = 1;"] {
            let error = refused(text);
            assert_eq!(error.code, ErrorCode::NotImplemented);
            assert!(error.message.ends_with("(p.sql:2:5)."), "{}", error.message);
        }
        apply("SET pipelines.trigger.interval = 10 seconds;");
    }
}
