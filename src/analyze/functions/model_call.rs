//! Functions that call models, services and secrets, and those over vectors (Databricks documentation, "AI Functions",
//! "http_request function", "Built-in functions", § "Vector"). What a model answers depends on the endpoint and on the
//! labels; the result types of `ai_*` and `http_request` are unknown, as nobody has read their pages for them yet.

use super::model::Param::*;
use super::model::{Function, Kind, Ret, agg, f, many, s};

pub(super) const FUNCTIONS: &[Function] = &[
    f("ai_analyze_sentiment", &[Str], Ret::Unknown).nullable().random(),
    f("ai_classify", &[Any, Any, Any], Ret::Unknown).opt(1).nullable().random(),
    f("ai_decide", &[Any], Ret::Unknown).many().nullable().random(),
    f("ai_detect_anomalies", &[Any], Ret::Unknown).many().nullable().random(),
    f("ai_enrich", &[Any], Ret::Unknown).many().nullable().random(),
    f("ai_extract", &[Any, Any, Any], Ret::Unknown).opt(1).nullable().random(),
    f("ai_fix_grammar", &[Str], Ret::Unknown).nullable().random(),
    f("ai_gen", &[Str], Ret::Unknown).nullable().random(),
    f("ai_generate_text", &[Str, Any], Ret::Unknown).many().nullable().random(),
    f("ai_mask", &[Str, Array], Ret::Unknown).nullable().random(),
    f("ai_parse_document", &[Bin, Any], Ret::Unknown).opt(1).nullable().random(),
    f("ai_predict_class", &[Any], Ret::Unknown).many().nullable().random(),
    f("ai_predict_value", &[Any], Ret::Unknown).many().nullable().random(),
    f("ai_prep_search", &[Variant, Any], Ret::Unknown).opt(1).nullable().random(),
    f("ai_query", &[Str, Any], Ret::Unknown).many().nullable().random(),
    f("ai_search", &[Any], Ret::Unknown).many().nullable().random(),
    f("ai_similarity", &[Str, Str], Ret::Unknown).nullable().random(),
    f("ai_summarize", &[Str, Int], Ret::Unknown).opt(1).nullable().random(),
    f("ai_transcribe", &[Any], Ret::Unknown).many().nullable().random(),
    f("ai_translate", &[Str, Str], Ret::Unknown).nullable().random(),
    f("http_request", &[Any], Ret::Unknown).many().opt(1).nullable().random(),
    f("secret", &[Str, Str], Ret::Str).kind(Kind::Session),
    f("try_secret", &[Str, Str], Ret::Str).kind(Kind::Session).nullable(),
    agg("vector_avg", &[Array], Ret::ArrayOf(&Ret::Float)),
    f("vector_cosine_similarity", &[Array, Array], Ret::Float).nullable(),
    f("vector_inner_product", &[Array, Array], Ret::Float).nullable(),
    f("vector_l2_distance", &[Array, Array], Ret::Float).nullable(),
    f("vector_norm", &[Array, Num], Ret::Float).opt(1).nullable(),
    f("vector_normalize", &[Array, Num], Ret::ArrayOf(&Ret::Float)).opt(1).nullable(),
    agg("vector_sum", &[Array], Ret::ArrayOf(&Ret::Float)),
    // Methods of the Java classes of the runtime.
    f("java_method", &[Str, Str, Any], Ret::Str).or(&[s(&[Str, Str], Ret::Str)]).aka(&["reflect"]).many().nullable(),
    f("try_reflect", &[Str, Str, Any], Ret::Str).or(&[s(&[Str, Str], Ret::Str)]).many().nullable(),
    f("parse_timestamp", &[Any], Ret::Ts).or(&[many(&[Any, Str], Ret::Ts)]).nullable(),
    f("try_parse_timestamp", &[Any], Ret::Ts).or(&[many(&[Any, Str], Ret::Ts)]).nullable(),
];
