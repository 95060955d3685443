//! The compiled artefact: a program as bytes, and back.
//!
//! Layout: `PLCT`, the format's version and the semantics number (`u32`, little-endian), the SHA-256 of the payload, the
//! payload (`wire`). The loader trusts none of it: it checks every index and shape and recomputes scopes, static sets,
//! proofs and hashes.

use super::hash::SEMANTICS;
use super::{Program, hash, settle, validate};
use crate::wire::{self, Put};
use sha2::{Digest, Sha256};
use thiserror::Error;

/// The version of the layout and of the types in the payload.
pub const FORMAT: u32 = 1;
/// The largest artefact that is loaded.
pub const MOST_BYTES: usize = 64 << 20;

const MAGIC: [u8; 4] = *b"PLCT";
const HEADER: usize = 4 + 4 + 4 + 32;

/// Why an artefact is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ArtefactError {
    /// It does not begin as one.
    #[error("this is no compiled policy")]
    NotAnArtefact,
    /// It is longer than [`MOST_BYTES`].
    #[error("this compiled policy is larger than the engine takes ({MOST_BYTES} bytes)")]
    TooLarge,
    /// It was written in another format.
    #[error("this policy was compiled to format {found}, and this engine reads format {FORMAT}: compile it again")]
    Format {
        /// The format it names.
        found: u32,
    },
    /// It was compiled for other rules of meaning.
    #[error(
        "this policy was compiled for semantics {found}, and this engine has semantics {SEMANTICS}: compile it again"
    )]
    Semantics {
        /// The number it names.
        found: u32,
    },
    /// Its checksum does not fit.
    #[error("this compiled policy is damaged: its checksum does not fit its content")]
    Damaged,
    /// Its payload cannot be read.
    #[error("this compiled policy is damaged: its content cannot be read")]
    Unreadable,
    /// Its content breaks a rule that every graph keeps.
    #[error("this compiled policy is not sound: {0}")]
    Unsound(String),
    /// A hash that it states is not the one of its content.
    #[error("this compiled policy is not what it says: the hash of `{policy}` does not fit its content")]
    Hash {
        /// The policy.
        policy: String,
    },
}

/// A program as bytes; the same program gives the same bytes.
pub fn save(program: &Program) -> Vec<u8> {
    let mut payload = Vec::new();
    program.put(&mut payload);
    let mut out = Vec::with_capacity(HEADER + payload.len());
    out.extend(MAGIC);
    out.extend(FORMAT.to_le_bytes());
    out.extend(SEMANTICS.to_le_bytes());
    out.extend(Sha256::digest(&payload));
    out.extend(payload);
    out
}

/// The program of an artefact.
///
/// # Errors
/// If it is none, of another version, damaged, or not what it says.
pub fn load(bytes: &[u8]) -> Result<Program, ArtefactError> {
    let program = inspect(bytes)?;
    for (at, policy) in program.policies.iter().enumerate() {
        if hash::hashes(&program, at) != (policy.logic_hash, policy.texts_hash) {
            return Err(ArtefactError::Hash { policy: policy.name.to_string() });
        }
    }
    Ok(program)
}

/// [`load`] without comparing the hashes it states with its content: for looking into what will not be run.
///
/// # Errors
/// If it is none, of another version, or damaged.
pub fn inspect(bytes: &[u8]) -> Result<Program, ArtefactError> {
    let (magic, rest) = bytes.split_first_chunk::<4>().ok_or(ArtefactError::NotAnArtefact)?;
    if *magic != MAGIC {
        return Err(ArtefactError::NotAnArtefact);
    }
    if bytes.len() > MOST_BYTES {
        return Err(ArtefactError::TooLarge);
    }
    let (format, rest) = rest.split_first_chunk::<4>().ok_or(ArtefactError::Damaged)?;
    let (semantics, rest) = rest.split_first_chunk::<4>().ok_or(ArtefactError::Damaged)?;
    let (checksum, payload) = rest.split_first_chunk::<32>().ok_or(ArtefactError::Damaged)?;
    match (u32::from_le_bytes(*format), u32::from_le_bytes(*semantics)) {
        (FORMAT, SEMANTICS) => {}
        (FORMAT, found) => return Err(ArtefactError::Semantics { found }),
        (found, _) => return Err(ArtefactError::Format { found }),
    }
    if Sha256::digest(payload)[..] != checksum[..] {
        return Err(ArtefactError::Damaged);
    }
    let mut program = wire::read::<Program>(payload).ok_or(ArtefactError::Unreadable)?;
    validate::validate(&mut program).map_err(ArtefactError::Unsound)?;
    settle::settle(&mut program, &[]);
    Ok(program)
}
