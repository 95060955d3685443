//! Diagnostics as people and programs read them.

use crate::args::ErrorFormat;
use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};
use placet::diagnostic::Diagnostic;
use placet::source::{SourceId, Sources, Span};

/// Tells diagnostics on standard error.
pub fn diagnostics<'a>(found: impl IntoIterator<Item = &'a Diagnostic>, sources: &Sources, format: ErrorFormat) {
    for diagnostic in found {
        match format {
            ErrorFormat::Json => anstream::eprintln!("{}", diagnostic.to_json(sources)),
            ErrorFormat::Plain => anstream::eprintln!("{}", plain(diagnostic, sources)),
            ErrorFormat::Human => anstream::eprintln!("{}\n", human(diagnostic, sources, Renderer::styled())),
        }
    }
}

/// A diagnostic with the lines it stands on, without colours.
pub fn uncoloured(diagnostic: &Diagnostic, sources: &Sources) -> String {
    human(diagnostic, sources, Renderer::plain())
}

/// `file:line:column: error[T01]: message; help`
fn plain(d: &Diagnostic, sources: &Sources) -> String {
    let place = sources.position(d.span.source, d.span.start);
    let file = &sources.get(d.span.source).name;
    let severity = if d.is_error() { "error" } else { "warning" };
    let mut text = format!("{file}:{}:{}: {severity}[{}]: {}", place.line, place.column, d.code.as_str(), d.message);
    if let Some(example) = example(d) {
        text += &format!("; {example}");
    }
    if let Some(help) = &d.help {
        text += &format!("; help: {help}");
    }
    text.replace('\n', " ")
}

/// The input that shows the trouble, unless the message tells it already.
fn example(d: &Diagnostic) -> Option<String> {
    if d.example.iter().all(|(name, value)| d.message.contains(&format!("`{name}` {value}"))) {
        return None;
    }
    let pairs: Vec<String> = d.example.iter().map(|(name, value)| format!("{name} {value}")).collect();
    Some(format!("for example: {}", pairs.join(", ")))
}

fn human(d: &Diagnostic, sources: &Sources, renderer: Renderer) -> String {
    let level = if d.is_error() { Level::ERROR } else { Level::WARNING };
    let mut group = level.primary_title(d.message.as_str()).id(d.code.as_str()).elements(snippets(d, sources));
    if let Some(example) = example(d) {
        group = group.element(Level::NOTE.message(example));
    }
    if let Some(help) = &d.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    let report: [Group; 1] = [group];
    renderer.decor_style(DecorStyle::Ascii).term_width(100).render(&report)
}

/// One snippet a file, the one with the main place first.
fn snippets<'a>(d: &'a Diagnostic, sources: &'a Sources) -> Vec<Snippet<'a, Annotation<'a>>> {
    let mut files: Vec<SourceId> = vec![d.span.source];
    for label in &d.labels {
        if !files.contains(&label.span.source) {
            files.push(label.span.source);
        }
    }
    let snippet = |file: SourceId| {
        let source = sources.get(file);
        let mut snippet = Snippet::source(source.text.as_str()).path(source.name.as_str());
        if file == d.span.source {
            snippet = snippet.annotation(AnnotationKind::Primary.span(range(d.span, &source.text)));
        }
        let labels = d.labels.iter().filter(|l| l.span.source == file);
        snippet.annotations(
            labels.map(|l| AnnotationKind::Context.span(range(l.span, &source.text)).label(l.message.as_str())),
        )
    };
    files.into_iter().map(snippet).collect()
}

/// A span within the text, on character boundaries.
fn range(span: Span, text: &str) -> std::ops::Range<usize> {
    let start = text.floor_char_boundary(span.start as usize);
    let end = text.ceil_char_boundary((span.end as usize).min(text.len()));
    start..end.max(start)
}
