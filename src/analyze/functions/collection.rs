//! Arrays, maps and higher-order functions (Databricks documentation, "Built-in functions", § "Array", "Map").

use super::model::Param::*;
use super::model::{Function, Ret, f, s};
use super::{rules, shapes};

pub(super) const FUNCTIONS: &[Function] = &[
    f("aggregate", &[Array, Any, Lambda(rules::merge), Lambda(rules::finish)], Ret::With(rules::reduced))
        .opt(1)
        .aka(&["reduce"])
        .nullable(),
    f("array", &[Common], Ret::With(rules::array_of)).many().opt(1).never_null(),
    f("array_append", &[Array, Element(0)], Ret::Arg(0)),
    f("array_compact", &[Array], Ret::Arg(0)),
    f("array_contains", &[Array, Element(0)], Ret::Bool).nullable(),
    f("array_distinct", &[Array], Ret::Arg(0)),
    f("array_except", &[LikeArray, LikeArray], Ret::Arg(0)),
    f("array_insert", &[Array, Index, Element(0)], Ret::Arg(0)),
    f("array_intersect", &[LikeArray, LikeArray], Ret::Arg(0)),
    f("array_join", &[Array, Str, Str], Ret::Str).opt(1),
    f("array_max", &[Array], Ret::Element(0)).nullable(),
    f("array_min", &[Array], Ret::Element(0)).nullable(),
    f("array_position", &[Array, Element(0)], Ret::Long).nullable(),
    f("array_prepend", &[Array, Element(0)], Ret::Arg(0)),
    f("array_remove", &[Array, Element(0)], Ret::Arg(0)),
    f("array_repeat", &[Any, Index], Ret::With(rules::array_of)),
    f("array_size", &[Array], Ret::Int),
    f("array_sort", &[Array, Lambda(rules::two_elements)], Ret::Arg(0)).opt(1),
    f("array_union", &[LikeArray, LikeArray], Ret::Arg(0)),
    f("arrays_overlap", &[LikeArray, LikeArray], Ret::Bool).nullable(),
    f("arrays_zip", &[Array], Ret::With(shapes::zipped)).many(),
    f("cardinality", &[ArrayOrMap], Ret::Int).aka(&["size"]),
    f("element_at", &[Array, Index], Ret::Element(0)).nullable().or(&[s(&[Map, Key(0)], Ret::With(rules::map_value))]),
    f("exists", &[Array, Lambda(rules::element)], Ret::Bool).nullable().aka(&["any_match"]),
    f("filter", &[Array, Lambda(rules::element_and_index)], Ret::Arg(0)),
    f("flatten", &[Array], Ret::Element(0)),
    f("forall", &[Array, Lambda(rules::element)], Ret::Bool).nullable().aka(&["all_match"]),
    f("get", &[Array, Int], Ret::Element(0)).nullable(),
    f("map_concat", &[SameMap], Ret::Arg(0)).many(),
    f("map_contains_key", &[Map, Key(0)], Ret::Bool),
    f("map_entries", &[Map], Ret::With(rules::entries)),
    f("map_filter", &[Map, Lambda(rules::key_and_value)], Ret::Arg(0)),
    f("map_from_arrays", &[Array, Array], Ret::With(rules::map_of_arrays)),
    f("map_from_entries", &[Array], Ret::With(rules::map_of_entries)),
    f("map_keys", &[Map], Ret::With(rules::keys)),
    f("map_values", &[Map], Ret::With(rules::values)),
    f("map_zip_with", &[Map, Map, Lambda(rules::key_and_two_values)], Ret::With(rules::zipped_map)),
    f("sequence", &[Common, Common, Any], Ret::With(rules::sequence)).opt(1),
    f("shuffle", &[Array], Ret::Arg(0)).random(),
    f("slice", &[Array, Int, Int], Ret::Arg(0)),
    f("sort_array", &[Array, Bool], Ret::Arg(0)).opt(1),
    f("str_to_map", &[Str, Str, Str], Ret::With(rules::string_map)).opt(2),
    f("transform", &[Array, Lambda(rules::element_and_index)], Ret::With(rules::transformed)),
    f("transform_keys", &[Map, Lambda(rules::key_and_value)], Ret::With(rules::transformed_keys)),
    f("transform_values", &[Map, Lambda(rules::key_and_value)], Ret::With(rules::transformed_values)),
    f("try_element_at", &[Array, Index], Ret::Element(0))
        .nullable()
        .or(&[s(&[Map, Key(0)], Ret::With(rules::map_value))]),
    f("zip_with", &[Array, Array, Lambda(rules::two_arrays)], Ret::With(rules::transformed_last)),
];
