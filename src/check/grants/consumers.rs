//! Dashboards, Genie spaces and jobs read with somebody's rights.

use crate::check::entries::warning;
use crate::diag::{Code, Diagnostics, Location};
use crate::ident::TableName;

use super::held::Holdings;
use super::rules::path;

/// Something that reads tables.
#[derive(Clone, Debug)]
pub struct Consumer {
    /// "the dashboard", "the Genie space", "the job".
    pub what: &'static str,
    pub name: String,
    pub location: Location,
    pub tables: Vec<TableName>,
    /// As whom it reads; `None`: as whoever opens it.
    pub identity: Option<String>,
}

/// Whether those who read have the rights to. A warning: rights may come from elsewhere, and from groups in groups.
pub fn consumers(holdings: &Holdings, consumers: &[Consumer], out: &mut Diagnostics) {
    let principals = holdings.principals();
    for consumer in consumers.iter().filter(|consumer| !consumer.tables.is_empty()) {
        match &consumer.identity {
            Some(identity) => {
                // Of whom nothing is granted by name, the rights are those of its groups.
                if !principals.iter().any(|known| known.eq_ignore_ascii_case(identity)) {
                    continue;
                }
                let missing = unreadable(holdings, identity, &consumer.tables);
                if !missing.is_empty() {
                    let message = format!(
                        "{} `{}` runs as `{identity}`, who may not read {}",
                        consumer.what,
                        consumer.name,
                        listed(&missing)
                    );
                    let hint = "grant SELECT on them, and USE on their catalog and schema";
                    out.push(warning(Code::RUN_AS_PRIVILEGE, &consumer.location, message).hint(hint));
                }
            }
            None => nobody(holdings, &principals, consumer, out),
        }
    }
}

fn nobody(holdings: &Holdings, principals: &[&str], consumer: &Consumer, out: &mut Diagnostics) {
    // A project that grants nothing leaves it to others.
    let best = principals.iter().map(|principal| (unreadable(holdings, principal, &consumer.tables), principal));
    let Some((missing, nearest)) = best.min_by_key(|(missing, _)| missing.len()) else { return };
    if missing.is_empty() {
        return;
    }
    let message = format!(
        "nobody who is granted anything can read all that {} `{}` shows: `{nearest}` may not read {}",
        consumer.what,
        consumer.name,
        listed(&missing)
    );
    let hint = "grant SELECT on them, and USE on their catalog and schema, to those whom it is for";
    out.push(warning(Code::UNREADABLE_CONSUMER, &consumer.location, message).hint(hint));
}

fn unreadable<'t>(holdings: &Holdings, principal: &str, tables: &'t [TableName]) -> Vec<&'t TableName> {
    tables.iter().filter(|table| !holdings.reads(principal, &path(table))).collect()
}

/// The first few.
fn listed(tables: &[&TableName]) -> String {
    const SHOWN: usize = 3;
    let names: Vec<String> = tables.iter().take(SHOWN).map(|table| format!("`{table}`")).collect();
    match tables.len().saturating_sub(SHOWN) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}
