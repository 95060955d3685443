//! What `js/module.js` calls by name. The texts of a call are in the order in which it passes them.

use crate::door::{answer, of_program};
use crate::program::{self, Call};

macro_rules! exports {
    ($($(#[$about:meta])* $name:ident($($number:ident: $type:ty),*) => $made:expr;)*) => { $(
        $(#[$about])*
        #[wasm_bindgen::prelude::wasm_bindgen]
        pub fn $name($($number: $type),*) -> bool {
            $made
        }
    )* };
}
#[cfg(feature = "compile")]
pub(crate) use exports;

exports! {
    /// A date's day number, 0 = 1970-01-01.
    day() => answer(&mut |_, [on, ..]| Ok(program::day(on)?.to_string().into()));
    /// The compiled artefact.
    save(program: u32) => answer(&mut |door, _| door.program(program).map(|p| p.bundle.to_compiled()));
    /// Names, titles and rules of the policies.
    policies(program: u32) => of_program(program, &mut |p, [language, ..]| p.policies(language));
    /// The decision of one policy as JSON.
    decide(program: u32, policy: usize, flags: u32) =>
        of_program(program, &mut |p, [facts, on, language, reasons, show]| {
            p.decide(&Call { policy, facts, on, language, flags }, reasons, show)
        });
    /// The decisions of all policies as a JSON array.
    decide_all(program: u32, policy: usize, flags: u32) =>
        of_program(program, &mut |p, [facts, on, language, reasons, show]| {
            p.decide_all(&Call { policy, facts, on, language, flags }, reasons, show)
        });
    /// Decides JSON lines; the results as columns.
    batch(program: u32, policy: usize, flags: u32) =>
        of_program(program, &mut |p, [facts, on, language, ..]| p.batch(&Call { policy, facts, on, language, flags }));
    /// Why a case is decided as it is: the tree as JSON, or as text.
    explain(program: u32, policy: usize, flags: u32, as_text: bool) =>
        of_program(program, &mut |p, [facts, on, language, ..]| {
            p.explain(&Call { policy, facts, on, language, flags }, as_text)
        });
    /// The fields of a policy's form.
    fields(program: u32, policy: usize) => of_program(program, &mut |p, [language, ..]| p.fields(policy, language));
    /// Where a person stands, and what to ask next.
    standing(program: u32, policy: usize, flags: u32) =>
        of_program(program, &mut |p, [facts, on, language, ..]| p.standing(&Call { policy, facts, on, language, flags }));
    /// What would change a no.
    changes(program: u32, policy: usize, flags: u32) =>
        of_program(program, &mut |p, [facts, on, language, ..]| p.changes(&Call { policy, facts, on, language, flags }));
    /// A case that names every fact and tells nothing.
    sample(program: u32) => of_program(program, &mut |p, _| p.sample());
}
