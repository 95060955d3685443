//! Tables by key, in the order in which entries came: nothing ever depends on hashing.
//!
//! What finds a place is the same code for all keys; a table of another type costs little more than its comparison. The standard
//! library's tables cost ten times that, which counts where a page has to load it.

use std::borrow::Borrow;
use std::hash::{Hash, Hasher};

/// Values by key. Entries stay.
#[derive(Clone, Debug)]
pub(crate) struct Table<K, V> {
    places: Places,
    entries: Vec<(K, V)>,
}

/// Keys that have been seen.
#[derive(Clone, Debug)]
pub(crate) struct Seen<K>(Table<K, ()>);

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Table { places: Places { slots: Vec::new(), hashes: Vec::new() }, entries: Vec::new() }
    }
}

impl<K: Hash + Eq, V> Table<K, V> {
    pub(crate) fn new() -> Self {
        Table::default()
    }

    fn place<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Result<usize, u32>
    where
        K: Borrow<Q>,
    {
        let hash = hash(key);
        self.places.find(hash, &mut |at| self.entries.get(at).is_some_and(|(own, _)| own.borrow() == key)).ok_or(hash)
    }

    pub(crate) fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.place(key).ok().and_then(|at| self.entries.get(at)).map(|(_, value)| value)
    }

    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.place(key).ok().and_then(|at| self.entries.get_mut(at)).map(|(_, value)| value)
    }

    pub(crate) fn contains_key<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.place(key).is_ok()
    }

    /// The value of a key, which is made if it is not there.
    pub(crate) fn or_insert_with(&mut self, key: K, make: impl FnOnce() -> V) -> &mut V {
        let at = self.place(&key).unwrap_or_else(|hash| {
            let at = self.places.add(hash);
            self.entries.push((key, make()));
            at
        });
        &mut self.entries[at].1
    }

    /// Puts a value in; the one that was there before.
    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<V> {
        let mut new = Some(value);
        let place = self.or_insert_with(key, || new.take().expect("made once"));
        new.map(|value| std::mem::replace(place, value))
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &K> {
        self.entries.iter().map(|(key, _)| key)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.entries.iter().map(|(key, value)| (key, value))
    }

    /// All entries.
    pub(crate) fn into_entries(self) -> Vec<(K, V)> {
        self.entries
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }
}

impl<K: Hash + Eq> Seen<K> {
    pub(crate) fn new() -> Self {
        Seen(Table::new())
    }

    /// Adds a key; whether it is new.
    pub(crate) fn insert(&mut self, key: K) -> bool {
        self.0.insert(key, ()).is_none()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &K> {
        self.0.keys()
    }

    pub(crate) fn contains<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.0.contains_key(key)
    }
}

impl<K: Hash + Eq> FromIterator<K> for Seen<K> {
    fn from_iter<I: IntoIterator<Item = K>>(keys: I) -> Self {
        Seen(keys.into_iter().map(|key| (key, ())).collect())
    }
}

impl<K: Hash + Eq, V> FromIterator<(K, V)> for Table<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut table = Table::new();
        entries.into_iter().for_each(|(key, value)| {
            table.insert(key, value);
        });
        table
    }
}

/// Where the entries of a hash stand.
#[derive(Clone, Debug)]
struct Places {
    /// Entries' places plus one, or 0: each at its hash or behind it. A power of two of them, a quarter of them free.
    slots: Vec<u32>,
    hashes: Vec<u32>,
}

impl Places {
    #[inline(never)]
    fn find(&self, hash: u32, is_it: &mut dyn FnMut(usize) -> bool) -> Option<usize> {
        let last = self.slots.len().checked_sub(1)?;
        let mut slot = hash as usize & last;
        loop {
            let at = (*self.slots.get(slot)? as usize).checked_sub(1)?;
            if self.hashes.get(at) == Some(&hash) && is_it(at) {
                return Some(at);
            }
            slot = (slot + 1) & last;
        }
    }

    /// The place of a new entry.
    #[inline(never)]
    fn add(&mut self, hash: u32) -> usize {
        self.hashes.push(hash);
        if self.hashes.len() * 4 > self.slots.len() * 3 {
            self.slots = vec![0; (self.slots.len() * 2).max(8)];
            (0..self.hashes.len()).for_each(|at| self.settle(at));
        } else {
            self.settle(self.hashes.len() - 1);
        }
        self.hashes.len() - 1
    }

    fn settle(&mut self, at: usize) {
        let last = self.slots.len() - 1;
        let mut slot = self.hashes[at] as usize & last;
        while self.slots[slot] != 0 {
            slot = (slot + 1) & last;
        }
        self.slots[slot] = at as u32 + 1;
    }
}

fn hash<Q: Hash + ?Sized>(key: &Q) -> u32 {
    let mut state = State(0);
    key.hash(&mut state);
    (state.0 ^ state.0 >> 32) as u32
}

/// Words folded together by multiplication.
struct State(u64);

impl Hasher for State {
    #[inline(never)]
    fn write(&mut self, bytes: &[u8]) {
        for piece in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..piece.len()].copy_from_slice(piece);
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    #[inline(never)]
    fn write_u64(&mut self, word: u64) {
        let mixed = (self.0.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ mixed >> 29;
    }

    fn write_u8(&mut self, number: u8) {
        self.write_u64(number.into());
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(number.into());
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::{Seen, Table};

    #[test]
    fn entries_are_found_and_keep_their_order() {
        let mut table: Table<String, usize> = Table::new();
        assert_eq!(table.get("0"), None);
        for n in 0..10_000 {
            assert_eq!(table.insert(n.to_string(), n), None);
        }
        assert_eq!(table.insert("77".to_owned(), 1), Some(77));
        *table.or_insert_with("78".to_owned(), || 0) += 1;
        assert_eq!((table.get("77"), table.get("78"), table.get("x")), (Some(&1), Some(&79), None));
        assert!((79..10_000).all(|n| table.get(&n.to_string()) == Some(&n)));
        assert_eq!(table.len(), 10_000);
        assert!(table.keys().enumerate().all(|(n, key)| *key == n.to_string()));
    }

    #[test]
    fn what_was_seen_is_not_new() {
        let mut seen = Seen::new();
        assert!((0..1000u32).all(|n| seen.insert((n, -i128::from(n)))));
        assert!((0..1000u32).all(|n| !seen.insert((n, -i128::from(n)))));
    }
}
