//! Schemas that are filled and that nobody makes.

use std::collections::BTreeSet;

use crate::check::entries::{error, open, text, warning};
use crate::diag::{Code, Diagnostics, Location, did_you_mean};
use crate::ident::TableName;
use crate::project::yaml::Node;

use super::rules::Made;

/// What is known of the schemas around what is made.
pub struct SchemaFacts<'f> {
    /// The rendered resource files of the solution.
    pub resources: &'f [Node],
    /// Those of all solutions.
    pub all: &'f [Node],
    /// Datasets of the solution's pipelines.
    pub datasets: &'f [Made],
    /// Tables, views and functions that statements make beside pipelines.
    pub objects: Vec<(&'f TableName, Location)>,
    /// Catalog and schema of each `CREATE SCHEMA`.
    pub created: BTreeSet<(String, String)>,
}

/// Every catalog has them (Databricks documentation, "What are catalogs in Databricks?").
const BUILT_IN: [&str; 2] = ["default", "information_schema"];

/// Schemas that something of the project lies in and that the project does not declare, in catalogs whose other
/// schemas it declares. In other catalogs schemas are somebody else's, and may be there.
pub fn undeclared(facts: &SchemaFacts<'_>) -> Diagnostics {
    let mut out = Diagnostics::default();
    // One that only another target has counts, too: who else makes it is not known.
    let (Some(own), Some(all)) = (declared(facts.resources), declared(facts.all)) else { return out };
    let catalogs: BTreeSet<&str> = own.iter().map(|(catalog, _)| catalog.as_str()).collect();
    let missing = |table: &TableName| {
        let schema = (table.catalog.folded(), table.schema.folded());
        let is_missing = catalogs.contains(schema.0.as_str())
            && !BUILT_IN.contains(&schema.1.as_str())
            && !all.contains(&schema)
            && !facts.created.contains(&schema);
        is_missing.then_some(schema)
    };
    let hint = |(catalog, schema): &(String, String)| {
        let near = all.iter().filter(|(of, _)| of == catalog).map(|(_, known)| known.as_str());
        match did_you_mean(schema, near) {
            Some(near) => format!("declare it under `schemas`, or did you mean `{catalog}.{near}`?"),
            None => "declare it under `schemas`, as the other schemas of the catalog".to_string(),
        }
    };
    let mut told = BTreeSet::new();
    for dataset in facts.datasets.iter().filter(|dataset| !dataset.private) {
        let Some(schema) = missing(&dataset.name) else { continue };
        let place = of_pipeline(facts.resources, &dataset.pipeline, &schema.1).unwrap_or(&dataset.location);
        if told.insert((Some(&dataset.pipeline), schema.clone())) {
            // Databricks documentation, "Set the target catalog and schema", "What happens if a dataset does not
            // exist?": an update makes a schema that it needs.
            let message = format!(
                "the pipeline `{}` fills the schema `{}.{}`, which the project does not declare: updates make it, and \
                 nothing grants or removes it",
                dataset.pipeline, dataset.name.catalog, dataset.name.schema
            );
            out.push(warning(Code::UNDECLARED_SCHEMA, place, message).hint(hint(&schema)));
        }
    }
    for (name, location) in &facts.objects {
        let Some(schema) = missing(name) else { continue };
        if told.insert((None, schema.clone())) {
            let message =
                format!("`{name}` lies in the schema `{}.{}`, which nothing makes", name.catalog, name.schema);
            out.push(error(Code::UNDECLARED_SCHEMA, location, message).hint(hint(&schema)));
        }
    }
    out
}

/// Catalog and name of each schema; `None` where one is known only once something is deployed.
fn declared(resources: &[Node]) -> Option<BTreeSet<(String, String)>> {
    let entries = resources.iter().filter_map(|file| file.get("schemas")?.as_map()).flatten();
    let name = |node, key| text(node, key).filter(|name| !open(name)).map(str::to_lowercase);
    entries.map(|entry| Some((name(&entry.node, "catalog_name")?, name(&entry.node, "name")?))).collect()
}

/// Where a pipeline itself names a schema.
fn of_pipeline<'n>(resources: &'n [Node], pipeline: &str, schema: &str) -> Option<&'n Location> {
    let mut entries = resources.iter().filter_map(|file| file.get("pipelines")?.as_map()).flatten();
    let node = entries.find(|entry| entry.key == pipeline)?.node.get("schema")?;
    node.as_str().is_some_and(|name| name.eq_ignore_ascii_case(schema)).then_some(&node.location)
}
