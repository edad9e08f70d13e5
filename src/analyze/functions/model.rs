//! What a function is.

use crate::analyze::bound::Expr;
use crate::syntax::DataType;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Scalar,
    /// Supplied by the session, not computed.
    Session,
    /// Also usable with `OVER`.
    Aggregate,
    /// Only with `OVER`.
    Ranking,
    /// Makes rows.
    Generator,
}

/// When is the result nullable?
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Nulls {
    /// When an argument is.
    Strict,
    Never,
    Always,
}

/// The types that follow from the other arguments' types.
pub(crate) type LambdaTypes = fn(&[Option<DataType>]) -> Vec<Option<DataType>>;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Param {
    Any,
    Bool,
    Int,
    Long,
    Double,
    Str,
    Bin,
    Date,
    Ts,
    Time,
    Variant,
    /// A GEOMETRY or GEOGRAPHY; some functions take its text or binary form.
    Geo,
    /// A cell of the H3 grid: a BIGINT or its hexadecimal text.
    Cell,
    /// A number; a string becomes DOUBLE.
    Num,
    /// An integer; anything else that can be becomes BIGINT.
    Integral,
    /// A number or an interval.
    Measure,
    /// A number, a time or an interval.
    Amount,
    /// Days to move a date by: an INT or a narrower integer; a string becomes INT. Nothing is narrowed here.
    Days,
    /// A place in an array: an INT or a narrower integer, and nothing else.
    Index,
    /// A string or binary; other simple types become STRING.
    StrOrBin,
    /// A date or timestamp; a string becomes TIMESTAMP.
    DateTime,
    /// A date or timestamp, or a string that a pattern describes.
    TimeOrText,
    /// As `TimeOrText`; other simple types become STRING first, as `20240131` for the pattern `yyyyMMdd` does.
    TimeAsText,
    /// As `TimeAsText`; a number is seconds since 1970, as CAST takes it.
    TimeOrNumber,
    /// Cast to the least common type of all `Common` arguments.
    Common,
    /// A struct, an array, a map or a VARIANT.
    Nested,
    /// A struct.
    Row,
    Array,
    Map,
    ArrayOrMap,
    /// An array of the least common type of all `SameArray` arguments.
    SameArray,
    /// The same, where a text gives way to no other element type.
    LikeArray,
    /// A map of the least common type of all `SameMap` arguments.
    SameMap,
    /// Of the least common type with the element type of the argument at that position (an array, cast too).
    Element(u8),
    /// Of the key type of the map at that position.
    Key(u8),
    /// Cast to the type of the argument at that position.
    As(u8),
    Lambda(LambdaTypes),
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Ret {
    Bool,
    SmallInt,
    Int,
    Long,
    Float,
    Double,
    Str,
    Bin,
    Date,
    Ts,
    TsNtz,
    Time,
    Variant,
    Geometry,
    Geography,
    Void,
    /// The type of the argument at that position, after its cast.
    Arg(u8),
    /// The element type of the array at that position.
    Element(u8),
    ArrayOf(&'static Ret),
    With(fn(&[Expr]) -> Option<DataType>),
    /// Depends on what is known only at run time.
    Unknown,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Signature {
    pub(crate) params: &'static [Param],
    /// How many of the last parameters may be left out.
    pub(crate) optional: usize,
    /// The last parameter repeats.
    pub(crate) variadic: bool,
    pub(crate) result: Ret,
}

impl Signature {
    pub(crate) fn accepts(&self, count: usize) -> bool {
        count >= self.params.len() - self.optional && (self.variadic || count <= self.params.len())
    }

    pub(crate) fn param(&self, index: usize) -> Param {
        let last = self.params.len().saturating_sub(1);
        self.params.get(index.min(last)).copied().unwrap_or(Param::Any)
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Function {
    pub(crate) name: &'static str,
    pub(crate) aliases: &'static [&'static str],
    pub(crate) kind: Kind,
    pub(crate) first: Signature,
    pub(crate) more: &'static [Signature],
    pub(crate) nulls: Nulls,
    pub(crate) deterministic: bool,
}

impl Function {
    pub(crate) fn signatures(&self) -> impl Iterator<Item = &Signature> {
        std::iter::once(&self.first).chain(self.more)
    }

    pub(super) const fn aka(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    /// The last `count` parameters may be left out.
    pub(super) const fn opt(mut self, count: usize) -> Self {
        self.first.optional = count;
        self
    }

    pub(super) const fn many(mut self) -> Self {
        self.first.variadic = true;
        self
    }

    pub(super) const fn or(mut self, more: &'static [Signature]) -> Self {
        self.more = more;
        self
    }

    pub(super) const fn kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    pub(super) const fn never_null(mut self) -> Self {
        self.nulls = Nulls::Never;
        self
    }

    pub(super) const fn nullable(mut self) -> Self {
        self.nulls = Nulls::Always;
        self
    }

    pub(super) const fn random(mut self) -> Self {
        self.deterministic = false;
        self
    }
}

pub(super) const fn f(name: &'static str, params: &'static [Param], result: Ret) -> Function {
    let first = s(params, result);
    Function { name, aliases: &[], kind: Kind::Scalar, first, more: &[], nulls: Nulls::Strict, deterministic: true }
}

pub(super) const fn agg(name: &'static str, params: &'static [Param], result: Ret) -> Function {
    f(name, params, result).kind(Kind::Aggregate).nullable()
}

pub(super) const fn many(params: &'static [Param], result: Ret) -> Signature {
    Signature { params, optional: 0, variadic: true, result }
}

pub(super) const fn s(params: &'static [Param], result: Ret) -> Signature {
    Signature { params, optional: 0, variadic: false, result }
}
