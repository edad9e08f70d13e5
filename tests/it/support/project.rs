use std::path::{Path, PathBuf};
use std::process::Command;

use super::Run;

/// A folder that is removed when the test ends: `project/`, and `home/` beside it.
pub struct TestProject {
    folder: tempfile::TempDir,
}

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

    /// Every file below a folder of the project, by path relative to that folder.
    pub fn files(&self, folder: &str) -> Vec<String> {
        let root = self.root().join(folder);
        let entries = walkdir::WalkDir::new(&root).sort_by_file_name().into_iter().map(Result::unwrap);
        let files = entries.filter(|entry| entry.file_type().is_file());
        files.map(|entry| entry.path().strip_prefix(&root).unwrap().to_str().unwrap().to_string()).collect()
    }

    /// Runs the binary in the project.
    pub fn run(&self, arguments: &[&str]) -> Run {
        self.run_in(&self.root(), arguments, &[])
    }

    pub fn run_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Run {
        self.run_in(&self.root(), arguments, environment)
    }

    pub fn run_in(&self, folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lakesmith"));
        command.args(arguments).current_dir(folder);
        command.env_clear().env("HOME", self.home()).env("COLUMNS", "100").env("PATH", "/usr/bin:/bin");
        // A fixed clock and seed: what a run shows of them is the same in every run.
        command.env("LAKESMITH_TEST_NOW", "2026-01-02T03:04:05Z").env("LAKESMITH_TEST_SEED", "1");
        command.envs(environment.iter().copied());
        Run::of(&mut command, self.folder.path())
    }
}
