//! Grants: the privileges of principals on one securable.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::super::declared::Declared;
use super::super::privileges::{SecurableKind, Verdict, known_privileges};
use super::super::rules::{NormalForm, Rules};
use super::super::{Desired, Kind, ResourceKey, Spec};
use crate::diag::{Code, Diagnostic, Diagnostics, Severity};
use crate::project::yaml::Fields;

/// Differences of `privileges` are judged by `plan::grants`, principal by principal.
pub(in super::super) const RULES: Rules = Rules {
    immutable: &["securable_type", "securable"],
    normal_forms: &[("securable", NormalForm::IgnoreCase)],
    ..Rules::PLAIN
};

/// Securable types as the REST path names them.
const TYPES: &[(&str, SecurableKind)] = &[
    ("catalog", SecurableKind::Catalog),
    ("schema", SecurableKind::Schema),
    ("table", SecurableKind::Table),
    ("volume", SecurableKind::Volume),
    ("function", SecurableKind::Function),
];

/// The kind that a `securable_type` names.
pub fn securable_kind(name: &str) -> Option<SecurableKind> {
    TYPES.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
}

/// A privilege as the REST API writes it.
pub fn privilege_name(written: &str) -> String {
    written.trim().to_uppercase().replace(' ', "_")
}

pub(in super::super) fn build(declared: &Declared<'_>, out: &mut Diagnostics) -> Option<Desired> {
    let mut fields = Fields::of(declared.node(), out)?;
    fields.take("targets");
    fields.take("lifecycle");
    let securable_type = fields.require_string("securable_type", out);
    let securable = fields.require_string("securable", out);
    let authoritative = fields.bool("authoritative", out).is_some_and(|flag| flag.value);
    let principals = fields.map("privileges", out);
    fields.finish(out);
    let (securable_type, securable) = (securable_type?, securable?);
    let Some(kind) = securable_kind(&securable_type.value) else {
        let known = TYPES.iter().map(|(name, _)| *name);
        let message = format!("`{}` is not a kind of securable", securable_type.value);
        let diagnostic = Diagnostic::error(Code::INVALID_VALUE, message).at(securable_type.location);
        let all = known.clone().collect::<Vec<_>>().join(", ");
        out.push(diagnostic.hint(all).suggest(&securable_type.value, known));
        return None;
    };
    let mut privileges = Map::new();
    for entry in principals {
        let mut names = BTreeSet::new();
        for item in entry.node.list(out).unwrap_or_default() {
            let Some(text) = item.string(out) else { continue };
            let name = privilege_name(&text.value);
            let judged = unfit_privilege(kind, &name).map(|diagnostic| diagnostic.at(text.location));
            // What is not proved wrong is passed on: the service knows best.
            if judged.as_ref().is_none_or(|diagnostic| diagnostic.severity != Severity::Error) {
                names.insert(name);
            }
            out.extend(judged);
        }
        privileges.insert(entry.key.clone(), Value::Array(names.into_iter().map(Value::String).collect()));
    }
    let key = format!("{}.{}", securable_type.value, securable.value.to_lowercase());
    let mut spec = Spec::new();
    spec.insert("securable_type".to_string(), Value::String(securable_type.value));
    spec.insert("securable".to_string(), Value::String(securable.value));
    spec.insert("authoritative".to_string(), Value::Bool(authoritative));
    spec.insert("privileges".to_string(), Value::Object(privileges));
    Some(declared.finish(Desired::new(ResourceKey::new(Kind::Grants, key), spec)))
}

/// What is wrong with a privilege on a kind of securable; without a place.
pub fn unfit_privilege(kind: SecurableKind, name: &str) -> Option<Diagnostic> {
    let noun = kind.noun();
    let does_not = || format!("`{name}` does not apply to a {noun}");
    let diagnostic = match kind.verdict(name) {
        Verdict::Legal => return None,
        Verdict::Illegal => Diagnostic::error(Code::GRANT_PRIVILEGE, does_not()),
        Verdict::Doubtful => Diagnostic::warning(Code::GRANT_PRIVILEGE, does_not()),
        Verdict::Unknown => {
            let message = format!("`{name}` is not a privilege that lakesmith knows");
            let diagnostic = Diagnostic::warning(Code::UNKNOWN_PRIVILEGE, message);
            return Some(diagnostic.suggest(name, kind.privileges().chain(known_privileges())));
        }
    };
    let all = kind.privileges().collect::<Vec<_>>().join(", ");
    Some(diagnostic.hint(format!("privileges of a {noun}: {all}")))
}
