use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::{Run, repository};

/// A folder that is removed when the test ends: `project/`, and `home/` beside it.
pub struct TestProject {
    folder: tempfile::TempDir,
}

/// What of this repository is a lakesmith project.
const CONTENT: [&str; 5] = ["lakesmith.yml", "sql", "jobs", "dashboards", "genie"];

/// When everything was committed.
pub const COMMITTED: &str = "2026-03-04T05:06:07Z";

impl TestProject {
    /// Files by path relative to the project.
    pub fn new(files: &[(&str, &str)]) -> Self {
        let project = Self { folder: tempfile::tempdir().unwrap() };
        std::fs::create_dir_all(project.home()).unwrap();
        std::fs::create_dir_all(project.root()).unwrap();
        for (path, text) in files {
            project.write(path, text);
        }
        project
    }

    /// A copy of the project that this repository is.
    pub fn repository() -> Self {
        let project = Self::new(&[]);
        for part in CONTENT {
            copy(&repository().join(part), &project.root().join(part));
        }
        project
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A copy of this project with everything in it, the embedded workspace too; nothing may be running in it.
    pub fn copy(&self) -> Self {
        let project = Self::new(&[]);
        copy(&self.root(), &project.root());
        project
    }

    /// A copy of what of this project belongs into a repository.
    pub fn checkout(&self) -> Self {
        let project = Self::new(&[]);
        for part in CONTENT.iter().map(Path::new).filter(|part| self.root().join(part).exists()) {
            copy(&self.root().join(part), &project.root().join(part));
        }
        project
    }

    /// Adds a copy of a folder.
    pub fn copy_from(&self, from: &Path, to: &str) {
        std::fs::create_dir_all(self.root().join(to)).unwrap();
        copy(from, &self.root().join(to));
    }

    pub fn root(&self) -> PathBuf {
        self.folder.path().join("project")
    }

    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.root().join(path)).unwrap()
    }

    /// Replaces the only occurrence of a text in a file.
    #[track_caller]
    pub fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert_eq!(text.matches(from).count(), 1, "{path}: {from}");
        self.write(path, &text.replace(from, to));
    }

    /// Every file below a folder of the project, by path relative to that folder.
    pub fn files(&self, folder: &str) -> Vec<String> {
        let root = self.root().join(folder);
        let entries = walkdir::WalkDir::new(&root).sort_by_file_name().into_iter().map(Result::unwrap);
        let files = entries.filter(|entry| entry.file_type().is_file());
        files.map(|entry| entry.path().strip_prefix(&root).unwrap().to_str().unwrap().to_string()).collect()
    }

    /// Runs git in the project; every commit is of [`COMMITTED`].
    #[track_caller]
    pub fn git(&self, arguments: &[&str]) {
        let mut command = Command::new("git");
        command.arg("-C").arg(self.root()).args(["-c", "user.name=a", "-c", "user.email=a@example.test"]);
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        command.env("GIT_AUTHOR_DATE", COMMITTED).env("GIT_COMMITTER_DATE", COMMITTED);
        let output = command.args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Runs the binary in the project.
    pub fn run(&self, arguments: &[&str]) -> Run {
        self.run_in(&self.root(), arguments, &[])
    }

    pub fn run_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Run {
        self.run_in(&self.root(), arguments, environment)
    }

    /// Runs the binary with the real clock and real randomness: ids and times of several runs must differ.
    pub fn run_live(&self, arguments: &[&str]) -> Run {
        Run::of(&mut self.live(arguments), self.folder.path())
    }

    /// As [`TestProject::run_live`], in the background and without its output.
    pub fn spawn_live(&self, arguments: &[&str]) -> Child {
        self.live(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    pub fn live(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(&self.root(), arguments);
        command.env_remove("LAKESMITH_TEST_NOW").env_remove("LAKESMITH_TEST_SEED");
        command
    }

    pub fn run_in(&self, folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Run {
        let mut command = self.command(folder, arguments);
        command.envs(environment.iter().copied());
        Run::of(&mut command, self.folder.path())
    }

    fn command(&self, folder: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lakesmith"));
        command.args(arguments).current_dir(folder);
        command.env_clear().env("HOME", self.home()).env("COLUMNS", "100").env("PATH", "/usr/bin:/bin");
        // A fixed clock and seed: what a run shows of them is the same in every run.
        command.env("LAKESMITH_TEST_NOW", "2026-01-02T03:04:05Z").env("LAKESMITH_TEST_SEED", "1");
        command
    }
}

/// With the files' times: the embedded workspace shows them in `_metadata`.
fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from).into_iter().map(Result::unwrap) {
        let inner = entry.path().strip_prefix(from).unwrap();
        let target = if inner.as_os_str().is_empty() { to.to_path_buf() } else { to.join(inner) };
        if entry.file_type().is_dir() {
            std::fs::create_dir_all(&target).unwrap();
        } else {
            std::fs::copy(entry.path(), &target).unwrap();
            let modified = entry.metadata().unwrap().modified().unwrap();
            std::fs::File::options().write(true).open(&target).unwrap().set_modified(modified).unwrap();
        }
    }
}
