//! The single integration-test binary: one module a theme. One binary links once; a binary a file would link each.

#![expect(clippy::unwrap_used, clippy::panic, reason = "in tests a failure is a panic")]

mod acceptance;
mod adopt;
mod adopt_repo;
mod alerts;
mod architecture;
mod auth;
mod bad_input;
mod behaviours;
mod bind;
mod broken;
mod canary;
mod ci;
mod commands;
mod confirm;
mod corners;
mod crash;
mod dashboards;
mod demo;
mod died;
mod doctor;
mod documents;
mod drift;
mod envelope;
mod explain;
mod export;
mod faults;
mod fmt;
mod formats;
mod fuzz;
mod genie;
mod governance;
mod guards;
mod hostile;
mod impact;
mod import;
mod intake;
mod kinds_unity;
mod kinds_workspace;
mod known;
mod laws;
mod lineage;
mod lock;
mod lsp;
mod matrix;
mod next_day;
mod ordering;
mod partial;
mod principals;
mod project;
mod promote;
mod readers;
mod reads;
mod refresh;
mod relations;
mod release;
mod removal;
mod render;
mod requests;
mod results;
mod resume;
mod review;
mod rounds;
mod rules;
mod select;
mod server_faults;
mod severity;
mod sharing;
mod shown;
mod sqltest;
mod state;
mod support;
mod targets;
mod verify;
mod watch;

/// A file without its `mod` line would silently not run.
#[test]
fn no_test_file_is_forgotten() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let main = std::fs::read_to_string(folder.join("main.rs")).unwrap();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        // A folder is a module; other files are what editors and snapshot tools leave.
        if !path.is_dir() && path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let name = path.file_stem().unwrap().to_str().unwrap();
        let declared = main.lines().any(|line| line == format!("mod {name};"));
        assert!(name == "main" || declared, "tests/it/main.rs lacks `mod {name};`");
    }
}
