//! JSON, CSV, VARIANT, XML (Databricks documentation, "Built-in functions").

use super::model::Param::*;
use super::model::{Function, Ret, f};

pub(super) const FUNCTIONS: &[Function] = &[
    f("get_json_object", &[Str, Str], Ret::Str).nullable(),
    f("is_variant_null", &[Variant], Ret::Bool).never_null(),
    f("json_array_length", &[Str], Ret::Int).nullable(),
    f("json_object_keys", &[Str], Ret::ArrayOf(&Ret::Str)).nullable(),
    f("parse_json", &[Str], Ret::Variant),
    f("schema_of_csv", &[Str, Any], Ret::Str).opt(1),
    f("schema_of_json", &[Str, Any], Ret::Str).opt(1),
    f("schema_of_variant", &[Variant], Ret::Str),
    f("to_csv", &[Any, Any], Ret::Str).opt(1),
    f("to_json", &[Any, Any], Ret::Str).opt(1),
    f("to_variant_object", &[Any], Ret::Variant),
    f("try_parse_json", &[Str], Ret::Variant).nullable(),
    f("xpath_string", &[Str, Str], Ret::Str).nullable(),
];
