//! Names that a service would refuse. Of kinds that are not here, nobody has published what their names may be.

use super::declared::Declared;
use super::inputs::Context;
use super::{Desired, Kind};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::ident::Identifier;

/// What is wrong with the name, at its place.
pub(super) fn check(declared: &Declared<'_>, desired: &Desired, out: &mut Diagnostics) {
    check_copy(declared, desired, &Context::default(), out);
}

/// As [`check`], of a kind whose development copies have whose they are before their name: that counts, too. While nobody
/// knows whose, only what is before the name of anybody counts: it has a character at least.
pub(super) fn check_copy(declared: &Declared<'_>, desired: &Desired, context: &Context, out: &mut Diagnostics) {
    let Some(name) = desired.text("name").filter(|name| !name.is_empty()) else { return };
    let user = context.development.as_deref().filter(|_| context.anonymous);
    let shortest = user.map(|user| name.replacen(user, "?", 1));
    let Some(problem) = problem(desired.key.kind, shortest.as_deref().unwrap_or(name)) else { return };
    let before = match (user, context.development.as_deref()) {
        (Some(_), _) => " at least, with whose copy it is in development mode before it".to_string(),
        (None, Some(user)) => format!(", with `[dev {user}] ` of development mode before it"),
        (None, None) => String::new(),
    };
    let problem = problem + &before;
    let location = declared.node().get("name").map_or(declared.location(), |node| &node.location);
    out.push(Diagnostic::error(Code::RESOURCE_NAME, problem).at(location.clone()));
}

fn problem(kind: Kind, name: &str) -> Option<String> {
    let characters = name.chars().count();
    match kind {
        Kind::Catalog | Kind::Schema | Kind::Volume | Kind::RegisteredModel => {
            Identifier::object(name).err().map(|error| error.to_string())
        }
        // "Must consist of alphanumeric characters, dashes, underscores, @, and periods, and may not exceed 128
        // characters" (REST API, "Create a scope").
        Kind::SecretScope if characters > 128 => {
            Some(format!("the name of a secret scope has at most 128 characters, this one {characters}"))
        }
        Kind::SecretScope => {
            let allowed = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '@' | '.');
            let found = name.chars().find(|c| !allowed(c))?;
            Some(format!(
                "the name of a secret scope has only ASCII letters, digits and `-_@.`, and `{name}` contains {found:?}"
            ))
        }
        // "The maximum length is 4096 bytes in UTF-8 encoding" (REST API, "Create a new job").
        Kind::Job if name.len() > 4096 => {
            Some(format!("the name of a job has at most 4096 bytes, this one {}", name.len()))
        }
        // "Must be less than 100 characters" (REST API, "Create a warehouse").
        Kind::SqlWarehouse if characters >= 100 => {
            Some(format!("the name of a SQL warehouse has less than 100 characters, this one {characters}"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Databricks documentation, "Names", and the REST API's pages of scopes, warehouses and jobs.
    #[test]
    fn the_limits_are_those_that_are_published() {
        let fits = |kind, name: &str| problem(kind, name).is_none();
        for kind in [Kind::Catalog, Kind::Schema, Kind::Volume, Kind::RegisteredModel] {
            assert!(fits(kind, &"ß".repeat(255)) && !fits(kind, &"ß".repeat(256)), "{kind}");
            assert!(
                !fits(kind, "a b") && !fits(kind, "a.b") && !fits(kind, "a/b") && fits(kind, "größe-日本"),
                "{kind}"
            );
        }
        assert!(fits(Kind::SecretScope, &"a".repeat(128)) && !fits(Kind::SecretScope, &"a".repeat(129)));
        assert!(fits(Kind::SecretScope, "A-1_b@c.d") && !fits(Kind::SecretScope, "a b"));
        assert!(fits(Kind::SqlWarehouse, &"ß".repeat(99)) && !fits(Kind::SqlWarehouse, &"a".repeat(100)));
        assert!(fits(Kind::Job, &"ß".repeat(2048)) && !fits(Kind::Job, &"ß".repeat(2049)));
        assert!(fits(Kind::SqlWarehouse, "mit Leerzeichen/日本"));
    }
}
