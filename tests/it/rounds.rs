//! The law of `check --watch` and of editors: a round that goes on from the last one says what a whole check says.

use std::collections::BTreeMap;

use lakesmith::diag::{Diagnostics, to_json};
use lakesmith::pipeline::{Round, Rounds, load_with, resolve, round};
use lakesmith::project::{Overlay, Project};
use lakesmith::sys::Env;

use crate::faults;
use crate::support::{TestProject, repository};

/// The repository's project, but that no target is protected: rules over the lineage need the whole project.
struct Texts {
    overlay: Overlay,
}

impl Texts {
    fn new() -> Self {
        let manifest = std::fs::read_to_string(repository().join("lakesmith.yml")).unwrap();
        let mut overlay = Overlay::default();
        overlay.put("lakesmith.yml", manifest.replace("    protect: true\n", ""));
        Self { overlay }
    }

    fn with(&self, path: &str, text: &str) -> Self {
        let mut overlay = self.overlay.clone();
        overlay.put(path, text);
        Self { overlay }
    }

    fn project(&self) -> (Project, Diagnostics) {
        let (project, found) = load_with(&repository(), &self.overlay).unwrap();
        (project.unwrap(), found)
    }

    fn whole(&self) -> Round {
        let (project, found) = self.project();
        let env = Env::process();
        let (resolved, _) = resolve(&project, Some("local"), &[], &env);
        round(&resolved.unwrap(), &["insurance".to_string()], None, found)
    }

    fn first(&self) -> (Round, Rounds) {
        let (project, found) = self.project();
        let env = Env::process();
        let (resolved, _) = resolve(&project, Some("local"), &[], &env);
        let (round, rounds) = Rounds::first(&resolved.unwrap(), &["insurance".to_string()], None, found);
        (round, rounds.unwrap())
    }
}

/// What a round shows.
fn shown(round: &Round) -> String {
    let findings: Vec<String> = round.findings.iter().map(|finding| to_json(finding).to_string()).collect();
    format!("{:?}\n{:?}\n{}", round.coverage, round.files, findings.join("\n"))
}

#[test]
fn the_first_round_is_a_whole_check() {
    let texts = Texts::new();
    assert_eq!(shown(&texts.first().0), shown(&texts.whole()));
}

#[test]
fn a_round_after_an_edit_says_what_a_whole_check_says() {
    let texts = Texts::new();
    let (clean, mut rounds) = texts.first();
    let (mut quick, mut all) = (BTreeMap::<String, usize>::new(), 0);
    // Every one of them was compared when this was written; a third keeps the suite quick.
    for (fault, path, right, wrong) in edits().into_iter().step_by(3) {
        all += 1;
        let kind = path.rsplit('.').next().unwrap_or_default().to_string();
        match rounds.edit(&path, &wrong) {
            Some(round) => {
                *quick.entry(kind).or_insert(0) += 1;
                assert_eq!(shown(&round), shown(&texts.with(&path, &wrong).whole()), "{fault}");
                match rounds.edit(&path, &right) {
                    Some(back) => assert_eq!(shown(&back), shown(&clean), "{fault}, mended"),
                    None => rounds = texts.first().1,
                }
            }
            None => rounds = texts.first().1,
        }
    }
    // Shown with --nocapture.
    eprintln!("of {all} edits without a whole check, by the ending of the file: {quick:?}");
    assert!(quick["sql"] > 30 && quick["json"] > 10, "{quick:?} of {all}");
}

/// Faults of the table, and changes of queries.
fn edits() -> Vec<(String, String, String, String)> {
    let project = TestProject::repository();
    let mut edits = faults::edits(&project);
    for layer in ["bronze", "silver", "gold"] {
        let mut files: Vec<_> = std::fs::read_dir(repository().join("sql/insurance").join(layer)).unwrap().collect();
        files.sort_by_key(|file| file.as_ref().unwrap().path());
        for file in files {
            let file = file.unwrap();
            let path = format!("sql/insurance/{layer}/{}", file.file_name().to_str().unwrap());
            if !path.ends_with(".sql") {
                continue;
            }
            let right = std::fs::read_to_string(file.path()).unwrap();
            for (from, to) in CHANGES {
                // Behind the head of the statement.
                let Some(at) = right.rfind(from) else { continue };
                let wrong = format!("{}{to}{}", &right[..at], &right[at + from.len()..]);
                edits.push((format!("{path}: `{from}` becomes `{to}`"), path.clone(), right.clone(), wrong));
            }
        }
    }
    edits
}

const CHANGES: [(&str, &str); 5] = [
    (" AS ", " AS x_"),
    ("\nFROM ", "\nFROM  "),
    ("{{ ref('silver.", "{{ ref('gold."),
    ("coalesce(", "concat("),
    (")\n", ") +\n"),
];

/// What is typed is no query most of the time. Neither a test of the dataset nor a query of a job makes that a large edit.
#[test]
fn a_query_that_is_being_typed_is_a_small_edit() {
    let texts = Texts::new();
    let (clean, mut rounds) = texts.first();
    let path = "sql/insurance/gold/leakage_daily.sql";
    let right = std::fs::read_to_string(repository().join(path)).unwrap();
    for typed in ["(", "CASE WHEN", "d.", "{", "SELECT"] {
        let wrong = right.replace("FROM dense\n", &format!("FROM dense d WHERE {typed}\n"));
        let round = rounds.edit(path, &wrong).unwrap_or_else(|| panic!("{typed}: a whole check"));
        assert!(round.findings.has_errors(), "{typed}");
        assert_eq!(shown(&round), shown(&texts.with(path, &wrong).whole()), "{typed}");
        let back = rounds.edit(path, &right).unwrap_or_else(|| panic!("{typed}: a whole check to mend it"));
        assert_eq!(shown(&back), shown(&clean), "{typed}, mended");
    }
}
