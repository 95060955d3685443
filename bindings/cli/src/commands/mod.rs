//! One file a command.

pub mod check;
pub mod completions;
pub mod decide;
pub mod explain;
pub mod fmt;
pub mod graph;
pub mod new;
pub mod replay;
pub mod schema;
pub mod test;

pub mod cases;
mod record;
