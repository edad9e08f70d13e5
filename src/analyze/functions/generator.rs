//! Functions that make rows. Their columns are worked out by the binder (`analyze::bind::generator`).

use super::model::Param::*;
use super::model::{Function, Kind, Ret, f};

pub(super) const FUNCTIONS: &[Function] = &[
    f("explode", &[ArrayOrMap], Ret::Unknown).kind(Kind::Generator),
    f("explode_outer", &[ArrayOrMap], Ret::Unknown).kind(Kind::Generator),
    f("inline", &[Array], Ret::Unknown).kind(Kind::Generator),
    f("inline_outer", &[Array], Ret::Unknown).kind(Kind::Generator),
    f("json_tuple", &[Str, Str], Ret::Unknown).many().kind(Kind::Generator),
    f("posexplode", &[ArrayOrMap], Ret::Unknown).kind(Kind::Generator),
    f("posexplode_outer", &[ArrayOrMap], Ret::Unknown).kind(Kind::Generator),
    f("stack", &[Int, Any], Ret::Unknown).many().kind(Kind::Generator),
    f("variant_explode", &[Variant], Ret::Unknown).kind(Kind::Generator),
    f("variant_explode_outer", &[Variant], Ret::Unknown).kind(Kind::Generator),
];
