//! The face: policies and bundles, ready to decide.

use crate::decide::{self, Decision, Options, Reasons};
use crate::eval::range::{Engine, Evaluation};
use crate::facts::{Answer, Facts, FactsError, Names};
use crate::graph::artefact::{self, ArtefactError};
use crate::graph::{Graph, PolicyEntry, Program};
use crate::value::Date;
use std::ops::Deref;
use std::sync::Arc;

/// Policies that are decided together over one shared graph. Cheap to clone; may be shared between threads.
#[derive(Clone, Debug)]
pub struct Bundle {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    engine: Engine,
    names: Names,
}

/// One policy of a [`Bundle`] (often its only one). Cheap to clone; may be shared between threads.
#[derive(Clone, Debug)]
pub struct Policy {
    bundle: Bundle,
    index: usize,
}

/// Why there is no policy: everything that is wrong with its text, with the files for the places.
#[cfg(feature = "compile")]
#[derive(Debug, thiserror::Error)]
#[error("{}", summary(diagnostics))]
pub struct CompileError {
    /// What is wrong, errors first.
    pub diagnostics: Vec<crate::diagnostic::Diagnostic>,
    /// The files.
    pub sources: crate::source::Sources,
}

#[cfg(feature = "compile")]
fn summary(diagnostics: &[crate::diagnostic::Diagnostic]) -> String {
    let errors: Vec<_> = diagnostics.iter().filter(|d| d.is_error()).collect();
    let first = errors.first().map_or("the policy cannot be compiled", |d| &d.message);
    match errors.len() {
        0 | 1 => first.to_owned(),
        n => format!("{first} (and {} more)", n - 1),
    }
}

impl Bundle {
    /// A bundle from a program that has been compiled or loaded.
    pub fn new(program: Program) -> Bundle {
        let names = Names::new(&program.graph);
        Bundle { shared: Arc::new(Shared { engine: Engine::new(program), names }) }
    }

    /// Compiles files, names with texts; `read` supplies what they name and the list does not hold.
    ///
    /// # Errors
    /// Everything that is wrong with the texts.
    #[cfg(feature = "compile")]
    pub fn compile(files: &[(&str, &str)], read: crate::compile::Read) -> Result<Bundle, CompileError> {
        let compilation = crate::compile::compile(files, read);
        match compilation.program {
            Some(program) => Ok(Bundle::new(program)),
            None => Err(CompileError { diagnostics: compilation.diagnostics, sources: compilation.sources }),
        }
    }

    /// Loads what [`Bundle::to_compiled`] has written.
    ///
    /// # Errors
    /// If the bytes are damaged, of another format or semantics, or no program at all.
    pub fn from_compiled(bytes: &[u8]) -> Result<Bundle, ArtefactError> {
        Ok(Bundle::new(artefact::load(bytes)?))
    }

    /// The compiled artefact, the same bytes on every platform.
    pub fn to_compiled(&self) -> Vec<u8> {
        artefact::save(self.program())
    }

    /// The policies, in the order of their files.
    pub fn policies(&self) -> impl Iterator<Item = Policy> + '_ {
        (0..self.program().policies.len()).map(|index| Policy { bundle: self.clone(), index })
    }

    /// A policy by its name.
    pub fn policy(&self, name: &str) -> Option<Policy> {
        self.policies().find(|p| *p.entry().name == *name)
    }

    /// The graph and the policies in it.
    pub fn program(&self) -> &Program {
        &self.shared.engine.program
    }

    /// What evaluators work on.
    pub fn engine(&self) -> &Engine {
        &self.shared.engine
    }

    /// Fact names, ready for reading facts.
    pub fn names(&self) -> &Names {
        &self.shared.names
    }

    /// Facts of which nothing is told yet.
    pub fn facts(&self) -> Facts {
        Facts::pending(self.graph())
    }

    /// The decisions of all policies on one case, over one evaluation.
    pub fn decide(&self, facts: &Facts, on: Date, options: &Options) -> Vec<Decision> {
        let evaluation = Evaluation::new(self.engine(), facts, on, options.attested);
        self.program().policies.iter().map(|p| decide::decide(p, &evaluation, options)).collect()
    }

    fn graph(&self) -> &Graph {
        &self.program().graph
    }
}

