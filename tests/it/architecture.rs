//! The rules of CONTRIBUTING.md that a program can check: who imports whom, how long files are, what is called where.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::support::repository;

/// Left may use right; anything unlisted is forbidden. `pipeline` may use everything but the command line.
const IMPORTS: &[(&str, &[&str])] = &[
    ("ident", &[]),
    ("diag", &["ident"]),
    ("sys", &["ident", "diag"]),
    ("project", &["sys", "ident", "diag"]),
    ("render", &["project", "ident", "diag"]),
    ("syntax", &["ident", "diag"]),
    ("catalog", &["syntax", "ident", "diag"]),
    ("analyze", &["catalog", "syntax", "ident", "diag"]),
    ("graph", &["ident", "diag"]),
    ("resource", &["project", "analyze", "graph", "ident", "diag"]),
    ("lineage", &["resource", "analyze", "catalog", "syntax", "graph", "ident", "diag"]),
    // Rules over what the stages made; `project` for the typed YAML with its places.
    ("check", &["lineage", "resource", "project", "analyze", "catalog", "syntax", "graph", "ident", "diag"]),
    ("state", &["resource", "sys", "ident", "diag"]),
    ("plan", &["resource", "state", "graph", "ident", "diag"]),
    // What can be deployed again: the resources, and how many of them a plan changed.
    ("release", &["plan", "resource", "ident", "diag"]),
    ("api", &["sys", "ident", "diag"]),
    // What changes a table in place is said in SQL, and only `syntax::write` writes SQL.
    ("remote", &["api", "resource", "catalog", "syntax", "ident", "diag"]),
    // The plan's steps hold resources; the state document and the lock are files of the workspace, which `api` writes.
    ("apply", &["plan", "remote", "state", "resource", "api", "graph", "sys", "ident", "diag"]),
    ("local", &["syntax", "catalog", "analyze", "sys", "ident", "diag"]),
    ("data", &["sys", "ident", "diag"]),
    (
        "pipeline",
        &[
            "analyze", "api", "apply", "catalog", "check", "data", "diag", "graph", "ident", "lineage", "plan",
            "project", "release", "remote", "render", "resource", "state", "syntax", "sys",
        ],
    ),
    ("demo", &["pipeline", "data", "project", "sys", "ident", "diag"]),
    // Questions of editors about what the stages made. Files are read by whoever drives it.
    ("lsp", &["pipeline", "lineage", "analyze", "catalog", "render", "project", "syntax", "diag", "ident"]),
    // The types that stages give, for settings and views, besides the stages themselves.
    (
        "cli",
        &[
            "pipeline", "demo", "lsp", "data", "local", "project", "render", "plan", "state", "analyze", "lineage",
            "diag", "sys", "ident",
        ],
    ),
];

/// Lines a file may have; over `AIM` it is listed, over `LIMIT` it fails. Tables may be longer, with a reason each.
const AIM: usize = 300;
const LIMIT: usize = 1_000;
const LONG_FILES: &[(&str, &str)] = &[];

/// Files that touch the outside world belong to `sys`.
const BANNED: &[&str] = &[
    "std::fs",
    "tokio::fs",
    "File::open",
    "File::create",
    "File::options",
    "OpenOptions",
    "{fs",
    " fs}",
    " fs,",
    "env::var",
    "env::vars",
    "env::temp_dir",
    "env::current_dir",
    "env::home_dir",
    "SystemTime::now",
    "Utc::now",
    "Local::now",
    "rand::rng",
    "Command::new",
];

/// The type of an open file is no call, and `sys` has a module of this name, too.
fn is_harmless(line: &str) -> bool {
    line.trim() == "use std::fs::File;" || line.trim_start().starts_with("use crate::sys")
}

struct Source {
    /// Relative to `src`, with `/`.
    path: String,
    text: String,
}

impl Source {
    fn module(&self) -> &str {
        let first = self.path.split('/').next().unwrap();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// Tests may reach further than the code they test.
    fn is_test(&self) -> bool {
        let parts: Vec<&str> = self.path.split('/').collect();
        parts.iter().any(|part| ["tests", "tests.rs", "testing.rs"].contains(part))
    }

    /// Lines without comments and without test modules that stand inside the file.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let mut marked = false;
        let mut inside = false;
        let lines = self.text.lines().enumerate().map(|(at, line)| (at + 1, line));
        lines.filter(move |(_, line)| {
            if inside {
                // rustfmt puts the brace that ends a module at the start of a line.
                inside = *line != "}";
                return false;
            }
            inside = marked && line.starts_with("mod ") && line.ends_with('{');
            marked = *line == "#[cfg(test)]";
            !inside && !line.trim_start().starts_with("//")
        })
    }
}

fn sources() -> Vec<Source> {
    let root = repository().join("src");
    let entries = walkdir::WalkDir::new(&root).sort_by_file_name().into_iter().map(Result::unwrap);
    let files = entries.filter(|entry| entry.path().extension().is_some_and(|ending| ending == "rs"));
    let read = |path: &Path| Source {
        path: path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/"),
        text: std::fs::read_to_string(path).unwrap(),
    };
    files.map(|entry| read(entry.path())).collect()
}

