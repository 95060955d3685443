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
        if a == b || self.encloses(b, a) {
            Some(a)
        } else {
            self.encloses(a, b).then_some(b)
        }
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

    fn nodes_mut(&mut self) -> Vec<&mut NodeId> {
        match self {
            Fold::Count => Vec::new(),
            Fold::Sum(v) | Fold::Satisfies(_, v) => vec![v],
            Fold::Largest(v, other) | Fold::Smallest(v, other) => std::iter::once(v).chain(other).collect(),
            Fold::DaysCovered { from, to, within_from, within_to } => vec![from, to, within_from, within_to],
        }
    }
}

impl NodeKind {
    /// The places of the nodes it uses, in the order of [`NodeKind::operands`].
    pub(crate) fn operands_mut(&mut self) -> Vec<&mut NodeId> {
        fn pairs(pairs: &mut [(NodeId, NodeId)]) -> impl Iterator<Item = &mut NodeId> {
            pairs.iter_mut().flat_map(|(c, v)| [c, v])
        }
        match self {
            NodeKind::Const(_) | NodeKind::Fact(..) | NodeKind::Known(..) | NodeKind::DecisionDate => Vec::new(),
            NodeKind::Op(_, args) | NodeKind::Group(_, args) => args.iter_mut().collect(),
            NodeKind::Not(a) => vec![a],
            NodeKind::If(c, a, b) => vec![c, a, b],
            NodeKind::OnDay(day, entries) => std::iter::once(day).chain(entries.iter_mut().map(|(_, n)| n)).collect(),
            NodeKind::Exceptions { base, cases, .. } => std::iter::once(base).chain(pairs(cases)).collect(),
            NodeKind::Table { rows, .. } => pairs(rows).collect(),
            NodeKind::Fold { filter, fold, .. } => filter.iter_mut().chain(fold.nodes_mut()).collect(),
        }
    }
}

impl Clause {
    /// The places of its nodes, parts first.
    fn nodes_mut<'a>(&'a mut self, all: &mut Vec<&'a mut NodeId>) {
        for part in &mut self.parts {
            part.nodes_mut(all);
        }
        all.push(&mut self.node);
    }

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

    /// The places of all nodes it refers to.
    pub(crate) fn nodes_mut(&mut self) -> Vec<&mut NodeId> {
        let mut all = Vec::new();
        if let Some(applies) = &mut self.applies {
            applies.nodes_mut(&mut all);
        }
        for rule in &mut self.rules {
            all.extend(rule.in_force.as_mut());
            for clause in rule.applies.iter_mut().chain([&mut rule.condition]).chain(&mut rule.unless) {
                clause.nodes_mut(&mut all);
            }
            all.push(&mut rule.trigger);
            all.extend(rule.message.iter_mut().flat_map(|m| m.values_mut()));
        }
        all.extend(self.awards.iter_mut().chain(&mut self.reports).map(|o| &mut o.node));
        all.extend(self.promises.iter_mut().map(|p| &mut p.node));
        all.extend(self.defines.iter_mut().map(|d| &mut d.node));
        all
    }
}
