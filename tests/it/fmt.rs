//! `lakesmith fmt` from outside: exit codes, streams and what is left of the files.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::json;

use crate::support::repository;

const UGLY: &str = "select a,b from t\nwhere a=1 -- why\n";
const PRETTY: &str = "SELECT a, b\nFROM t\nWHERE a = 1 -- why\n";

struct Folder(tempfile::TempDir);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Self(folder)
    }

    fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.0.path().join(path)).unwrap()
    }

    fn fmt(&self, arguments: &[&str]) -> (i32, String, String) {
        run(self.0.path(), arguments, "")
    }
}

/// Exit code, standard output, standard error.
fn run(folder: &Path, arguments: &[&str], input: &str) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lakesmith"));
    command.arg("fmt").args(arguments).current_dir(folder).env("NO_COLOR", "1");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A program that refuses its arguments does not read.
    drop(stdin.write_all(input.as_bytes()));
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn files_are_formatted_in_place() {
    let folder = Folder::new(&[("a.sql", UGLY), ("in/b.sql", PRETTY), ("in/c.txt", UGLY), ("in/d.SQL", "select  1")]);
    let (code, out, err) = folder.fmt(&["."]);
    assert_eq!((code, out.as_str(), err.as_str()), (0, "a.sql\nin/d.SQL\n", "2 files formatted, 1 unchanged\n"));
    assert_eq!(folder.read("a.sql"), PRETTY);
    assert_eq!(folder.read("in/d.SQL"), "SELECT 1\n");
    assert_eq!(folder.read("in/c.txt"), UGLY);
    // A file that is named is formatted, whatever its name is.
    assert_eq!(folder.fmt(&["in/c.txt", "in/b.sql"]).1, "in/c.txt\n");
    assert_eq!(folder.read("in/c.txt"), PRETTY);
}

#[test]
fn check_changes_nothing_and_tells() {
    let folder = Folder::new(&[("a.sql", UGLY), ("b.sql", PRETTY)]);
    let (code, out, err) = folder.fmt(&["--check", "a.sql", "b.sql"]);
    assert_eq!((code, out.as_str(), err.as_str()), (1, "a.sql\n", "1 file would be formatted, 1 unchanged\n"));
    assert_eq!(folder.read("a.sql"), UGLY);
    let diff = "--- a.sql\n+++ a.sql\n@@ -1,2 +1,3 @@\n-select a,b from t\n-where a=1 -- why\n+SELECT a, b\n+FROM t\n+WHERE \
                a = 1 -- why\n";
    assert_eq!(folder.fmt(&["--check", "--diff", "a.sql"]).1, diff);
    assert_eq!(folder.fmt(&["--check", "-v", "a.sql"]).1, diff);
    assert_eq!(
        folder.fmt(&["--check", "b.sql"]),
        (0, String::new(), "0 files would be formatted, 1 unchanged\n".into())
    );
}

#[test]
fn a_file_with_errors_is_left_alone_and_hides_no_other() {
    let broken = "SELECT 'it is not closed\nFROM  t";
    let tags = "SELECT {% if a %}1\n";
    let folder = Folder::new(&[("a.sql", broken), ("b.sql", UGLY), ("c.sql", tags)]);
    let (code, out, err) = folder.fmt(&["."]);
    assert_eq!((code, out.as_str()), (1, "b.sql\n"), "{err}");
    assert!(err.contains("LS301") && err.contains("a.sql:1:8"), "{err}");
    assert!(err.contains("LS201") && err.contains("c.sql:1:8"), "{err}");
    assert!(err.ends_with("1 file formatted, 0 unchanged, 2 with errors\n"), "{err}");
    assert_eq!((folder.read("a.sql").as_str(), folder.read("b.sql").as_str()), (broken, PRETTY));
    assert_eq!(folder.read("c.sql"), tags);
}

#[test]
fn bytes_that_are_no_text_are_an_error() {
    let folder = Folder::new(&[]);
    std::fs::write(folder.0.path().join("a.sql"), [b'S', 0xff]).unwrap();
    let (code, _, err) = folder.fmt(&["a.sql"]);
    assert!(code == 1 && err.contains("LS110"), "{code} {err}");
    assert_eq!(std::fs::read(folder.0.path().join("a.sql")).unwrap(), [b'S', 0xff]);
}

#[test]
fn what_cannot_be_run_exits_with_2() {
    let folder = Folder::new(&[("a.sql", UGLY)]);
    for arguments in [&["nothing.sql"][..], &["--unknown"], &["-", "a.sql"], &[]] {
        let (code, out, err) = folder.fmt(arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}: {err}");
        assert!(!err.is_empty());
    }
    assert_eq!(folder.read("a.sql"), UGLY);
}

#[test]
fn standard_input_becomes_standard_output() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(folder.path(), &["-"], UGLY), (0, PRETTY.to_string(), String::new()));
    assert_eq!(run(folder.path(), &["-"], ""), (0, String::new(), String::new()));
    assert_eq!(run(folder.path(), &["--check", "-"], PRETTY).0, 0);
    assert_eq!(run(folder.path(), &["--check", "-"], UGLY).0, 1);
    let (code, out, err) = run(folder.path(), &["-"], "SELECT 'a");
    assert_eq!((code, out.as_str()), (1, "SELECT 'a"));
    assert!(err.contains("<stdin>:1:8"), "{err}");
}

#[test]
fn line_breaks_ends_of_files_and_letters_are_kept() {
    for (before, after) in [
        ("select 1\r\nfrom t\r\nwhere a=b", "SELECT 1\r\nFROM t\r\nWHERE a = b\r\n"),
        ("select 1", "SELECT 1\n"),
        ("select 1\n\n\n", "SELECT 1\n"),
        ("", ""),
        ("select größe,  '→ x' from straße", "SELECT größe, '→ x' FROM straße\n"),
        ("-- ü\r\n", "-- ü\r\n"),
    ] {
        let folder = Folder::new(&[("a.sql", before)]);
        assert_eq!(folder.fmt(&["a.sql"]).0, 0);
        assert_eq!(folder.read("a.sql"), after);
        assert_eq!(folder.fmt(&["--check", "a.sql"]).0, 0, "{before:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link_and_permissions_stay() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new(&[("real.txt", UGLY)]);
    let (real, link) = (folder.0.path().join("real.txt"), folder.0.path().join("a.sql"));
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    assert_eq!(folder.fmt(&["a.sql"]).0, 0);
    assert!(link.is_symlink());
    assert_eq!(folder.read("real.txt"), PRETTY);
    assert_eq!(std::fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn json_has_a_documented_shape() {
    let folder = Folder::new(&[("a.sql", UGLY), ("b.sql", PRETTY), ("c.sql", "'")]);
    let (code, out, err) = folder.fmt(&["--check", "--format", "json", "."]);
    assert_eq!((code, err.as_str()), (1, ""));
    let mut document: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(document["diagnostics"][0]["code"], "LS301");
    document["diagnostics"].take();
    let files = json!([
        {"path": "a.sql", "outcome": "changed"},
        {"path": "b.sql", "outcome": "unchanged"},
        {"path": "c.sql", "outcome": "failed"},
    ]);
    assert_eq!(document, json!({"version": 1, "check": true, "files": files, "diagnostics": null}));
}

/// Without a path, the templates of the project; those of this repository are formatted.
#[test]
fn the_repository_is_formatted() {
    let (code, out, err) = run(&repository(), &["--check"], "");
    assert_eq!((code, out.as_str()), (0, ""), "{err}");
    assert!(err.starts_with("0 files would be formatted, "), "{err}");
}
