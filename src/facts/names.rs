//! Facts found by name, as quickly as data come in.

use crate::graph::{FactId, Graph};
use crate::value::EntityId;

/// The names of a graph's facts, for the case and for each entity; made once for a graph.
#[derive(Clone, Debug)]
pub struct Names {
    /// The case first, then the entities.
    owners: Box<[Owner]>,
}

/// One owner's facts.
#[derive(Clone, Debug)]
struct Owner {
    /// By place.
    facts: Box<[FactId]>,
    /// Open addressing, a quarter full at most.
    slots: Box<[Option<(Key, FactId)>]>,
}

/// A name's length and its first and last bytes: all of it, up to 16 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Key {
    first: u64,
    last: u64,
    length: u32,
}

impl Names {
    /// The names of a graph's facts.
    pub fn new(graph: &Graph) -> Names {
        let mut by_owner: Vec<Vec<FactId>> = vec![Vec::new(); graph.entities.len() + 1];
        for (index, fact) in graph.facts.iter().enumerate() {
            if let Some(facts) = by_owner.get_mut(fact.owner.map_or(0, |e| e.0 as usize + 1)) {
                facts.push(FactId(index as u32));
            }
        }
        Names { owners: by_owner.into_iter().map(|facts| Owner::new(graph, facts)).collect() }
    }

    /// The fact of the case, or of an entity, that has a name.
    #[inline]
    pub fn find(&self, graph: &Graph, owner: Option<EntityId>, name: &str) -> Option<FactId> {
        let owner = self.owner(owner)?;
        let key = Key::of(name.as_bytes());
        let mask = owner.slots.len() - 1;
        let mut at = key.hash() & mask;
        while let Some((found, fact)) = owner.slots[at] {
            if found == key && (key.is_whole() || *graph.fact(fact).name == *name) {
                return Some(fact);
            }
            at = (at + 1) & mask;
        }
        None
    }

    /// The facts of the case, or of an entity, by place.
    pub fn facts(&self, owner: Option<EntityId>) -> &[FactId] {
        self.owner(owner).map_or(&[], |o| &o.facts)
    }

    fn owner(&self, owner: Option<EntityId>) -> Option<&Owner> {
        self.owners.get(owner.map_or(0, |e| e.0 as usize + 1))
    }
}

impl Owner {
    fn new(graph: &Graph, mut facts: Vec<FactId>) -> Owner {
        facts.sort_by_key(|f| graph.fact(*f).place);
        let mut slots = vec![None; (facts.len() * 4).next_power_of_two().max(8)];
        let mask = slots.len() - 1;
        for fact in &facts {
            let key = Key::of(graph.fact(*fact).name.as_bytes());
            let mut at = key.hash() & mask;
            while slots[at].is_some() {
                at = (at + 1) & mask;
            }
            slots[at] = Some((key, *fact));
        }
        Owner { facts: facts.into(), slots: slots.into() }
    }
}

impl Key {
    #[inline]
    fn of(name: &[u8]) -> Key {
        let (first, last) = match (name.first_chunk::<8>(), name.last_chunk::<8>()) {
            (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
            _ => match (name.first_chunk::<4>(), name.last_chunk::<4>()) {
                (Some(first), Some(last)) => (u32::from_le_bytes(*first).into(), u32::from_le_bytes(*last).into()),
                _ => (name.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)), 0),
            },
        };
        Key { first, last, length: name.len() as u32 }
    }

    /// Whether the key holds the whole name.
    #[inline]
    fn is_whole(self) -> bool {
        self.length <= 16
    }

    /// A hash by multiplication; names are the policy's, so nobody gains by collisions.
    #[inline]
    fn hash(self) -> usize {
        let mixed =
            (self.first ^ self.last.rotate_left(23) ^ u64::from(self.length)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed >> 32) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::testing::{fact, graph_of};
    use crate::value::{Kind, Type};

    #[test]
    fn every_name_is_found_and_no_other() {
        let names: Vec<String> =
            (0..300).map(|i| format!("{}{i}", ["", "a", "收入", "a_long_name_of_something_"][i % 4])).collect();
        let ty = Type::new(Kind::Truth, 0);
        let graph = graph_of(names.iter().map(|n| fact(n, ty)).collect());
        let index = Names::new(&graph);
        for (place, name) in names.iter().enumerate() {
            assert_eq!(index.find(&graph, None, name), Some(FactId(place as u32)), "{name}");
            assert_eq!(index.find(&graph, None, &format!("{name}x")), None);
        }
        assert_eq!(index.find(&graph, Some(EntityId(0)), "a1"), None);
    }
}
