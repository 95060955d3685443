//! Where in the text the tables and exceptions of a graph stand. Not part of a program: diagnostics and coverage need it.

use super::NodeId;
use crate::op::Hit;
use crate::source::Span;

/// A table, or a value with exceptions, and where it is written. One that stands for several members' lists or law's dates
/// has several places with the same span. One that constants decide has none.
#[derive(Clone, Debug)]
pub struct TablePlace {
    /// Its node.
    pub node: NodeId,
    /// Where it stands.
    pub span: Span,
    /// How rows make the value; absent for exceptions.
    pub hit: Option<Hit>,
    /// Whether gaps are no error.
    pub need_not_cover: bool,
    /// Headings and their nodes.
    pub headings: Vec<(Span, NodeId)>,
    /// Its rows or exceptions, as written.
    pub rows: Vec<RowPlace>,
}

/// A row of a table, or an exception.
#[derive(Clone, Copy, Debug)]
pub struct RowPlace {
    /// Where it stands.
    pub span: Span,
    /// When it matches or applies; absent if it never does.
    pub condition: Option<NodeId>,
    /// Its value; absent if nothing is left of it.
    pub value: Option<NodeId>,
}

#[cfg(feature = "compile")]
impl TablePlace {
    /// Follows the nodes to their new numbers; none if the table is gone.
    pub(super) fn renumbered(mut self, moved: &[Option<NodeId>]) -> Option<TablePlace> {
        let follow = |n: NodeId| moved.get(n.0 as usize).copied().flatten();
        self.node = follow(self.node)?;
        self.headings = self.headings.into_iter().filter_map(|(s, n)| Some((s, follow(n)?))).collect();
        for row in &mut self.rows {
            row.condition = row.condition.and_then(follow);
            row.value = row.value.and_then(follow);
        }
        Some(self)
    }
}
