//! JSON text from what the engine tells. `serde_json` writes to any stream, with errors of its own and numbers that this door
//! never has; what is downloaded before it runs need not carry them.

use serde::ser::{
    Error, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};
use std::fmt::{self, Display, Write};

/// Something as JSON text; nothing where it has none, such as a binary float.
pub(crate) fn text(value: &(impl Serialize + ?Sized)) -> Option<String> {
    let mut out = String::new();
    value.serialize(&mut Out(&mut out)).ok()?;
    Some(out)
}

struct Out<'o>(&'o mut String);

/// There is no JSON text of it.
#[derive(Debug)]
pub(crate) struct NoText;

impl Display for NoText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no JSON text")
    }
}

impl std::error::Error for NoText {}

impl Error for NoText {
    fn custom<T: Display>(_: T) -> Self {
        NoText
    }
}

type Done = Result<(), NoText>;

impl<'o> Out<'o> {
    fn word(&mut self, word: &str) -> Done {
        self.0.push_str(word);
        Ok(())
    }

    fn number(&mut self, number: fmt::Arguments<'_>) -> Done {
        self.0.write_fmt(number).map_err(|_| NoText)
    }

    fn open<'a>(&'a mut self, open: &str, close: &'static str) -> Result<Parts<'a, 'o>, NoText> {
        self.0.push_str(open);
        Ok(Parts { out: self, between: "", close })
    }

    fn open_variant<'a>(&'a mut self, name: &str, open: &str, close: &'static str) -> Result<Parts<'a, 'o>, NoText> {
        self.0.push('{');
        self.string(name);
        self.0.push(':');
        self.open(open, close)
    }

    fn string(&mut self, text: &str) {
        self.0.push('"');
        let mut start = 0;
        for (at, byte) in text.bytes().enumerate() {
            if byte >= b' ' && byte != b'"' && byte != b'\\' {
                continue;
            }
            self.0.push_str(&text[start..at]);
            start = at + 1;
            let short = match byte {
                b'"' | b'\\' => byte,
                b'\n' => b'n',
                b'\t' => b't',
                b'\r' => b'r',
                _ => {
                    self.0.push_str(if byte < 16 { "\\u000" } else { "\\u001" });
                    self.0.extend(char::from_digit((byte % 16).into(), 16));
                    continue;
                }
            };
            self.0.push('\\');
            self.0.push(short.into());
        }
        self.0.push_str(&text[start..]);
        self.0.push('"');
    }
}

/// An object or array that is being written.
struct Parts<'a, 'o> {
    out: &'a mut Out<'o>,
    /// What stands before the next part.
    between: &'static str,
    close: &'static str,
}

impl Parts<'_, '_> {
    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
        self.out.0.push_str(std::mem::replace(&mut self.between, ","));
        value.serialize(&mut *self.out)
    }

    fn member<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Done {
        self.out.0.push_str(std::mem::replace(&mut self.between, ","));
        self.out.string(name);
        self.out.0.push(':');
        value.serialize(&mut *self.out)
    }

    fn done(self) -> Done {
        self.out.word(self.close)
    }
}

impl<'a, 'o> Serializer for &'a mut Out<'o> {
    type Ok = ();
    type Error = NoText;
    type SerializeSeq = Parts<'a, 'o>;
    type SerializeTuple = Parts<'a, 'o>;
    type SerializeTupleStruct = Parts<'a, 'o>;
    type SerializeTupleVariant = Parts<'a, 'o>;
    type SerializeMap = Parts<'a, 'o>;
    type SerializeStruct = Parts<'a, 'o>;
    type SerializeStructVariant = Parts<'a, 'o>;

