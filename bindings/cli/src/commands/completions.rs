//! `placet completions SHELL`

use crate::args::{Arguments, Completions};
use crate::failure::Failure;
use crate::files::Out;
use clap::CommandFactory;

/// Prints the script.
pub fn run(a: &Completions) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(a.shell, &mut Arguments::command(), "placet", &mut script);
    let mut out = Out::open(None)?;
    out.bytes(&script)?;
    out.done()
}
