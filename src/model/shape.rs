//! The vocabulary in which the shape of model files is written down: which fields there are, and what a value may be.
//!
//! One description serves the reader ([`walk`](super::walk)), the JSON Schema ([`schema`](super::schema)), the laying of files over
//! each other ([`merge`](super::merge)) and the reference in the documentation. The tables are in [`file`](super::file),
//! [`laws`](super::laws) and [`params`](super::params). Left out: what refers to what, which is `check`'s.

/// What a value may be.
pub enum Shape {
    /// An object with these fields.
    Record(&'static [Field]),
    /// An object whose field `kind` says which other fields it has.
    Kinds(&'static [Kind]),
    /// An object with exactly one field, which says what the value is; or a bare value.
    Choice(&'static Choice),
    /// An object whose names the writer chooses.
    Table { of: &'static Shape, least: usize, noun: &'static str },
    /// A list.
    List { of: &'static Shape, least: usize, most: usize },
    /// A length of time, such as "30 s"; `forever`: also that word.
    Span { forever: bool },
    /// Events per time, such as "20/d".
    Rate,
    /// A size, such as "1300 B", at least `least` bytes.
    Bytes { least: u64 },
    /// Bytes per time, such as "250 kB/s", at least 1 B/s.
    ByteRate,
    /// A number in [0, 1], or a percentage.
    Probability,
    /// A number: zero or more, or more than zero.
    Number { above_zero: bool },
    /// A whole number in these bounds, both included.
    Whole { least: u64, most: u64 },
    /// One of these words.
    Word(&'static [Word]),
    /// One of these words, or something else.
    WordOr(&'static [Word], &'static Shape),
    /// Null, which then means "none" and takes nothing away, or something else.
    OrNull(&'static Shape),
    /// The name of something of the model.
    Name(&'static str),
    /// The name of something of the model, or something else.
    NameOr(&'static str, &'static Shape),
    /// True or false.
    Flag,
    /// Any text.
    Text,
    /// The axes and their values.
    Axes,
    /// Not looked into, because nothing acts on it yet.
    Any,
}

/// A word that may be written, and what it means.
pub struct Word {
    pub word: &'static str,
    pub says: &'static str,
}

/// A field of an object.
#[derive(Clone, Copy)]
pub struct Field {
    pub name: &'static str,
    pub shape: &'static Shape,
    pub need: Need,
    pub says: &'static str,
}

/// Whether a field must be there, and who acts on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// It must be written, here or in what the file extends.
    Required,
    /// It may be left out.
    Optional,
    /// It stands in the built-in defaults, and something acts on it in every model.
    Filled,
    /// It stands in the built-in defaults, and acts where a model refers to it with `{"param": ...}`.
    Library,
    /// It stands in the built-in defaults, and nothing acts on it yet: a model may not write it.
    NotBuilt,
}

/// One of the kinds of object that the field `kind` tells apart.
pub struct Kind {
    pub name: &'static str,
    pub says: &'static str,
    pub fields: &'static [Field],
}

/// A value said by the only field of an object.
pub struct Choice {
    /// With its article, for messages: "a law".
    pub noun: &'static str,
    /// What may stand without an object around it.
    pub bare: Option<&'static Shape>,
    /// The names that the only field may have.
    pub variants: &'static [Field],
}

/// The longest time a model may write, but for "forever": sums of a few of them stay below the end of simulated time.
pub const LONGEST_DAYS: u64 = 36_500;

// Fields and shapes that borrow are built by macros, not functions: what a table borrows lives as long as the table only where it
// stands in an expression that builds a value, not in one that calls.

/// A field that must be written.
macro_rules! must {
    ($name:expr, $shape:expr, $says:expr $(,)?) => {
        $crate::model::shape::Field { name: $name, shape: $shape, need: $crate::model::shape::Need::Required, says: $says }
    };
}
/// A field that may be left out.
macro_rules! may {
    ($name:expr, $shape:expr, $says:expr $(,)?) => {
        $crate::model::shape::Field { name: $name, shape: $shape, need: $crate::model::shape::Need::Optional, says: $says }
    };
}
/// A parameter with a built-in value that acts in every model.
macro_rules! filled {
    ($name:expr, $shape:expr, $says:expr $(,)?) => {
        $crate::model::shape::Field { name: $name, shape: $shape, need: $crate::model::shape::Need::Filled, says: $says }
    };
}
/// A parameter with a built-in value that acts where it is referred to.
macro_rules! library {
    ($name:expr, $shape:expr, $says:expr $(,)?) => {
        $crate::model::shape::Field { name: $name, shape: $shape, need: $crate::model::shape::Need::Library, says: $says }
    };
}
macro_rules! record {
    ($inner:expr $(,)?) => {
        $crate::model::shape::Shape::Record { 0: $inner }
    };
}
macro_rules! kinds {
    ($inner:expr $(,)?) => {
        $crate::model::shape::Shape::Kinds { 0: $inner }
    };
}
macro_rules! choice {
    ($inner:expr $(,)?) => {
        $crate::model::shape::Shape::Choice { 0: $inner }
    };
}
macro_rules! word {
    ($inner:expr $(,)?) => {
        $crate::model::shape::Shape::Word { 0: $inner }
    };
}
macro_rules! or_null {
    ($inner:expr $(,)?) => {
        $crate::model::shape::Shape::OrNull { 0: $inner }
    };
}
macro_rules! word_or {
    ($words:expr, $inner:expr $(,)?) => {
        $crate::model::shape::Shape::WordOr { 0: $words, 1: $inner }
    };
}
macro_rules! name_or {
    ($noun:expr, $inner:expr $(,)?) => {
        $crate::model::shape::Shape::NameOr { 0: $noun, 1: $inner }
    };
}
pub(super) use {choice, filled, kinds, library, may, must, name_or, or_null, record, word, word_or};

/// A parameter that nothing acts on yet.
pub const fn not_built(name: &'static str, says: &'static str) -> Field {
    Field { name, shape: &Shape::Any, need: Need::NotBuilt, says }
}

impl Shape {
    /// The field of that name, where the shape is an object with fixed fields. For kinds, the first kind that has it.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        let of = |fields: &'static [Field]| fields.iter().find(|f| f.name == name);
        match self {
            Shape::Record(fields) => of(fields),
            Shape::Kinds(kinds) => kinds.iter().find_map(|k| of(k.fields)),
            Shape::Choice(choice) => of(choice.variants),
            Shape::WordOr(_, inner) | Shape::NameOr(_, inner) | Shape::OrNull(inner) => inner.field(name),
            _ => None,
        }
    }

    /// The shape of the member called `name`, where it is known.
    pub fn member(&self, name: &str) -> Option<&'static Shape> {
        match self {
            Shape::Table { of, .. } => Some(of),
            Shape::WordOr(_, inner) | Shape::NameOr(_, inner) | Shape::OrNull(inner) => inner.member(name),
            _ => self.field(name).map(|f| f.shape),
        }
    }

    /// The choice, if this is one, perhaps among words.
    pub fn choice(&self) -> Option<&'static Choice> {
        match self {
            Shape::Choice(choice) => Some(choice),
            Shape::WordOr(_, inner) | Shape::NameOr(_, inner) | Shape::OrNull(inner) => inner.choice(),
            _ => None,
        }
    }
}
