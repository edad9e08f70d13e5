//! What is told when the program itself goes wrong.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::Write as _;
use std::panic::{PanicHookInfo, set_hook};

use super::terminal::visible;
use crate::pipeline::redacted;

/// A panic is told without the secrets that this process holds: its message may quote any value.
pub(super) fn tell_panics() {
    set_hook(Box::new(|panic| {
        // Nobody is left to tell that nothing can be told.
        let _ = std::io::stderr().lock().write_all(report(panic).as_bytes());
    }));
}

fn report(panic: &PanicHookInfo<'_>) -> String {
    let message = panic.payload_as_str().unwrap_or("no message");
    let place = panic.location().map(|place| format!(" at {place}")).unwrap_or_default();
    let trace = Backtrace::capture();
    told(message, &place, (trace.status() == BacktraceStatus::Captured).then(|| trace.to_string()))
}

fn told(message: &str, place: &str, trace: Option<String>) -> String {
    let trace = trace.map(|trace| format!("{trace}\n")).unwrap_or_default();
    let text = format!("lakesmith failed{place}: {message}\n{trace}This is a mistake of lakesmith; please report it\n");
    visible(&redacted(&text)).into_owned()
}

#[cfg(test)]
mod tests {
    use std::panic::{catch_unwind, take_hook};
    use std::process::Command;
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::pipeline::Secret;

    /// A real panic, as the hook gets it. Other tests may panic meanwhile: what they say is not looked at.
    #[test]
    fn a_panic_that_quotes_a_secret_does_not_show_it() {
        let secret = Secret::new("dapi-canary-of-a-panic");
        let (seen, before) = (Arc::new(Mutex::new(String::new())), take_hook());
        let sink = Arc::clone(&seen);
        set_hook(Box::new(move |panic| sink.lock().unwrap().push_str(&report(panic))));
        let ended = catch_unwind(|| panic!("no header for {} in \u{1b}[31mthis", secret.reveal()));
        set_hook(before);
        assert!(ended.is_err());
        let seen = seen.lock().unwrap().clone();
        assert!(seen.contains("no header for *** in \\u{1b}[31mthis"), "{seen}");
        assert!(seen.contains("at src/cli/crash.rs:") && !seen.contains("canary"), "{seen}");
    }

    #[test]
    fn neither_a_place_nor_a_trace_shows_a_secret() {
        let _known = Secret::new("canary-in-a-trace");
        let shown = told("canary-in-a-trace", " at canary-in-a-trace", Some("0: canary-in-a-trace".to_string()));
        assert_eq!(shown, "lakesmith failed at ***: ***\n0: ***\nThis is a mistake of lakesmith; please report it\n");
    }

    /// Says which way of [`panics_in_a_process_of_its_own`] is meant.
    const WAY: &str = "LAKESMITH_TEST_PANIC";
    const CANARY: &str = "dapi-canary-of-a-process";

    /// The child of the next test; by itself it does nothing.
    #[test]
    #[ignore = "it is run by the next one"]
    fn panics_in_a_process_of_its_own() {
        let Ok(way) = std::env::var(WAY) else { return };
        let secret = Secret::new(CANARY);
        tell_panics();
        // Its error quotes what it read.
        let quoted = serde_json::from_str::<Vec<u8>>(&format!("\"Bearer {}\"", secret.reveal()));
        match way.as_str() {
            "message" => panic!("no header for {}", secret.reveal()),
            "error" => drop(quoted.expect("a header")),
            "thread" => {
                let ended = std::thread::spawn(move || quoted.unwrap()).join();
                assert!(ended.is_err());
            }
            _ => tokio::runtime::Runtime::new().unwrap().block_on(async {
                let ended = tokio::spawn(async move { quoted.unwrap() }).await;
                assert!(ended.is_err());
            }),
        }
    }

    /// With the hook of the program, in a process in which nothing else happens.
    #[test]
    fn a_process_that_panics_tells_no_secret() {
        for way in ["message", "error", "thread", "task"] {
            let mut child = Command::new(std::env::current_exe().unwrap());
            child.args(["--ignored", "--exact", "--nocapture", "cli::crash::tests::panics_in_a_process_of_its_own"]);
            let output = child.env(WAY, way).env("RUST_BACKTRACE", "full").output().unwrap();
            let told = String::from_utf8_lossy(&output.stderr);
            assert!(told.contains("lakesmith failed at src/cli/crash.rs:") && told.contains("***"), "{way}: {told}");
            assert!(told.contains("This is a mistake of lakesmith; please report it\n"), "{way}: {told}");
            // The trace is there, too.
            assert!(told.contains("panics_in_a_process_of_its_own"), "{way}: {told}");
            let all = format!("{told}{}", String::from_utf8_lossy(&output.stdout));
            assert!(!all.contains(CANARY) && !all.contains("canary"), "{way}: {all}");
        }
    }
}
