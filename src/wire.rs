//! Plain data as bytes, and back: the form of compiled artefacts, and what hashes are taken of.
//!
//! Whole numbers take seven bits a byte, the lowest first, signed ones folded so that small ones stay short; texts and lists say
//! how long they are; a variant is its number. (It is the form of the crate postcard, which artefacts were first written with.)
//!
//! Reading never fails in between: a [`Reader`] that has met an error gives zeros and empty lists from then on and says so in
//! the end. That keeps the code of every type to its fields, which counts where a page has to load it.

use std::sync::Arc;

/// What can be written.
pub(crate) trait Put {
    /// Appends its bytes.
    fn put(&self, out: &mut Vec<u8>);
}

/// What can be read.
pub(crate) trait Take {
    /// The next one; something small after an error.
    fn take(from: &mut Reader) -> Self;
}

/// Bytes that are being read.
pub(crate) struct Reader<'a> {
    /// Nothing after an error.
    rest: &'a [u8],
    failed: bool,
}

/// Reads one thing that is all there is; absent if the bytes are not that.
pub(crate) fn read<T: Take>(bytes: &[u8]) -> Option<T> {
    let mut from = Reader { rest: bytes, failed: false };
    let read = T::take(&mut from);
    (!from.failed && from.rest.is_empty()).then_some(read)
}

impl<'a> Reader<'a> {
    /// From here on nothing is read any more.
    pub(crate) fn fail(&mut self) {
        self.rest = &[];
        self.failed = true;
    }

    fn byte(&mut self) -> u8 {
        let Some((byte, rest)) = self.rest.split_first() else {
            self.fail();
            return 0;
        };
        self.rest = rest;
        *byte
    }

    /// A whole number of so many bits.
    #[inline(never)]
    fn number(&mut self, bits: u32) -> u128 {
        let mut number = 0;
        for shift in (0..bits).step_by(7) {
            let byte = self.byte();
            let part = u128::from(byte & 0x7f);
            if bits - shift < 7 && part >> (bits - shift) != 0 {
                break;
            }
            number |= part << shift;
            if byte < 0x80 {
                return number;
            }
        }
        self.fail();
        0
    }

    fn folded(&mut self, bits: u32) -> i128 {
        let number = self.number(bits);
        (number >> 1) as i128 ^ -((number & 1) as i128)
    }

    /// The number of a variant, none of which has a number past 127.
    pub(crate) fn variant(&mut self) -> u8 {
        u8::try_from(self.number(32)).unwrap_or(u8::MAX)
    }

    /// How many follow. Each takes a byte at least, so that no more can be told than there is.
    fn length(&mut self) -> usize {
        let length = self.number(64);
        if length > self.rest.len() as u128 {
            self.fail();
            return 0;
        }
        length as usize
    }

    fn text(&mut self) -> &'a str {
        let length = self.length();
        let (text, rest) = self.rest.split_at(length);
        self.rest = rest;
        std::str::from_utf8(text).unwrap_or_else(|_| {
            self.fail();
            ""
        })
    }
}

#[inline(never)]
fn put_number(mut number: u128, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

macro_rules! whole {
    ($($type:ty),*) => { $(
        impl Put for $type {
            fn put(&self, out: &mut Vec<u8>) {
                put_number(*self as u128, out);
            }
        }
        impl Take for $type {
            fn take(from: &mut Reader) -> Self {
                from.number(<$type>::BITS) as $type
            }
        }
    )* };
}

macro_rules! signed {
    ($($type:ty),*) => { $(
        impl Put for $type {
            fn put(&self, out: &mut Vec<u8>) {
                let number = i128::from(*self);
                put_number((number << 1 ^ number >> 127) as u128, out);
            }
        }
        impl Take for $type {
            fn take(from: &mut Reader) -> Self {
                from.folded(<$type>::BITS) as $type
            }
        }
    )* };
}

whole!(u32, usize);
signed!(i32, i64, i128);

impl Put for u8 {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(*self);
    }
}

impl Take for u8 {
    fn take(from: &mut Reader) -> Self {
        from.byte()
    }
}

impl Put for bool {
    fn put(&self, out: &mut Vec<u8>) {
        out.push((*self).into());
    }
}

impl Take for bool {
    fn take(from: &mut Reader) -> Self {
        match from.byte() {
            0 => false,
            1 => true,
            _ => {
                from.fail();
                false
            }
        }
    }
}

impl Put for [u8; 32] {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self);
    }
}

impl Take for [u8; 32] {
    fn take(from: &mut Reader) -> Self {
        std::array::from_fn(|_| from.byte())
    }
}

impl Put for str {
    fn put(&self, out: &mut Vec<u8>) {
        self.len().put(out);
        out.extend_from_slice(self.as_bytes());
    }
}

macro_rules! texts {
    ($($type:ty),*) => { $(
        impl Put for $type {
            fn put(&self, out: &mut Vec<u8>) {
                str::put(self, out);
            }
        }
        impl Take for $type {
            fn take(from: &mut Reader) -> Self {
                from.text().into()
            }
        }
    )* };
}

texts!(Box<str>, Arc<str>);

impl<T: Put + ?Sized> Put for &T {
    fn put(&self, out: &mut Vec<u8>) {
        T::put(self, out);
    }
}

impl<T: Put> Put for Option<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.is_some().put(out);
        self.iter().for_each(|value| value.put(out));
    }
}

impl<T: Take> Take for Option<T> {
    fn take(from: &mut Reader) -> Self {
        if bool::take(from) { Some(T::take(from)) } else { None }
    }
}

