use std::fmt;
use std::path::Path;
use std::process::Command;

/// What a run of the binary did. It must be looked at: a test that ignores a failure proves nothing.
#[must_use]
pub struct Run {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    pub(super) fn of(command: &mut Command, folder: &Path) -> Self {
        let output = command.output().unwrap();
        let redacted = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).unwrap();
            // macOS shows the same temporary folder with and without /private.
            let real = folder.canonicalize().unwrap();
            let text = text.replace(real.to_str().unwrap(), "[FOLDER]").replace(folder.to_str().unwrap(), "[FOLDER]");
            text.replace(env!("CARGO_PKG_VERSION"), "[VERSION]")
        };
        Self { code: output.status.code(), stdout: redacted(output.stdout), stderr: redacted(output.stderr) }
    }

    /// Standard output of a run that succeeded.
    #[track_caller]
    pub fn success(self) -> String {
        assert_eq!(self.code, Some(0), "{self}");
        self.stdout
    }

    /// Standard output as JSON, of a run with this exit code.
    #[track_caller]
    pub fn json(self, code: i32) -> serde_json::Value {
        assert_eq!(self.code, Some(code), "{self}");
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self}"))
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = self.code.map_or("none: killed".to_string(), |code| code.to_string());
        write!(f, "exit code: {code}")?;
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !text.is_empty() {
                write!(f, "\n----- {name} -----\n{}", text.trim_end())?;
            }
        }
        Ok(())
    }
}
