//! No input makes the program panic, hang or overflow its stack.
//!
//! `tests/fuzz/<target>/` holds inputs that once did, and others worth keeping; they are replayed here. The ignored test
//! `fuzz::run` makes new ones by mutating them: `scripts/fuzz TARGET SECONDS`.

mod mutate;
mod target;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use self::mutate::{Corpus, minimised};
use self::target::{TARGETS, Target};

/// Of one input, in an unoptimised build. What takes longer is a hang.
const PATIENCE: Duration = Duration::from_secs(5);
/// As a thread of the embedded workspace's server has.
const STACK: usize = 2 * 1024 * 1024;

fn folder(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz").join(target)
}

/// Committed inputs by file name.
fn committed(target: &str) -> Vec<(String, String)> {
    let Ok(entries) = std::fs::read_dir(folder(target)) else { return Vec::new() };
    let files = entries.map(|entry| entry.unwrap().path());
    let mut inputs: Vec<(String, String)> = files
        .filter(|path| !path.file_name().unwrap().to_str().unwrap().starts_with('.'))
        .map(|path| {
            let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
            (path.file_name().unwrap().to_str().unwrap().to_string(), text)
        })
        .collect();
    inputs.sort();
    inputs
}

/// Runs one input on a thread with a small stack; `Err` tells what went wrong.
fn attempt(target: &'static Target, input: &str) -> Result<(), &'static str> {
    let input = input.to_string();
    let (done, finished) = std::sync::mpsc::channel();
    let body = move || {
        let outcome = std::panic::catch_unwind(|| (target.run)(&input));
        let _ = done.send(outcome.is_ok());
    };
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(body).unwrap();
    match finished.recv_timeout(PATIENCE) {
        Ok(true) => {
            thread.join().unwrap();
            Ok(())
        }
        Ok(false) => Err("panic"),
        // The thread cannot be stopped; the process ends soon.
        Err(_) => Err("hang"),
    }
}

#[test]
fn committed_inputs_are_harmless() {
    for target in TARGETS {
        let inputs = committed(target.name);
        assert!(inputs.len() > 5, "tests/fuzz/{} has no inputs", target.name);
        for (name, input) in inputs {
            assert_eq!(attempt(target, &input), Ok(()), "tests/fuzz/{}/{name}", target.name);
        }
    }
}

/// A few new inputs in every run of the tests, the same ones each time.
#[test]
fn a_few_mutated_inputs_are_harmless() {
    for target in TARGETS {
        let corpus = Corpus::new(target.inputs(committed(target.name)));
        let mut random = ChaCha8Rng::seed_from_u64(1);
        for round in 0..target.rounds {
            let input = corpus.mutated(&mut random);
            assert_eq!(attempt(target, &input), Ok(()), "{} {round}: {input:?}", target.name);
        }
    }
}

/// The environment says what: LAKESMITH_FUZZ_TARGET, LAKESMITH_FUZZ_SECONDS, LAKESMITH_FUZZ_SEED.
#[test]
#[ignore = "runs for as long as it is told to: scripts/fuzz"]
fn run() {
    let setting = |name: &str| std::env::var(format!("LAKESMITH_FUZZ_{name}")).ok();
    let name = setting("TARGET").unwrap_or_default();
    let target = TARGETS.iter().find(|target| target.name == name).unwrap_or_else(|| panic!("no target `{name}`"));
    let seconds: u64 = setting("SECONDS").and_then(|text| text.parse().ok()).unwrap_or(60);
    let seed: u64 = setting("SEED").and_then(|text| text.parse().ok()).unwrap_or(1);
    let corpus = Corpus::new(target.inputs(committed(target.name)));
    let began = Instant::now();
    // What runs now: a stack overflow or a hang ends the process, and nobody else can tell of it.
    let current = folder(target.name).join(".current");
    std::fs::create_dir_all(folder(target.name)).unwrap();
    let watched: Arc<Mutex<Option<(Instant, String)>>> = Arc::default();
    let watcher = Arc::clone(&watched);
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(Duration::from_millis(200));
            let running = watcher.lock().unwrap().clone();
            if let Some((_, input)) = running.filter(|(start, _)| start.elapsed() > PATIENCE) {
                save(target.name, "hang", &input);
                std::process::exit(101);
            }
        }
    });
    let body = move || {
        let mut failures = 0usize;
        let mut round = 0u64;
        while began.elapsed() < Duration::from_secs(seconds) {
            // Each input has a seed of its own, so that one can be made again without those before it.
            let mut random = ChaCha8Rng::seed_from_u64(seed.wrapping_mul(1_000_000_007).wrapping_add(round));
            let input = corpus.mutated(&mut random);
            std::fs::write(&current, &input).unwrap();
            *watched.lock().unwrap() = Some((Instant::now(), input.clone()));
            let fails = |input: &str| std::panic::catch_unwind(|| (target.run)(input)).is_err();
            let failed = fails(&input);
            *watched.lock().unwrap() = None;
            if failed {
                save(target.name, "panic", &minimised(&input, &fails));
                failures += 1;
                assert!(failures < 5, "{failures} inputs failed; they are in tests/fuzz/{}", target.name);
            }
            round += 1;
        }
        drop(std::fs::remove_file(&current));
        (round, failures)
    };
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(body).unwrap();
    let (rounds, failures) = thread.join().unwrap();
    eprintln!("{name}: {rounds} inputs in {} s, seed {seed}, {failures} failed", began.elapsed().as_secs());
    assert_eq!(failures, 0, "see tests/fuzz/{name}");
}

#[expect(clippy::print_stderr, reason = "whoever fuzzes looks for what failed")]
fn save(target: &str, kind: &str, input: &str) {
    // FNV-1a: a name that tells inputs apart is all that is needed.
    let hash = input
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let path = folder(target).join(format!("{kind}-{hash:016x}"));
    std::fs::write(&path, input).unwrap();
    eprintln!("{kind}: {}", path.display());
}

/// The mutator makes valid UTF-8 and is the same for a seed.
#[test]
fn mutations_are_determined_by_their_seed() {
    let corpus = Corpus::new(vec!["SELECT a FROM t WHERE x = 'é'".to_string(), "{\"a\": [1, 2]}".to_string()]);
    let make = |seed: u64| corpus.mutated(&mut ChaCha8Rng::seed_from_u64(seed));
    let made: Vec<String> = (0..50).map(make).collect();
    assert_eq!(made, (0..50).map(make).collect::<Vec<_>>());
    let different: std::collections::BTreeSet<&String> = made.iter().collect();
    assert!(different.len() > 40);
    let _: u8 = ChaCha8Rng::seed_from_u64(1).random();
}

#[test]
fn a_failing_input_is_made_small() {
    let fails = |input: &str| input.contains('(') && input.contains(')');
    assert_eq!(minimised("SELECT a, f(b) FROM t -- and more", &fails), "()");
}
