//! What is asked on a terminal before something changes (docs/plan.md, "Risks"): only the right answer goes on.
#![cfg(unix)]

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::process::Stdio;

use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::support::shop::{VOLUME, shop};
use crate::support::{Served, TestProject};

/// As pressed on a keyboard: the end of the input.
const CTRL_D: &str = "\u{4}";

/// A keyboard, and the terminal that it belongs to.
fn terminal() -> (File, OwnedFd) {
    let keyboard = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&keyboard).unwrap();
    unlockpt(&keyboard).unwrap();
    let name = ptsname(&keyboard, Vec::new()).unwrap();
    let path = std::path::Path::new(std::ffi::OsStr::from_bytes(name.as_bytes()));
    let terminal = rustix::fs::open(path, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
    (File::from(keyboard), terminal)
}

/// Runs a command at a terminal and types an answer when it has asked: its exit code, and what it said until then and
/// afterwards.
fn answered(project: &TestProject, arguments: &[&str], typed: &str) -> (Option<i32>, String, String) {
    let (mut keyboard, terminal) = terminal();
    let mut command = project.live(arguments);
    let mut child = command.stdin(terminal).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = child.stderr.take().unwrap();
    let (mut question, mut byte) = (Vec::new(), [0]);
    while !question.ends_with(b"to go on: ") && !question.ends_with(b"[y/N] ") {
        assert_eq!(said.read(&mut byte).unwrap(), 1, "nothing was asked: {}", String::from_utf8_lossy(&question));
        question.push(byte[0]);
    }
    keyboard.write_all(typed.as_bytes()).unwrap();
    let mut rest = String::new();
    said.read_to_string(&mut rest).unwrap();
    (child.wait().unwrap().code(), String::from_utf8(question).unwrap(), rest)
}

/// The shop on a protected target, deployed.
fn protected() -> (TestProject, Served) {
    let project = shop();
    std::fs::remove_dir_all(project.root().join(VOLUME)).unwrap();
    let manifest = project.read("lakesmith.yml");
    project.write("lakesmith.yml", &format!("{manifest}targets:\n  local: {{ protect: true }}\n"));
    let served = Served::of(&project);
    let run = project.run_live(&["deploy", "-t", "local", "--yes"]);
    assert_eq!(run.code, Some(0), "{run}");
    (project, served)
}

const DESTROY: [&str; 5] = ["destroy", "-t", "local", "--allow", "destructive"];

#[test]
fn only_the_name_of_a_protected_target_takes_it_away() {
    let (project, served) = protected();
    let before = served.inventory();
    for typed in ["prod\n", "y\n", "yes\n", "LOCAL\n", "\n", CTRL_D, &format!("loca{CTRL_D}{CTRL_D}")] {
        let (code, question, rest) = answered(&project, &DESTROY, typed);
        assert_eq!(code, Some(1), "{typed:?}: {rest}");
        assert!(
            question.contains("`local` is protected, and this takes away what cannot be brought back"),
            "{question}"
        );
        assert!(rest.contains("nothing was changed"), "{typed:?}: {rest}");
        assert_eq!(served.inventory(), before, "{typed:?}");
    }
    // The lease was given back each time, and the state knows everything.
    let plan = project.run_live(&["plan", "-t", "local", "--detailed-exitcode"]);
    assert_eq!(plan.code, Some(0), "{plan}");
    let (code, _, rest) = answered(&project, &DESTROY, "local\n");
    assert_eq!(code, Some(0), "{rest}");
    let left = served.inventory();
    // A workspace has a catalog of its own.
    assert_eq!((&left["catalogs"][..], left["pipelines"].len()), (&["main".to_string()][..], 0));
}

/// A deployment that loses something there asks for the name, too; one that loses nothing does not.
#[test]
fn a_deployment_to_a_protected_target_asks_for_its_name_only_where_it_loses_something() {
    let (project, served) = protected();
    let volume =
        "volumes:\n  landing: { catalog_name: shop, schema_name: bronze, name: landing, volume_type: MANAGED }\n";
    project.write("sql/bronze/orders.sql", "CREATE OR REFRESH MATERIALIZED VIEW orders AS SELECT 1 AS id\n");
    let deploy = ["deploy", "-t", "local", "--allow", "destructive,rebuild"];
    let (code, question, rest) = answered(&project, &deploy, "n\n");
    assert_eq!(code, Some(1), "{rest}");
    assert!(question.ends_with("Apply these changes? [y/N] "), "{question}");
    project.edit("jobs/where.yml", volume, "");
    let (code, question, rest) = answered(&project, &deploy, "y\n");
    assert_eq!((code, served.inventory()["volumes"].len()), (Some(1), 1), "{rest}");
    assert!(question.contains("`local` is protected"), "{question}");
    let (code, _, rest) = answered(&project, &deploy, " local \n");
    assert_eq!((code, served.inventory()["volumes"].len()), (Some(0), 0), "{rest}");
}

#[test]
fn anywhere_else_a_yes_is_enough_and_anything_else_is_a_no() {
    let project = shop();
    let served = Served::of(&project);
    let deploy = ["deploy", "-t", "local"];
    for typed in ["\n", "n\n", "yep\n", "shop\n", CTRL_D] {
        let (code, _, rest) = answered(&project, &deploy, typed);
        assert_eq!(code, Some(1), "{typed:?}: {rest}");
        assert!(rest.contains("nothing was changed"), "{typed:?}: {rest}");
    }
    assert_eq!(served.inventory()["catalogs"], ["main"]);
    let (code, _, rest) = answered(&project, &deploy, "Yes\n");
    assert_eq!(code, Some(0), "{rest}");
    assert_eq!(served.inventory()["catalogs"], ["main", "shop"]);
}
