//! `placet schema POLICY`

use crate::args::{ErrorFormat, Schema, SchemaFormat, SchemaOf};
use crate::failure::Failure;
use crate::files::Out;
use crate::load;
use placet::schema;

/// Describes facts or decisions.
pub fn run(a: &Schema, format: ErrorFormat) -> Result<(), Failure> {
    let bundle = load::bundle(&a.policy, format)?;
    let program = bundle.program();
    let text = match (a.format, a.of) {
        (SchemaFormat::Json, SchemaOf::Facts) => pretty(&schema::facts(program, &a.language))?,
        (SchemaFormat::Json, SchemaOf::Decisions) => pretty(&schema::decisions(program, &a.language))?,
        (SchemaFormat::Typescript, _) => schema::typescript(program, &a.language),
    };
    let mut out = Out::open(a.out.as_deref())?;
    out.line(text.trim_end())?;
    out.done()
}

fn pretty(value: &serde_json::Value) -> Result<String, Failure> {
    serde_json::to_string_pretty(value).map_err(|e| Failure::Internal(e.to_string()))
}
