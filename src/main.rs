//! The thin binary: everything is in the library.

use std::process::ExitCode;

/// A check allocates millions of small nodes, which the system's allocator is slow at (docs/benchmarks.md).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    lakesmith::cli::main(std::env::args_os())
}
