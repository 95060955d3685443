//! The `placet` command: check, test and run policies.
//!
//! It reads files, calls the engine, and prints what comes. What a policy means is decided nowhere in here. A library, so that
//! other doors can offer the same command.

/// Says a line on standard output, as `println!` does; where it cannot be written the function ends with that failure.
macro_rules! say {
    ($($words:tt)*) => {
        $crate::files::say(format_args!($($words)*))?
    };
}

mod args;
mod commands;
pub mod draw;
pub mod failure;
mod files;
mod interrupt;
pub mod load;
mod progress;
mod report;
mod sources;
mod summary;
#[cfg(feature = "columnar")]
mod tables;

use args::{Arguments, Command};
use clap::Parser;
use failure::Failure;
use std::ffi::OsString;

/// Runs the command with a program's name and arguments, and returns the exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            let code = if error.use_stderr() { Failure::USAGE } else { 0 };
            // Nothing can be done about a terminal that does not take the message.
            let _ = error.print();
            return code;
        }
    };
    arguments.color.apply();
    interrupt::watch();
    let format = arguments.error_format;
    let quiet = arguments.quiet;
    let done = match arguments.command {
        Command::New(a) => commands::new::run(&a, quiet),
        Command::Check(a) => commands::check::run(&a, format, quiet),
        Command::Fmt(a) => commands::fmt::run(&a, format, quiet),
        Command::Test(a) => commands::test::run(&a, format, quiet),
        Command::Decide(a) => commands::decide::run(&a, format, quiet),
        Command::Explain(a) => commands::explain::run(&a, format),
        Command::Graph(a) => commands::graph::run(&a, format),
        Command::Schema(a) => commands::schema::run(&a, format),
        Command::Replay(a) => commands::replay::run(&a, format, quiet),
        Command::Completions(a) => commands::completions::run(&a),
    };
    match done {
        Ok(()) => 0,
        Err(failure) => {
            failure.print(format);
            failure.code()
        }
    }
}
