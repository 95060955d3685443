//! Which scope a node belongs to, and what a policy's entry refers to.

use super::{Clause, Fold, Graph, NodeId, NodeKind, PolicyEntry, ScopeId};

impl Graph {
    /// How many lists a scope stands within.
    pub fn depth(&self, scope: ScopeId) -> usize {
        self.around(scope).count() - 1
    }

    /// A scope and those around it, from the inside out. Parents stand before their children, so this ends.
    pub fn around(&self, scope: ScopeId) -> impl Iterator<Item = ScopeId> {
        let parent = |s: &ScopeId| (*s != ScopeId::CASE).then(|| self.scopes[s.0 as usize].parent);
        std::iter::successors(Some(scope), parent)
    }

    /// Whether `outer` is `inner` or around it.
    pub fn encloses(&self, outer: ScopeId, inner: ScopeId) -> bool {
        self.around(inner).any(|s| s == outer)
    }

    /// The innermost scope that a node of this kind depends on; none if its operands stand in scopes that are not within
    /// each other, or do not belong where they are used.
    pub(crate) fn scope_of(&self, kind: &NodeKind) -> Option<ScopeId> {
        let of = |n: NodeId| self.node(n).scope;
        match kind {
            NodeKind::Fact(_, scope) | NodeKind::Known(_, scope) => Some(*scope),
            NodeKind::Fold { scope, filter, fold } => {
                let (inside, outside) = fold.operands();
                let parent = self.scopes[scope.0 as usize].parent;
                let fits = filter.iter().chain(&inside).all(|n| self.encloses(of(*n), *scope))
                    && outside.iter().all(|n| self.encloses(of(*n), parent));
                fits.then_some(parent)
            }
            _ => kind.operands().into_iter().try_fold(ScopeId::CASE, |deepest, n| self.deeper(deepest, of(n))),
        }
    }

    /// The inner one of two scopes, if one stands within the other.
    pub(crate) fn deeper(&self, a: ScopeId, b: ScopeId) -> Option<ScopeId> {
        if a == b || self.encloses(b, a) { Some(a) } else { self.encloses(a, b).then_some(b) }
    }
}

impl Fold {
    /// The nodes it uses of each member, and those of the case around it.
    pub fn operands(&self) -> (Vec<NodeId>, Vec<NodeId>) {
        match *self {
            Fold::Count => (Vec::new(), Vec::new()),
            Fold::Sum(v) | Fold::Satisfies(_, v) => (vec![v], Vec::new()),
            Fold::Largest(v, other) | Fold::Smallest(v, other) => (vec![v], other.into_iter().collect()),
            Fold::DaysCovered { from, to, within_from, within_to } => (vec![from, to], vec![within_from, within_to]),
        }
    }
}

impl Clause {
    fn nodes(&self, all: &mut Vec<NodeId>) {
        for part in &self.parts {
            part.nodes(all);
        }
        all.push(self.node);
    }
}

impl PolicyEntry {
    /// The nodes that decide, in a fixed order: whom it concerns, the rules, awards, reports, promises.
    pub fn roots(&self) -> Vec<NodeId> {
        let outputs = self.awards.iter().chain(&self.reports).map(|o| o.node);
        let rules = self.rules.iter().map(|r| r.trigger);
        let promises = self.promises.iter().map(|p| p.node);
        self.applies.iter().map(|a| a.node).chain(rules).chain(outputs).chain(promises).collect()
    }

    /// All nodes it refers to: the roots, and what explanations need.
    pub fn nodes(&self) -> Vec<NodeId> {
        let mut all = Vec::new();
        for rule in &self.rules {
            all.extend(rule.in_force);
            for clause in rule.applies.iter().chain([&rule.condition]).chain(&rule.unless) {
                clause.nodes(&mut all);
            }
            all.extend(rule.message.iter().flat_map(|m| m.values().copied()));
        }
        if let Some(applies) = &self.applies {
            applies.nodes(&mut all);
        }
        all.extend(self.roots());
        all.extend(self.defines.iter().map(|d| d.node));
        all
    }
}
