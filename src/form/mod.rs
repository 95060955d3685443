//! What a form needs of the engine: the fields of a policy, where a person stands after each answer and what to ask next, and
//! what would change a no. A form that asks here decides nothing by itself.

mod change;
mod fields;
mod standing;

pub use change::{Change, Instead, changes};
pub use fields::{Field, FieldKind, fields};
pub use standing::{Because, Given, Held, Standing, Tone, standing};

#[cfg(all(test, feature = "compile"))]
mod tests;
