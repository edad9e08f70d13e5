//! The thin binary: everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    lakesmith::cli::main(std::env::args_os())
}
