//! Which machine this is, and which of its processes run. Known on Linux only; elsewhere nothing is claimed.

use std::fs;
use std::path::Path;

/// What two processes share exactly if they can see each other: one boot of one kernel, and one space of process
/// numbers. Containers with the same host name differ in it.
pub fn place() -> Option<String> {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let space = fs::read_link("/proc/self/ns/pid").ok()?;
    Some(format!("{} {}", boot.trim(), space.display()))
}

/// When a process was started, in ticks since the machine was; `None` if it does not run. A number is given again to
/// another process, but not with the same start.
pub fn started(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("stat")).ok()?;
    start_of(&stat)
}

/// The 22nd field (proc_pid_stat(5)); the second is a name in brackets that may hold anything.
fn start_of(stat: &str) -> Option<u64> {
    let (_, behind) = stat.rsplit_once(')')?;
    behind.split_whitespace().nth(19)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_start_is_found_behind_any_name() {
        let stat = "7 (a) b (c)) S 1 7 7 0 -1 4194560 5 0 0 0 0 0 0 0 20 0 1 0 4711 8 9";
        assert_eq!(start_of(stat), Some(4711));
        assert_eq!(start_of("7 (cut"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_runs_and_another_number_does_not() {
        assert!(place().is_some());
        assert!(started(std::process::id()).is_some());
        // Above the largest number that Linux gives (PID_MAX_LIMIT, 2^22).
        assert_eq!(started(1 << 23), None);
    }
}
