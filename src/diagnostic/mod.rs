//! What is wrong with a policy's text, in words for the person who wrote it. Drawing is the doors' business.

mod code;
mod suggest;

pub use code::Code;
pub use suggest::{closest, instead};

use crate::source::{Position, Sources, Span};
use serde::{Serialize, Serializer};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The policy compiles; somebody should look.
    Warning,
    /// The policy does not compile.
    Error,
}

/// A further place that belongs to the trouble.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is to be seen there.
    pub message: String,
}

/// One thing that is wrong with a policy's text.
///
/// Messages are lower case, without a full stop, with the author's words in back-ticks: what was found, what is
/// accepted, what to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The stable code.
    pub code: Code,
    /// Error or warning; usually [`Code::severity`].
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// Where; the first place is the one to go to.
    pub span: Span,
    /// Other places that belong to it.
    pub labels: Vec<Label>,
    /// What to write instead.
    pub help: Option<String>,
    /// An input that shows the trouble (a table's gap, two rows that overlap), as `name value` pairs.
    pub example: Vec<(String, String)>,
}

impl Diagnostic {
    /// A diagnostic with the code's own severity.
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Diagnostic {
            code,
            severity: code.severity(),
            message: message.into(),
            span,
            labels: Vec::new(),
            help: None,
            example: Vec::new(),
        }
    }

    /// Adds what to write instead.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds a further place.
    pub fn label(mut self, span: Span, message: impl Into<String>) -> Self {
        self.labels.push(Label { span, message: message.into() });
        self
    }

    /// Whether the policy cannot be compiled because of it.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// The diagnostic as JSON, with file names, lines and columns resolved.
    pub fn to_json(&self, sources: &Sources) -> serde_json::Value {
        serde_json::to_value(self.told(&|span| Place::of(sources, span))).unwrap_or_default()
    }

    /// The diagnostic for other programs, each place told by `place`.
    pub fn told<P: Serialize>(&self, place: &dyn Fn(Span) -> P) -> impl Serialize + use<P> {
        let label = |l: &Label| ToldLabel { message: l.message.clone(), place: place(l.span) };
        ToldDiagnostic {
            code: self.code.as_str(),
            severity: self.severity,
            message: self.message.clone(),
            place: place(self.span),
            help: self.help.clone(),
            labels: self.labels.iter().map(label).collect(),
            example: Example(self.example.clone()),
        }
    }
}

#[derive(Serialize)]
struct ToldDiagnostic<P> {
    code: &'static str,
    severity: Severity,
    message: String,
    place: P,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    labels: Vec<ToldLabel<P>>,
    #[serde(skip_serializing_if = "Example::is_empty")]
    example: Example,
}

#[derive(Serialize)]
struct ToldLabel<P> {
    message: String,
    place: P,
}

/// Names with values, as an object.
struct Example(Vec<(String, String)>);

impl Example {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Example {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// Where something stands, for other programs.
#[derive(Serialize)]
pub struct Place<'a> {
    file: &'a str,
    start: Position,
    end: Position,
    bytes: [u32; 2],
}

impl<'a> Place<'a> {
    /// The place of a span.
    pub fn of(sources: &'a Sources, span: Span) -> Self {
        Place {
            file: &sources.get(span.source).name,
            start: sources.position(span.source, span.start),
            end: sources.position(span.source, span.end),
            bytes: [span.start, span.end],
        }
    }
}
