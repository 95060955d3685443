//! Any text compiles or is refused with diagnostics; what the formatter writes, it leaves as it is.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let compilation = placet::compile::compile(&[("policy.placet", text)], &|_| None);
    assert_eq!(compilation.program.is_some(), !compilation.has_errors(), "a program, or an error that says why not");
    if let Ok(once) = placet::syntax::format(text) {
        assert_eq!(placet::syntax::format(&once).ok().as_ref(), Some(&once));
    }
});
