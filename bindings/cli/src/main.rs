//! The program `placet`; all of it is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(placet_cli::run(std::env::args_os()))
}
