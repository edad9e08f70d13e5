//! Strict reading of requests: an unknown JSON field or query parameter is refused, never ignored.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::error::{ApiError, ApiResult, ErrorCode};

/// The JSON body. An empty body reads as `{}`, as the REST API takes it.
pub(crate) struct Body<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let bytes = Bytes::from_request(request, state).await;
        let bytes = bytes.map_err(|error| ApiError::new(ErrorCode::MalformedRequest, error.to_string()))?;
        from_json(if bytes.is_empty() { b"{}" } else { &bytes }).map(Self)
    }
}

/// `MALFORMED_REQUEST` for a text that is not JSON, `INVALID_PARAMETER_VALUE` for a field that is not as documented.
pub(crate) fn from_json<T: DeserializeOwned>(bytes: &[u8]) -> ApiResult<T> {
    serde_json::from_slice(bytes).map_err(|error| {
        let code = match error.classify() {
            serde_json::error::Category::Data => ErrorCode::InvalidParameterValue,
            _ => ErrorCode::MalformedRequest,
        };
        ApiError::new(code, format!("Could not parse request object: {error}"))
    })
}

/// The query parameters.
pub(crate) struct Params<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let Query(value) = Query::try_from_uri(&parts.uri)
            .map_err(|error| ApiError::invalid(format!("Could not parse query parameters: {error}")))?;
        Ok(Self(value))
    }
}

/// For routes that take no query parameter.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoParams {}

/// For `POST` routes whose body has no field.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoFields {}