impl<T: Put> Put for [T] {
    fn put(&self, out: &mut Vec<u8>) {
        self.len().put(out);
        self.iter().for_each(|value| value.put(out));
    }
}

impl<T: Put> Put for Vec<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self[..].put(out);
    }
}

impl<T: Take> Take for Vec<T> {
    fn take(from: &mut Reader) -> Self {
        let mut all = Vec::new();
        for _ in 0..from.length() {
            all.push(T::take(from));
            if from.failed {
                break;
            }
        }
        all
    }
}

impl<T: Put> Put for Box<[T]> {
    fn put(&self, out: &mut Vec<u8>) {
        self[..].put(out);
    }
}

impl<T: Take> Take for Box<[T]> {
    fn take(from: &mut Reader) -> Self {
        Vec::take(from).into_boxed_slice()
    }
}

macro_rules! tuples {
    ($(($($name:ident),*)),*) => { $(
        #[allow(non_snake_case)]
        impl<$($name: Put),*> Put for ($($name,)*) {
            fn put(&self, out: &mut Vec<u8>) {
                let ($($name,)*) = self;
                $($name.put(out);)*
            }
        }
    )* };
}

tuples!((A, B), (A, B, C), (A, B, C, D), (A, B, C, D, E), (A, B, C, D, E, F));

impl<A: Take, B: Take> Take for (A, B) {
    fn take(from: &mut Reader) -> Self {
        (A::take(from), B::take(from))
    }
}

/// How a type of fields is written: all of them in order, those after the semicolon aside, which are made anew. An enumeration's
/// variants are numbered from 0; the numbers are part of the format.
macro_rules! wire {
    (struct $name:ident $(<$value:ident>)? { $($field:ident),* $(; $($skipped:ident: $made:expr),*)? }) => {
        impl $(<$value: $crate::wire::Put>)? $crate::wire::Put for $name $(<$value>)? {
            fn put(&self, out: &mut Vec<u8>) {
                $(self.$field.put(out);)*
            }
        }
        impl $(<$value: $crate::wire::Take>)? $crate::wire::Take for $name $(<$value>)? {
            fn take(from: &mut $crate::wire::Reader) -> Self {
                $name { $($field: $crate::wire::Take::take(from),)* $($($skipped: $made,)*)? }
            }
        }
    };
    (number $($name:ident),*) => { $(
        impl $crate::wire::Put for $name {
            fn put(&self, out: &mut Vec<u8>) {
                self.0.put(out);
            }
        }
        impl $crate::wire::Take for $name {
            fn take(from: &mut $crate::wire::Reader) -> Self {
                $name($crate::wire::Take::take(from))
            }
        }
    )* };
    (enum $name:ident $(<$value:ident>)? { $(
        $number:literal $variant:ident $(($($item:ident),*))? $({ $($field:ident),* $(; $($skipped:ident),*)? })?
    ),* $(,)? }) => {
        impl $(<$value: $crate::wire::Put>)? $crate::wire::Put for $name $(<$value>)? {
            fn put(&self, out: &mut Vec<u8>) {
                match self {
                    $($name::$variant $(($($item),*))? $({ $($field,)* $($($skipped: _,)*)? })? => {
                        out.push($number);
                        $($($item.put(out);)*)?
                        $($($field.put(out);)*)?
                    })*
                }
            }
        }
        impl $(<$value: $crate::wire::Take>)? $crate::wire::Take for $name $(<$value>)? {
            fn take(from: &mut $crate::wire::Reader) -> Self {
                match from.variant() {
                    $($number => {
                        $($(let $item = $crate::wire::Take::take(from);)*)?
                        $($(let $field = $crate::wire::Take::take(from);)*)?
                        $name::$variant $(($($item),*))? $({ $($field,)* $($($skipped: Default::default(),)*)? })?
                    })*
                    _ => {
                        // The first variant, of which nothing is read.
                        from.fail();
                        Self::take(from)
                    }
                }
            }
        }
    };
}
pub(crate) use wire;

#[cfg(test)]
mod tests {
    use super::{Put, Take, read};
    use std::fmt::Debug;

    fn agree<T: Put + Take + PartialEq + Debug>(value: T, bytes: &[u8]) {
        let mut out = Vec::new();
        value.put(&mut out);
        assert_eq!(out, bytes, "{value:?}");
        assert_eq!(read::<T>(bytes), Some(value));
    }

    #[test]
    fn the_form_stays() {
        agree(127u32, &[0x7f]);
        agree(128u32, &[0x80, 0x01]);
        agree(u32::MAX, &[0xff, 0xff, 0xff, 0xff, 0x0f]);
        agree(-1i32, &[1]);
        agree(i64::MIN, &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]);
        agree(i128::MAX, &[&[0xfe][..], &[0xff; 17], &[0x03]].concat());
        agree(Some(true), &[1, 1]);
        agree(vec![(1u8, Box::<str>::from("né"))], &[1, 1, 3, b'n', 0xc3, 0xa9]);
    }

    #[test]
    fn what_is_no_form_is_not_read() {
        assert_eq!(read::<u32>(&[0xff, 0xff, 0xff, 0xff, 0x1f]), None, "too large");
        assert_eq!(read::<u32>(&[0x80]), None, "cut");
        assert_eq!(read::<u32>(&[1, 1]), None, "more than it takes");
        assert_eq!(read::<bool>(&[2]), None);
        assert_eq!(read::<Box<str>>(&[1, 0xff]), None, "not UTF-8");
        assert_eq!(read::<Vec<u32>>(&[0xff, 0xff, 0xff, 0xff, 0x0f, 1]), None, "longer than the bytes");
    }
}
