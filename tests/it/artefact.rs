//! Compiled artefacts: the same bytes again, and nothing but an error on any other bytes.

use placet::facts::Facts;
use placet::graph::artefact::{self, ArtefactError};
use placet::{Bundle, Policy};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

/// Magic, format, semantics, checksum.
const HEADER: usize = 4 + 4 + 4 + 32;

const POLICY: &str = r#"
policy support "Household support"
  in force from 2020-01-01
  applies when registered
entity benefit
  fact amount: money in EUR per month from 0 to 10_000
  fact from_day: date
  fact to_day: date
  promise "ends after it starts": to_day is on or after from_day
end
entity person
  fact birth_date: date
  fact income: money in EUR per month from 0 to 100_000 or none
  fact benefits: list of benefit at most 4
  define age as years from birth_date to decision date
  define total as sum of amount over benefits where amount is more than 1
end
fact registered: yes or no
fact name: text
fact zone: one of a < b < c
fact household: list of person at most 6
parameter limit: money in EUR per month
  from 2020-01-01: 1_000
  from 2022-01-01: 1_200.50
define adults as count of household where age is at least 18
define earned: money in EUR per month as sum of (income if known else 0 but at least 0) over household where income is not none
require poor "Little income" cites "s. 1"
  all of {
    (a) earned is at most limit
    (b) any of {
      (i) zone is at least b
      (ii) name starts with "A"
    }
  }
  unless adults is 0
  otherwise "You earn {earned}."
exclude abroad
  when at least 2 of household satisfies total is more than 500 EUR per month
refer odd
  when days covered by household from birth_date to decision date within 2000-01-01 to decision date is less than 100
award share: money in EUR per month as limit / 3 rounded down to 2 decimals
  except when zone is c: limit * 2
report band: whole number by table
  | zone | adults    | band |
  | a    | 0 to 2    | 1    |
  | a    | 3 or more | 2    |
  | b, c | any       | 3    |
"#;

fn bundle() -> Bundle {
    match Policy::compile(POLICY) {
        Ok(policy) => policy.bundle().clone(),
        Err(error) => panic!("{:?}", error.diagnostics),
    }
}

#[test]
fn what_is_saved_is_loaded() {
    let bundle = bundle();
    let bytes = bundle.to_compiled();
    let again = Bundle::from_compiled(&bytes).expect("it has just been saved");
    assert_eq!(again.to_compiled(), bytes);
    assert_eq!(again.program().dump(), bundle.program().dump());
}

#[test]
fn other_bytes_are_refused_with_the_reason() {
    let bytes = bundle().to_compiled();
    let with = |at: usize, byte: u8| {
        let mut changed = bytes.clone();
        changed[at] = byte;
        artefact::load(&changed).expect_err("it is another")
    };
    assert_eq!(artefact::load(b"policy p").expect_err("it is text"), ArtefactError::NotAnArtefact);
    assert_eq!(with(4, 9), ArtefactError::Format { found: 9 });
    assert_eq!(with(8, 7), ArtefactError::Semantics { found: 7 });
    assert_eq!(with(HEADER + 20, bytes[HEADER + 20] ^ 1), ArtefactError::Damaged);
    assert_eq!(artefact::load(&bytes[..bytes.len() - 1]).expect_err("it is cut"), ArtefactError::Damaged);
    assert_eq!(
        with(4, 9).to_string(),
        "this policy was compiled to format 9, and this engine reads format 1: compile it again"
    );
}

/// A change to the payload.
#[derive(Clone, Debug)]
enum Change {
    Set(usize, u8),
    Insert(usize, u8),
    Remove(usize),
    Cut(usize),
    Copy(usize, usize, usize),
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<usize>;
    prop_oneof![
        6 => (at(), any::<u8>()).prop_map(|(i, b)| Change::Set(i, b)),
        3 => (at(), 0..8u8).prop_map(|(i, b)| Change::Set(i, b)),
        1 => (at(), any::<u8>()).prop_map(|(i, b)| Change::Insert(i, b)),
        1 => at().prop_map(Change::Remove),
        1 => at().prop_map(Change::Cut),
        1 => (at(), at(), 0..40usize).prop_map(|(i, j, n)| Change::Copy(i, j, n)),
    ]
}

fn changed(payload: &mut Vec<u8>, change: &Change) {
    let len = payload.len().max(1);
    match *change {
        _ if payload.is_empty() => {}
        Change::Set(at, byte) => payload[at % len] = byte,
        Change::Insert(at, byte) => payload.insert(at % len, byte),
        Change::Remove(at) => drop(payload.remove(at % len)),
        Change::Cut(at) => payload.truncate(at % len),
        Change::Copy(from, to, n) => {
            let (from, to) = (from % len, to % len);
            let n = n.min(len - from).min(len - to);
            payload.copy_within(from..from + n, to);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, ..ProptestConfig::default() })]

    /// Whoever changes an artefact and its checksum gets an error, or a program that decides without a panic.
    #[test]
    fn no_bytes_bring_the_loader_down(changes in prop::collection::vec(change(), 1..4)) {
        thread_local!(static BYTES: Vec<u8> = bundle().to_compiled());
        let mut payload = BYTES.with(|b| b[HEADER..].to_vec());
        for change in &changes {
            changed(&mut payload, change);
        }
        let mut bytes = BYTES.with(|b| b[..12].to_vec());
        bytes.extend(Sha256::digest(&payload));
        bytes.extend(&payload);
        // Whoever can write bytes can write the hashes that go with them, so that they are no defence.
        let _ = artefact::load(&bytes);
        if let Ok(program) = artefact::inspect(&bytes) {
            let bundle = Bundle::new(program);
            let day = placet::value::Date::new(2024, 2, 29).expect("a leap day");
            bundle.decide(&bundle.facts(), day, &Default::default());
            bundle.decide(&Facts { complete: true, ..bundle.facts() }, day, &Default::default());
        }
    }

    #[test]
    fn no_noise_brings_the_loader_down(noise in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut bytes = b"PLCT\x01\0\0\0\x01\0\0\0".to_vec();
        bytes.extend(Sha256::digest(&noise));
        bytes.extend(&noise);
        prop_assert!(artefact::load(&bytes).is_err());
    }
}