impl Policy {
    /// Compiles one policy from its text.
    ///
    /// # Errors
    /// Everything that is wrong with the text.
    #[cfg(feature = "compile")]
    pub fn compile(text: &str) -> Result<Policy, CompileError> {
        let bundle = Bundle::compile(&[("policy.placet", text)], &|_| None)?;
        Ok(Policy { bundle, index: 0 })
    }

    /// Loads a compiled artefact that holds one policy, or the first of several.
    ///
    /// # Errors
    /// If the bytes are damaged, of another format or semantics, or no program at all.
    pub fn from_compiled(bytes: &[u8]) -> Result<Policy, ArtefactError> {
        Ok(Policy { bundle: Bundle::from_compiled(bytes)?, index: 0 })
    }

    /// The compiled artefact of its bundle.
    pub fn to_compiled(&self) -> Vec<u8> {
        self.bundle.to_compiled()
    }

    /// The bundle it is part of.
    pub fn bundle(&self) -> &Bundle {
        &self.bundle
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.entry().name
    }

    /// Its roots and texts.
    pub fn entry(&self) -> &PolicyEntry {
        &self.bundle.program().policies[self.index]
    }

    /// Its place in the bundle.
    pub fn index(&self) -> usize {
        self.index
    }

    /// Facts of which nothing is told yet.
    pub fn facts(&self) -> FactsBuilder<'_> {
        FactsBuilder { bundle: &self.bundle, facts: self.bundle.facts() }
    }

    /// Facts from JSON text.
    ///
    /// # Errors
    /// All that is wrong with them: which fact, what was expected, what was found.
    pub fn facts_from_json(&self, text: &str) -> Result<Facts, crate::facts::FactsErrors> {
        crate::facts::json::read_case(self.bundle.graph(), self.bundle.names(), text)
    }

    /// The decision on one case, with all reasons. Never fails: trouble is in the decision.
    pub fn decide(&self, facts: &Facts, on: Date) -> Decision {
        self.decide_with(facts, on, &Options { reasons: Reasons::All, ..Options::default() })
    }

    /// The decision on one case, holding what is asked for.
    pub fn decide_with(&self, facts: &Facts, on: Date, options: &Options) -> Decision {
        let evaluation = Evaluation::new(self.bundle.engine(), facts, on, options.attested);
        decide::decide(self.entry(), &evaluation, options)
    }
}

/// Facts being told one by one; wherever facts are needed, this will do.
#[derive(Clone, Debug)]
pub struct FactsBuilder<'a> {
    bundle: &'a Bundle,
    facts: Facts,
}

impl FactsBuilder<'_> {
    /// Tells a fact's value: `true`, `12`, `"12.50"`, `"1946-03-01"`, a [`Date`], records of a list. Texts are read by the fact's
    /// type; there are no binary floats.
    ///
    /// # Errors
    /// If there is no such fact, or the value is none of its type.
    pub fn set(mut self, name: &str, answer: impl Into<Answer>) -> Result<Self, FactsError> {
        self.facts = self.facts.set(self.bundle.graph(), name, answer)?;
        Ok(self)
    }

    /// States that no value of a fact will ever come.
    ///
    /// # Errors
    /// If there is no such fact.
    pub fn close(mut self, name: &str) -> Result<Self, FactsError> {
        self.facts = self.facts.close(self.bundle.graph(), name)?;
        Ok(self)
    }

    /// States that nothing that is missing will ever come.
    pub fn complete(mut self) -> Self {
        self.facts = self.facts.complete();
        self
    }

    /// The facts by themselves.
    pub fn finish(self) -> Facts {
        self.facts
    }
}

impl Deref for FactsBuilder<'_> {
    type Target = Facts;
    fn deref(&self) -> &Facts {
        &self.facts
    }
}
