//! Placet for Python. Convert, call, convert: nothing about policy is decided in here.

mod arrow;
mod asked;
mod batch;
mod bundle;
mod decision;
mod errors;
mod lists;
mod policy;
mod read;
mod record;
mod sound;
mod table;
mod work;

use pyo3::prelude::*;
use std::ffi::OsString;

/// Runs the command `placet` with its arguments, the program's name first; returns the exit code.
#[pyfunction]
fn _command(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
    py.detach(|| placet_cli::run(arguments))
}

#[pymodule]
mod _placet {
    #[pymodule_export]
    #[allow(non_upper_case_globals)]
    const __version__: &str = env!("CARGO_PKG_VERSION");
    #[pymodule_export]
    use super::_command;
    #[pymodule_export]
    use super::batch::{Batch, Stream};
    #[pymodule_export]
    use super::bundle::Bundle;
    #[pymodule_export]
    use super::decision::{Decision, Explanation, Fault, Need, Open, Reason};
    #[pymodule_export]
    use super::errors::{Diagnostic, Place, Trouble};
    #[pymodule_export]
    use super::policy::{_restore, Policy};
}
