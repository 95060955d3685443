//! Policy texts: checking them, and the programs they become.

use crate::door::answer;
use crate::exports::exports;
use crate::program::Program;
use crate::trouble::{self, Trouble, usage};
use placet::compile::{Compilation, compile_with_tests};
use placet::diagnostic::Place;
use placet::source::{Sources, Span};
use placet::{Bundle, Diagnostic};
use serde::Serialize;

/// Files that were compiled together.
pub(crate) struct Checked {
    pub compilation: Compilation,
    pub bundle: Option<Bundle>,
}

/// Files that wait to be compiled, and what was compiled last: an editor asks about it several times.
pub(crate) struct Drafts {
    files: Vec<(String, String)>,
    checked: Option<Checked>,
}

impl Drafts {
    pub(crate) const NONE: Drafts = Drafts { files: Vec::new(), checked: None };

    /// What was compiled last.
    pub(crate) fn checked(&self) -> Result<&Checked, Trouble> {
        self.checked.as_ref().ok_or_else(|| usage("nothing has been compiled"))
    }
}

exports! {
    /// One more file: its name and its text.
    add() => answer(&mut |door, [name, text, ..]| {
        door.drafts.files.push((name.to_owned(), text.to_owned()));
        Ok(Vec::new())
    });
    /// Compiles the files. Those that end in `_test.placet` hold scenarios; those that do not end in `.placet` are tables that
    /// policies name.
    check() => answer(&mut |door, _| {
        let files = std::mem::take(&mut door.drafts.files);
        door.drafts.checked = Some(Checked::of(&files));
        Ok(Vec::new())
    });
    /// Everything that was found.
    diagnostics() => answer(&mut |door, _| {
        let Compilation { sources, diagnostics, .. } = &door.drafts.checked()?.compilation;
        Ok(trouble::text(&told(sources, diagnostics))?.into_bytes())
    });
    /// The program's number, or an error that holds the diagnostics.
    program() => answer(&mut |door, _| {
        let bundle = door.drafts.checked()?.program()?;
        Ok(door.keep(Program::new(bundle)).to_string().into_bytes())
    });
    /// What was compiled last is not needed any more.
    forget() => answer(&mut |door, _| {
        door.drafts = Drafts::NONE;
        Ok(Vec::new())
    });
}

impl Checked {
    fn of(files: &[(String, String)]) -> Checked {
        let of = |wanted: &dyn Fn(&str) -> bool| -> Vec<(&str, &str)> {
            files.iter().filter(|(name, _)| wanted(name)).map(|(name, text)| (&**name, &**text)).collect()
        };
        let is_test = |name: &str| name.ends_with("_test.placet");
        let policies = of(&|name| name.ends_with(".placet") && !is_test(name));
        let read = |name: &str| files.iter().find(|(n, _)| n == name).map(|(_, text)| text.clone());
        let mut compilation = compile_with_tests(&policies, &of(&is_test), &read);
        let bundle = compilation.program.take().map(Bundle::new);
        Checked { compilation, bundle }
    }

    pub(crate) fn program(&self) -> Result<Bundle, Trouble> {
        if let Some(bundle) = &self.bundle {
            return Ok(bundle.clone());
        }
        let found = &self.compilation.diagnostics;
        let errors: Vec<_> = found.iter().filter(|d| d.is_error()).collect();
        let first = errors.first().map_or("the policy cannot be compiled", |d| &d.message);
        let message = match errors.len() {
            0 | 1 => first.to_owned(),
            n => format!("{first} (and {} more)", n - 1),
        };
        Err(trouble::policy(&message, &told(&self.compilation.sources, found)))
    }
}

/// Counts a text's UTF-16 units, going forward.
pub(crate) struct Units<'t> {
    text: &'t str,
    byte: usize,
    units: u32,
}

impl<'t> Units<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Units { text, byte: 0, units: 0 }
    }

    pub(crate) fn at(&mut self, byte: usize) -> u32 {
        let byte = self.text.floor_char_boundary(byte);
        if byte < self.byte {
            *self = Units::new(self.text);
        }
        self.units += self.text[self.byte..byte].chars().map(|c| c.len_utf16() as u32).sum::<u32>();
        self.byte = byte;
        self.units
    }
}

pub(crate) fn units(sources: &Sources, span: Span) -> [u32; 2] {
    let mut units = Units::new(&sources.get(span.source).text);
    [units.at(span.start as usize), units.at(span.end as usize)]
}

/// A place, in units of JavaScript's strings too.
#[derive(Serialize)]
struct InUnits<'a> {
    #[serde(flatten)]
    place: Place<'a>,
    units: [u32; 2],
}

/// Diagnostics, to be serialized.
pub(crate) fn told<'a>(sources: &'a Sources, diagnostics: &[Diagnostic]) -> Vec<impl Serialize + use<'a>> {
    let place = |span| InUnits { place: Place::of(sources, span), units: units(sources, span) };
    diagnostics.iter().map(|d| d.told(&place)).collect()
}