    fn serialize_bool(self, value: bool) -> Done {
        self.word(if value { "true" } else { "false" })
    }
    fn serialize_i8(self, value: i8) -> Done {
        self.number(format_args!("{value}"))
    }
    fn serialize_i16(self, value: i16) -> Done {
        self.number(format_args!("{value}"))
    }
    fn serialize_i32(self, value: i32) -> Done {
        self.number(format_args!("{value}"))
    }
    fn serialize_i64(self, value: i64) -> Done {
        self.number(format_args!("{value}"))
    }
    fn serialize_i128(self, value: i128) -> Done {
        self.number(format_args!("{value}"))
    }
    fn serialize_u8(self, value: u8) -> Done {
        self.number(format_args!("{value}"))
    }
    fn serialize_u16(self, value: u16) -> Done {
        self.number(format_args!("{value}"))
    }
    fn serialize_u32(self, value: u32) -> Done {
        self.number(format_args!("{value}"))
    }
    fn serialize_u64(self, value: u64) -> Done {
        self.number(format_args!("{value}"))
    }
    fn serialize_u128(self, value: u128) -> Done {
        self.number(format_args!("{value}"))
    }
    fn serialize_f32(self, _: f32) -> Done {
        Err(NoText)
    }
    fn serialize_f64(self, _: f64) -> Done {
        Err(NoText)
    }
    fn serialize_char(self, value: char) -> Done {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }
    fn serialize_str(self, value: &str) -> Done {
        self.string(value);
        Ok(())
    }
    fn serialize_bytes(self, value: &[u8]) -> Done {
        self.collect_seq(value)
    }
    fn serialize_none(self) -> Done {
        self.word("null")
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Done {
        value.serialize(self)
    }
    fn serialize_unit(self) -> Done {
        self.word("null")
    }
    fn serialize_unit_struct(self, _: &'static str) -> Done {
        self.word("null")
    }
    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Done {
        self.serialize_str(variant)
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Done {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Done {
        let mut parts = self.open("{", "}")?;
        parts.member(variant, value)?;
        parts.done()
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<Parts<'a, 'o>, NoText> {
        self.open("[", "]")
    }
    fn serialize_tuple(self, _: usize) -> Result<Parts<'a, 'o>, NoText> {
        self.open("[", "]")
    }
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Parts<'a, 'o>, NoText> {
        self.open("[", "]")
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Parts<'a, 'o>, NoText> {
        self.open_variant(variant, "[", "]}")
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Parts<'a, 'o>, NoText> {
        self.open("{", "}")
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Parts<'a, 'o>, NoText> {
        self.open("{", "}")
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Parts<'a, 'o>, NoText> {
        self.open_variant(variant, "{", "}}")
    }
    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Done {
        self.serialize_str(&value.to_string())
    }
}

impl SerializeMap for Parts<'_, '_> {
    type Ok = ();
    type Error = NoText;
    /// Names are texts; the few others that serde knows would not be JSON.
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Done {
        self.element(key)
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
        self.out.0.push(':');
        value.serialize(&mut *self.out)
    }
    fn end(self) -> Done {
        self.done()
    }
}

impl SerializeSeq for Parts<'_, '_> {
    type Ok = ();
    type Error = NoText;
    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
        self.element(value)
    }
    fn end(self) -> Done {
        self.done()
    }
}

impl SerializeTuple for Parts<'_, '_> {
    type Ok = ();
    type Error = NoText;
    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
        self.element(value)
    }
    fn end(self) -> Done {
        self.done()
    }
}

impl SerializeTupleStruct for Parts<'_, '_> {
    type Ok = ();
    type Error = NoText;
    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
        self.element(value)
    }
    fn end(self) -> Done {
        self.done()
    }
}

impl SerializeTupleVariant for Parts<'_, '_> {
    type Ok = ();
    type Error = NoText;
    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
        self.element(value)
    }
    fn end(self) -> Done {
        self.done()
    }
}

impl SerializeStruct for Parts<'_, '_> {
    type Ok = ();
    type Error = NoText;
    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Done {
        self.member(name, value)
    }
    fn end(self) -> Done {
        self.done()
    }
}

impl SerializeStructVariant for Parts<'_, '_> {
    type Ok = ();
    type Error = NoText;
    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Done {
        self.member(name, value)
    }
    fn end(self) -> Done {
        self.done()
    }
}
