//! Conditions, the session, and what fits no family.

use super::model::Param::*;
use super::model::{Function, Kind, Ret, f, s};
use super::rules;

pub(super) const FUNCTIONS: &[Function] = &[
    f("assert_true", &[Bool, Str], Ret::Void).opt(1).nullable(),
    f("coalesce", &[Common], Ret::Arg(0)).many().aka(&["nvl", "ifnull"]),
    f("collate", &[Str, Str], Ret::Str),
    f("collation", &[Str], Ret::Str),
    f("current_catalog", &[], Ret::Str).kind(Kind::Session).never_null(),
    f("current_metastore", &[], Ret::Str).kind(Kind::Session).never_null(),
    f("current_path", &[], Ret::Str).kind(Kind::Session).never_null(),
    f("current_recipient", &[Str], Ret::Str).kind(Kind::Session).nullable(),
    f("current_schema", &[], Ret::Str).kind(Kind::Session).aka(&["current_database"]).never_null(),
    f("current_user", &[], Ret::Str).kind(Kind::Session).aka(&["user"]).never_null(),
    f("current_version", &[], Ret::Unknown).kind(Kind::Session),
    f("equal_null", &[Common, Common], Ret::Bool).never_null(),
    f("input_file_block_length", &[], Ret::Long).kind(Kind::Session).never_null(),
    f("input_file_block_start", &[], Ret::Long).kind(Kind::Session).never_null(),
    f("input_file_name", &[], Ret::Str).kind(Kind::Session).never_null(),
    f("is_account_group_member", &[Str], Ret::Bool).kind(Kind::Session).never_null(),
    f("is_member", &[Str], Ret::Bool).kind(Kind::Session).never_null(),
    f("isnotnull", &[Any], Ret::Bool).never_null(),
    f("isnull", &[Any], Ret::Bool).never_null(),
    f("like", &[Str, Str, Str], Ret::Bool).opt(1),
    f("ilike", &[Str, Str, Str], Ret::Bool).opt(1),
    f("monotonically_increasing_id", &[], Ret::Long).never_null().random(),
    f("raise_error", &[Str, Any], Ret::Void).opt(1).nullable(),
    f("rlike", &[Str, Str], Ret::Bool).aka(&["regexp", "regexp_like"]),
    f("session_user", &[], Ret::Str).kind(Kind::Session).never_null(),
    f("spark_partition_id", &[], Ret::Int).never_null().random(),
    f("try_add", &[Measure, Measure], Ret::With(rules::try_add))
        .nullable()
        .or(&[s(&[DateTime, Any], Ret::With(rules::moved)), s(&[Any, DateTime], Ret::With(rules::moved))]),
    f("try_subtract", &[Measure, Measure], Ret::With(rules::try_add))
        .nullable()
        .or(&[s(&[DateTime, Any], Ret::With(rules::moved))]),
    f("try_multiply", &[Measure, Measure], Ret::With(rules::try_multiply)).nullable(),
    f("try_divide", &[Measure, Num], Ret::With(rules::try_divide)).nullable(),
    f("try_mod", &[Num, Num], Ret::With(rules::modulo)).nullable().aka(&["try_remainder"]),
    f("typeof", &[Any], Ret::Str).never_null(),
    f("uuid", &[], Ret::Str).never_null().random(),
    f("version", &[], Ret::Str).kind(Kind::Session).never_null(),
];
