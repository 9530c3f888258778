//! The binary: parse, do, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    cpmsim::cli::main(std::env::args_os()).into()
}
