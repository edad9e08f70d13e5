//! `check --watch` through the binary: a file is saved, and the new result is told.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use crate::support::TestProject;

const MANIFEST: &str = "name: shop\nsolutions:\n  shop: { catalog: shop, schemas: { bronze: bronze } }\n";
const FINE: &str = "CREATE MATERIALIZED VIEW {{ this }} AS SELECT 1 AS a;\n";
const WRONG: &str = "CREATE MATERIALIZED VIEW {{ this }} AS SELECT nothing AS a;\n";
const ONE: &str = "sql/bronze/one.sql";

fn shop() -> TestProject {
    TestProject::new(&[
        ("lakesmith.yml", MANIFEST),
        (
            "jobs/shop.yml",
            "catalogs:\n  main: { name: shop }\nschemas:\n  bronze: { catalog_name: shop, name: bronze }\n\
             pipelines:\n  main: { name: shop, catalog: shop, schema: bronze, serverless: true, sql: [sql] }\n",
        ),
        (ONE, FINE),
    ])
}

/// A running watch, ended when the test ends.
struct Watching {
    child: Child,
    lines: Receiver<String>,
}

impl Watching {
    fn start(project: &TestProject) -> Self {
        let mut command = project.live(&["check", "--watch"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (tell, lines) = channel();
        let (out, err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let also = tell.clone();
        std::thread::spawn(move || BufReader::new(out).lines().for_each(|line| drop(tell.send(line.unwrap()))));
        std::thread::spawn(move || BufReader::new(err).lines().for_each(|line| drop(also.send(line.unwrap()))));
        let watching = Self { child, lines };
        watching.until("watching the project's files until Ctrl-C");
        watching
    }

    /// All lines up to the one that holds a text.
    #[track_caller]
    fn until(&self, wanted: &str) -> Vec<String> {
        let end = Instant::now() + Duration::from_secs(30);
        let mut seen = Vec::new();
        loop {
            let left = end.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => seen.push(line),
                Err(_) => panic!("no `{wanted}` in {seen:#?}"),
            }
            if seen.last().unwrap().contains(wanted) {
                return seen;
            }
        }
    }

    /// Does something and waits for the result of the round after it.
    #[track_caller]
    fn after(&self, change: impl FnOnce(), wanted: &str) {
        change();
        self.until(wanted);
    }

    fn interrupt(mut self) -> Option<i32> {
        let sent = std::process::Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        assert!(sent.unwrap().success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(unix)]
#[test]
fn a_saved_file_is_checked_again() {
    let project = shop();
    let watching = Watching::start(&project);
    watching.after(|| project.write(ONE, WRONG), "with errors");
    watching.after(|| project.write(ONE, FINE), "no errors");
    // A new file, in a new folder, in a solution's folder that was not there.
    watching.after(|| project.write("genie/shop/x.geniespace.json", "{"), "with errors");
    watching.after(|| std::fs::remove_dir_all(project.root().join("genie")).unwrap(), "no errors");
    watching.after(|| project.write("sql/bronze/deep/two.sql", WRONG), "with errors");
    watching.after(|| std::fs::remove_file(project.root().join("sql/bronze/deep/two.sql")).unwrap(), "no errors");
    // What is no file of the project is not looked at: the next round is that of the change after it.
    project.write(".lakesmith/local/x", "x");
    watching.after(|| project.write(ONE, WRONG), "with errors");
    assert_eq!(watching.interrupt(), Some(1));
}

/// As editors save: a temporary file is renamed over the old one.
#[cfg(unix)]
#[test]
fn renames_and_broken_manifests_are_survived() {
    let project = shop();
    let watching = Watching::start(&project);
    let save = |path: &str, text: &str| {
        let temporary = format!("{path}~");
        project.write(&temporary, text);
        std::fs::rename(project.root().join(temporary), project.root().join(path)).unwrap();
    };
    watching.after(|| save(ONE, WRONG), "with errors");
    watching.after(|| save(ONE, FINE), "no errors");
    watching.after(|| save("lakesmith.yml", "name: ["), "the project cannot be read");
    watching.after(|| std::fs::remove_file(project.root().join("lakesmith.yml")).unwrap(), "LS101");
    watching.after(|| save("lakesmith.yml", MANIFEST), "no errors");
    assert_eq!(watching.interrupt(), Some(0));
}

#[test]
fn results_of_a_watch_are_for_people() {
    insta::assert_snapshot!(shop().run(&["check", "--watch", "--format", "sarif"]), @"
    exit code: 2
    ----- stderr -----
    error: --watch shows its results to people
      hint: leave out --format
    ");
    assert_eq!(TestProject::new(&[]).run(&["check", "--watch"]).code, Some(2));
}
