//! How calls cross: texts lie in a buffer of the module, where JavaScript has put them, and the answer lies in another. What
//! calls speak of by numbers stays here.

use crate::program::Program;
use crate::trouble::{Trouble, usage};
use std::cell::RefCell;
use wasm_bindgen::prelude::wasm_bindgen;

/// The most texts that a call takes.
const TEXTS: usize = 5;

/// The texts of a call; those that it does not take are empty.
pub(crate) type Texts<'a> = [&'a str; TEXTS];

/// What makes an answer. By reference, so that what is around it is the same code for all calls.
type Made<'m, Of, Answer> = &'m mut dyn FnMut(&mut Of, Texts) -> Result<Answer, Trouble>;

/// The module's own memory of the calls.
pub(crate) struct Door {
    /// What the caller has written: how many bytes each text has (`u32`, little-endian), then the texts; or bytes as they are.
    input: Vec<u8>,
    output: Vec<u8>,
    programs: Vec<Option<Program>>,
    #[cfg(feature = "compile")]
    pub(crate) drafts: crate::compile::Drafts,
}

thread_local! {
    static DOOR: RefCell<Door> = const {
        RefCell::new(Door {
            input: Vec::new(),
            output: Vec::new(),
            programs: Vec::new(),
            #[cfg(feature = "compile")]
            drafts: crate::compile::Drafts::NONE,
        })
    };
}

impl Door {
    /// The program of a number.
    pub(crate) fn program(&mut self, number: u32) -> Result<&mut Program, Trouble> {
        let program = self.programs.get_mut(number as usize).and_then(Option::as_mut);
        program.ok_or_else(|| usage("there is no such program"))
    }

    /// Keeps a program; its number.
    pub(crate) fn keep(&mut self, program: Program) -> u32 {
        let free = self.programs.iter().position(Option::is_none);
        let place = free.unwrap_or_else(|| {
            self.programs.push(None);
            self.programs.len() - 1
        });
        self.programs[place] = Some(program);
        place as u32
    }
}

/// Answers a call: false for an answer, true for an error.
pub(crate) fn answer(made: Made<'_, Door, Vec<u8>>) -> bool {
    DOOR.with_borrow_mut(|door| {
        let input = std::mem::take(&mut door.input);
        let made = texts(&input).and_then(|texts| made(door, texts));
        door.input = input;
        let failed = made.is_err();
        door.output = made.unwrap_or_else(String::into_bytes);
        failed
    })
}

/// Answers a call about a program.
pub(crate) fn of_program(number: u32, made: Made<'_, Program, String>) -> bool {
    answer(&mut |door, texts| made(door.program(number)?, texts).map(String::into_bytes))
}

fn texts(input: &[u8]) -> Result<Texts<'_>, Trouble> {
    let mut texts = [""; TEXTS];
    let mut rest = input.get(4 * TEXTS..).unwrap_or_default();
    for (text, length) in texts.iter_mut().zip(input.chunks_exact(4)) {
        let length = u32::from_le_bytes([length[0], length[1], length[2], length[3]]) as usize;
        let (own, others) = rest.split_at_checked(length).unwrap_or_default();
        rest = others;
        *text = std::str::from_utf8(own).map_err(|_| usage("a text is not UTF-8"))?;
    }
    Ok(texts)
}

/// Makes room for what the next call takes; where it lies.
#[wasm_bindgen]
pub fn room(bytes: usize) -> *mut u8 {
    DOOR.with_borrow_mut(|door| {
        if door.input.len() < bytes {
            door.input.resize(bytes, 0);
        }
        door.input.as_mut_ptr()
    })
}

/// Where the answer lies.
#[wasm_bindgen]
pub fn answered() -> *const u8 {
    DOOR.with_borrow(|door| door.output.as_ptr())
}

/// How many bytes it has.
#[wasm_bindgen]
pub fn answered_bytes() -> usize {
    DOOR.with_borrow(|door| door.output.len())
}

/// Loads a compiled artefact, which is so many bytes of the input; nothing in it is trusted.
#[wasm_bindgen]
pub fn load(bytes: usize) -> bool {
    DOOR.with_borrow_mut(|door| {
        let artefact = door.input.get(..bytes).unwrap_or_default();
        let loaded = Program::load(artefact);
        let failed = loaded.is_err();
        door.output = loaded.map_or_else(String::into_bytes, |program| door.keep(program).to_string().into_bytes());
        failed
    })
}

/// Gives a program back.
#[wasm_bindgen]
pub fn free_program(number: u32) {
    DOOR.with_borrow_mut(|door| {
        if let Some(place) = door.programs.get_mut(number as usize) {
            *place = None;
        }
    });
}

/// [`Program::brief`] of facts that are so many bytes of the input; the number, or -1 and an error for an answer.
#[wasm_bindgen]
pub fn brief(number: u32, policy: usize, bytes: usize, on: i32, flags: u32) -> i32 {
    DOOR.with_borrow_mut(|door| {
        let facts = door.input.get(..bytes).and_then(|facts| std::str::from_utf8(facts).ok());
        let program = door.programs.get_mut(number as usize).and_then(Option::as_mut);
        let told = match (program, facts) {
            (Some(program), Some(facts)) => program.brief(policy, facts, on, flags),
            _ => Err(usage("there is no such program")),
        };
        told.map_or_else(
            |trouble| {
                door.output = trouble.into_bytes();
                -1
            },
            |told| told as i32,
        )
    })
}
