//! Functions that only a window gives a meaning (Databricks documentation, "Window functions").

use super::model::Param::*;
use super::model::{Function, Kind, Ret, f};

/// The offset of `lag` and `lead` is an INT as it is written. `first_value` and `last_value` are aggregates that also take a window.
pub(super) const FUNCTIONS: &[Function] = &[
    f("counter_diff", &[Num, Any], Ret::Unknown).opt(1).kind(Kind::Ranking).nullable(),
    f("cume_dist", &[], Ret::Double).kind(Kind::Ranking).never_null(),
    f("dense_rank", &[], Ret::Int).kind(Kind::Ranking).never_null(),
    f("lag", &[Any, Any, As(0)], Ret::Arg(0)).opt(2).kind(Kind::Ranking).nullable(),
    f("lead", &[Any, Any, As(0)], Ret::Arg(0)).opt(2).kind(Kind::Ranking).nullable(),
    f("nth_value", &[Any, Int], Ret::Arg(0)).kind(Kind::Ranking).nullable(),
    f("ntile", &[Index], Ret::Int).opt(1).kind(Kind::Ranking).never_null(),
    f("percent_rank", &[], Ret::Double).kind(Kind::Ranking).never_null(),
    f("rank", &[], Ret::Int).kind(Kind::Ranking).never_null(),
    f("row_number", &[], Ret::Int).kind(Kind::Ranking).never_null(),
];
