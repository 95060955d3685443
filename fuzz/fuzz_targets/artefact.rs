//! Any bytes are refused, or are a program that decides, and that is saved to bytes which load again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use placet::{Bundle, Date, Options};

fuzz_target!(|bytes: &[u8]| {
    let Ok(bundle) = Bundle::from_compiled(bytes) else { return };
    let Some(on) = Date::new(2026, 3, 2) else { return };
    bundle.decide(&bundle.facts(), on, &Options::default());
    assert!(Bundle::from_compiled(&bundle.to_compiled()).is_ok());
});
