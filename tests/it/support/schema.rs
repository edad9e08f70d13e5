//! A validator for the part of JSON Schema (drafts 4 and 7) that the schemas of these tests use. A keyword that it does not know
//! is a failure, so that nothing is passed over.

use serde_json::Value;

/// What of `value` breaks the schema, each with a pointer.
pub fn violations(schema: &Value, value: &Value) -> Vec<String> {
    let mut out = Vec::new();
    check(schema, schema, value, "", &mut out);
    out
}

fn check(root: &Value, schema: &Value, value: &Value, at: &str, out: &mut Vec<String>) {
    for (keyword, rule) in schema.as_object().unwrap() {
        let mut fail = |what: String| out.push(format!("{at}: {what}"));
        match keyword.as_str() {
            // Annotations. `format` is one unless a validator is told otherwise.
            "description" | "default" | "title" | "$schema" | "$id" | "id" | "definitions" | "format" => {}
            "$ref" => {
                let pointer = rule.as_str().unwrap().strip_prefix('#').unwrap();
                check(root, root.pointer(pointer).unwrap(), value, at, out);
            }
            "type" => {
                let wanted = rule.as_array().cloned().unwrap_or_else(|| vec![rule.clone()]);
                let fits = |wanted: &Value| match wanted.as_str().unwrap() {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "boolean" => value.is_boolean(),
                    "number" => value.is_number(),
                    "integer" => value.is_i64() || value.is_u64(),
                    "null" => value.is_null(),
                    other => panic!("the type `{other}`"),
                };
                if !wanted.iter().any(fits) {
                    fail(format!("{value} is no {rule}"));
                }
            }
            "enum" if !rule.as_array().unwrap().contains(value) => fail(format!("{value} is not one of {rule}")),
            "minimum" if value.as_f64().is_some_and(|v| v < rule.as_f64().unwrap()) => {
                fail(format!("{value} < {rule}"))
            }
            "maximum" if value.as_f64().is_some_and(|v| v > rule.as_f64().unwrap()) => {
                fail(format!("{value} > {rule}"))
            }
            "enum" | "minimum" | "maximum" => {}
            "required" => {
                let keys = rule.as_array().unwrap().iter().map(|key| key.as_str().unwrap());
                for key in keys.filter(|key| value.is_object() && value.get(key).is_none()) {
                    fail(format!("lacks `{key}`"));
                }
            }
            "minItems" => {
                let least = usize::try_from(rule.as_u64().unwrap()).unwrap();
                if value.as_array().is_some_and(|items| items.len() < least) {
                    fail(format!("fewer than {least} items"));
                }
            }
            "uniqueItems" => {
                let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
                let twice = items.iter().enumerate().any(|(index, item)| items[..index].contains(item));
                if rule == &Value::Bool(true) && twice {
                    fail("equal items".to_string());
                }
            }
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    check(root, rule, item, &format!("{at}/{index}"), out);
                }
            }
            "properties" => {
                for (key, value) in value.as_object().into_iter().flatten() {
                    if let Some(rule) = rule.get(key) {
                        check(root, rule, value, &format!("{at}/{key}"), out);
                    }
                }
            }
            "additionalProperties" => {
                let known = schema.get("properties");
                let known = |key: &str| known.is_some_and(|known| known.get(key).is_some());
                for (key, value) in value.as_object().into_iter().flatten().filter(|(key, _)| !known(key)) {
                    match rule {
                        Value::Bool(true) => {}
                        Value::Bool(false) => out.push(format!("{at}: the key `{key}` is not known")),
                        rule => check(root, rule, value, &format!("{at}/{key}"), out),
                    }
                }
            }
            "anyOf" | "oneOf" => {
                let fits = rule.as_array().unwrap().iter().filter(|rule| {
                    let mut inner = Vec::new();
                    check(root, rule, value, at, &mut inner);
                    inner.is_empty()
                });
                let count = fits.count();
                if count == 0 || (keyword == "oneOf" && count > 1) {
                    fail(format!("fits {count} of {keyword}"));
                }
            }
            // Of language tags, GUIDs, hashes and media types; what is tested has none of them.
            "pattern" => assert!(!value.is_string(), "{at}: a pattern for {value}"),
            other => panic!("{at}: the keyword `{other}`"),
        }
    }
}
