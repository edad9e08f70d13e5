//! Values in the place of `${key}` in a pipeline's sources: those of the pipeline's `configuration`, over them those
//! that `SET key = value` gives to the statements after it in its file (Databricks documentation, "Use parameters with
//! pipelines": the value "is injected into your source code as a string before the source code logic evaluates"; "SET":
//! "if an old value exists for a given parameter, then it gets overridden by the new value").

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diag::{Location, SourceFile};
use crate::local::server::error::{ApiError, ApiResult, ErrorCode};
use crate::syntax::ast::StatementKind;
use crate::syntax::{configure, parse};

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
    let made = configure(file.text(), configuration);
    let result = if made.is_changed() { SourceFile::new(file.name(), made.text.as_str()) } else { file.clone() };
    for statement in parse(&result).statements {
        if let StatementKind::Set { key, .. } = &statement.kind {
            allowed(key.value.trim(), &Location::new(file, made.written(key.span)))?;
        }
    }
    let unknown = made.unset.into_iter().map(|unset| (unset.key, Location::new(file, unset.span))).collect();
    Ok(Configured { file: result, unknown })
}

/// Settings of Spark and of the service would have an effect that nothing here has; only the interval between a
/// continuous pipeline's updates is without one in a triggered update.
fn allowed(name: &str, place: &Location) -> ApiResult<()> {
    let of_the_service = ["spark.", "pipelines."].iter().any(|start| name.starts_with(start));
    if !of_the_service || name == "pipelines.trigger.interval" {
        return Ok(());
    }
    let place = place.display();
    let message = format!("The embedded workspace does not support the setting `{name}` of pipelines ({place}).");
    Err(ApiError::new(ErrorCode::NotImplemented, message))
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