/// The modules that a line imports: `crate::a::…` and `use crate::{a, b::…}`.
fn imported(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for (at, _) in line.match_indices("crate::") {
        let rest = &line[at + "crate::".len()..];
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let before = line[..at].chars().next_back();
        // `$crate::` and a word that ends in `crate`.
        if before.is_some_and(is_word) {
            continue;
        }
        match rest.strip_prefix('{') {
            None => found.push(rest.split(|c| !is_word(c)).next().unwrap()),
            Some(group) => {
                let mut depth = 0;
                let mut start = 0;
                for (at, c) in group.char_indices() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => {
                            found.push(group[start..at].trim().split(|c| !is_word(c)).next().unwrap());
                            break;
                        }
                        '}' => depth -= 1,
                        ',' if depth == 0 => {
                            found.push(group[start..at].trim().split(|c| !is_word(c)).next().unwrap());
                            start = at + 1;
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    found.retain(|name| !name.is_empty() && *name != "self");
    found
}

#[test]
fn imports_are_read_in_every_form() {
    assert_eq!(imported("use crate::diag::Code;"), ["diag"]);
    assert_eq!(imported("use crate::{diag::{Code, Span}, ident};"), ["diag", "ident"]);
    assert_eq!(imported("    let x = crate::sys::fs::read(crate::ident::x());"), ["sys", "ident"]);
    assert!(imported("$crate::diag").is_empty() || imported("$crate::diag") == ["diag"]);
}

#[test]
fn code_behind_test_modules_is_read() {
    let text = "#[cfg(test)]\nmod tests;\nuse a;\n#[cfg(test)]\nmod more {\n    use b;\n}\n// c\nuse d;\n";
    let source = Source { path: "x.rs".into(), text: text.into() };
    let read: Vec<_> = source.code().filter(|(_, line)| line.starts_with("use")).collect();
    assert_eq!(read, [(3, "use a;"), (9, "use d;")]);
}

#[test]
fn modules_import_only_what_the_table_allows() {
    let table: BTreeMap<&str, BTreeSet<&str>> =
        IMPORTS.iter().map(|(module, allowed)| (*module, allowed.iter().copied().collect())).collect();
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| !source.is_test()) {
        let module = source.module();
        if ["lib", "main"].contains(&module) {
            continue;
        }
        let Some(allowed) = table.get(module) else {
            wrong.push(format!("src/{}: the module `{module}` has no row in the import table", source.path));
            continue;
        };
        for (line, text) in source.code() {
            for import in imported(text) {
                if import != module && !allowed.contains(import) {
                    wrong.push(format!("src/{}:{line}: `{module}` must not import `{import}`", source.path));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_are_short_enough_to_read() {
    let mut long: Vec<(usize, String)> = Vec::new();
    for source in sources() {
        let lines = source.text.lines().count();
        let excepted = LONG_FILES.iter().any(|(path, _)| *path == source.path);
        assert!(lines <= LIMIT || excepted, "src/{} has {lines} lines, more than {LIMIT}", source.path);
        if lines > AIM {
            long.push((lines, source.path));
        }
    }
    long.sort();
    for (lines, path) in long.iter().rev() {
        println!("over {AIM} lines: src/{path} ({lines})");
    }
}

/// What is a module's root by its nature: the program's entry, the registry of commands, the outside world as a value.
const ROOTS_WITH_CODE: &[&str] = &["cli/mod.rs", "cli/commands/mod.rs", "sys/mod.rs"];

#[test]
fn module_roots_hold_no_code() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| source.path.ends_with("mod.rs") && !source.is_test()) {
        if ROOTS_WITH_CODE.contains(&source.path.as_str()) {
            continue;
        }
        for (line, text) in source.code() {
            let item =
                text.split_once(") ").map_or(text, |(start, rest)| if start.starts_with("pub(") { rest } else { text });
            let item = item.strip_prefix("pub ").unwrap_or(item);
            if ["fn ", "impl ", "impl<", "struct ", "enum ", "trait ", "macro_rules!"]
                .iter()
                .any(|start| item.starts_with(start))
            {
                wrong.push(format!("src/{}:{line}: {text}", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "a mod.rs holds docs, `mod`s and re-exports only:\n{}", wrong.join("\n"));
}

#[test]
fn only_sys_touches_the_outside_world() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| source.module() != "sys" && !source.is_test()) {
        for (line, text) in source.code() {
            for banned in BANNED.iter().filter(|banned| text.contains(**banned)) {
                if !is_harmless(text) {
                    wrong.push(format!("src/{}:{line}: `{banned}` outside src/sys", source.path));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A file that no `mod` line names is not compiled, so nothing would notice that it is wrong.
#[test]
fn every_source_file_is_compiled() {
    let root = repository().join("src");
    let mut reached: BTreeSet<PathBuf> = BTreeSet::new();
    let mut open = vec![root.join("lib.rs"), root.join("main.rs")];
    while let Some(file) = open.pop() {
        let folder = match file.file_name().unwrap().to_str().unwrap() {
            "lib.rs" | "main.rs" | "mod.rs" => file.parent().unwrap().to_path_buf(),
            _ => file.with_extension(""),
        };
        for line in std::fs::read_to_string(&file).unwrap().lines() {
            let Some(name) = line.trim().strip_suffix(';').and_then(|line| line.rsplit_once("mod ")) else { continue };
            if !["", "pub ", "pub(crate) ", "pub(super) "].contains(&name.0) && !name.0.starts_with("pub(in ") {
                continue;
            }
            let candidates = [folder.join(format!("{}.rs", name.1)), folder.join(name.1).join("mod.rs")];
            open.extend(candidates.into_iter().filter(|path| path.exists() && !reached.contains(path)));
        }
        reached.insert(file);
    }
    let all = sources();
    let forgotten: Vec<&str> =
        all.iter().map(|source| source.path.as_str()).filter(|path| !reached.contains(&root.join(path))).collect();
    assert!(forgotten.is_empty(), "not compiled: {forgotten:?}");
}
