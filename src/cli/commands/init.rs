//! `lakesmith init`: the first files of a project.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;

use super::check::adopted;
use crate::cli::exit::Exit;
use crate::cli::failure::advise;
use crate::cli::settings::Settings;
use crate::cli::views;
use crate::project::MANIFEST;
use crate::sys::fs;

/// Make the folder a project
///
/// Without --adopt: a small project that works, with one pipeline and one test. With --adopt: a lakesmith.yml for the
/// files that are there. They stay where they are, and `check` then says what `check --adopt` says.
#[derive(Args, Debug)]
pub(in crate::cli) struct InitArgs {
    /// Write the manifest for the files of this folder as they are
    #[arg(long, value_name = "DIR")]
    adopt: Option<PathBuf>,

    /// Overwrite files that are there
    #[arg(long)]
    force: bool,
}

pub(in crate::cli) fn run(settings: &Settings, args: &InitArgs) -> anyhow::Result<Exit> {
    let (root, files) = match &args.adopt {
        Some(folder) => {
            let (adopted, notes) = adopted(settings, folder, args.force)?;
            views::diagnostics::human(settings.terminal, &notes.sorted())?;
            (settings.folder.join(folder), adopted.files)
        }
        None => (settings.folder.clone(), skeleton(&settings.folder)),
    };
    let there: Vec<&str> = files.keys().map(String::as_str).filter(|path| fs::exists(&root.join(path))).collect();
    if !there.is_empty() && !args.force {
        let message = format!("{} would be overwritten", there.join(", "));
        return Err(advise(message, "go to another folder, or write them anew with --force"));
    }
    for (path, text) in &files {
        fs::write_atomic(&root.join(path), text.as_bytes())?;
        settings.terminal.show(&format!("wrote {path}\n"))?;
    }
    let next = if args.adopt.is_some() { "lakesmith check" } else { "lakesmith check && lakesmith test" };
    settings.terminal.status(&format!("next: {next}"))?;
    Ok(Exit::Success)
}

/// One solution with one pipeline and one test.
fn skeleton(folder: &Path) -> BTreeMap<String, String> {
    let name = folder.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let plain = plain.trim_matches(|c: char| c == '_' || c.is_ascii_digit());
    let name = if plain.is_empty() { "lakehouse" } else { plain };
    let fill = |text: &str| text.replace("NAME", name);
    let files = [
        (MANIFEST, MANIFEST_TEXT),
        ("jobs/NAME/main.yml", RESOURCES),
        ("sql/NAME/bronze/orders.sql", BRONZE),
        ("sql/NAME/gold/daily_sales.sql", GOLD),
        ("sql/NAME/tests/daily_sales.yml", TEST),
    ];
    files.into_iter().map(|(path, text)| (fill(path), fill(text))).collect()
}

const MANIFEST_TEXT: &str = "\
name: NAME

solutions:
  NAME:
    title: NAME
    catalog: NAME
    schemas:
      bronze: bronze
      gold: gold

targets:
  # Built in: the embedded workspace on this machine.
  local: {}
";

const RESOURCES: &str = "\
catalogs:
  main:
    name: \"{{ catalog }}\"
schemas:
  bronze:
    catalog_name: \"{{ catalog }}\"
    name: \"{{ schema('bronze') }}\"
  gold:
    catalog_name: \"{{ catalog }}\"
    name: \"{{ schema('gold') }}\"
volumes:
  landing:
    catalog_name: \"{{ catalog }}\"
    schema_name: \"{{ schema('bronze') }}\"
    name: landing
    volume_type: MANAGED
pipelines:
  NAME_pipeline:
    name: NAME
    catalog: \"{{ catalog }}\"
    schema: \"{{ schema('bronze') }}\"
    serverless: true
    sql: [sql/NAME/bronze, sql/NAME/gold]
";

const BRONZE: &str = "\
-- Orders as they were delivered: CSV files in the volume `landing`, folder orders/.
CREATE OR REFRESH STREAMING TABLE {{ this }} AS
SELECT * FROM STREAM read_files(
  '{{ volume_path('bronze.landing') }}/orders/',
  format => 'csv',
  header => true,
  schema => 'order_id BIGINT, ordered_at TIMESTAMP, amount DECIMAL(12,2)'
);
";

const GOLD: &str = "\
-- What was sold each day.
CREATE OR REFRESH MATERIALIZED VIEW {{ this }} AS
SELECT CAST(ordered_at AS DATE) AS day, count(*) AS orders, sum(amount) AS amount
FROM {{ ref('bronze.orders') }}
GROUP BY CAST(ordered_at AS DATE);
";

const TEST: &str = "\
model: gold.daily_sales
cases:
  - name: orders of a day are added up
    given:
      bronze.orders:
        - {order_id: 1, ordered_at: 2025-11-10 09:00:00, amount: 10.00}
        - {order_id: 2, ordered_at: 2025-11-10 17:00:00, amount: 5.50}
        - {order_id: 3, ordered_at: 2025-11-11 08:00:00, amount: 1.00}
    expect:
      - {day: 2025-11-10, orders: 2, amount: 15.50}
      - {day: 2025-11-11, orders: 1, amount: 1.00}
";
