//! Errors as the REST API words them.
//!
//! <https://docs.databricks.com/api/account/errors>: `{"error_code","message","details"}`; the codes are those of the
//! `ErrorCode` enumeration of the public SDKs. What the page does not say is noted at the variant.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident => $text:literal, $status:ident;)*) => {
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(crate) enum ErrorCode { $($(#[$doc])* $variant),* }

        impl ErrorCode {
            pub(crate) fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }

            pub(crate) fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status),* }
            }
        }
    };
}

codes! {
    MalformedRequest => "MALFORMED_REQUEST", BAD_REQUEST;
    InvalidParameterValue => "INVALID_PARAMETER_VALUE", BAD_REQUEST;
    BadRequest => "BAD_REQUEST", BAD_REQUEST;
    InvalidState => "INVALID_STATE", BAD_REQUEST;
    DirectoryNotEmpty => "DIRECTORY_NOT_EMPTY", BAD_REQUEST;
    MaxNotebookSizeExceeded => "MAX_NOTEBOOK_SIZE_EXCEEDED", BAD_REQUEST;
    /// The workspace API's own code for a taken path: HTTP 400.
    ResourceAlreadyExists => "RESOURCE_ALREADY_EXISTS", BAD_REQUEST;
    /// Unity Catalog answers a taken name with HTTP 400 (`BadRequest` in the SDKs: databrickslabs/ucx#2077).
    CatalogAlreadyExists => "CATALOG_ALREADY_EXISTS", BAD_REQUEST;
    SchemaAlreadyExists => "SCHEMA_ALREADY_EXISTS", BAD_REQUEST;
    VolumeAlreadyExists => "VOLUME_ALREADY_EXISTS", BAD_REQUEST;
    CatalogNotEmpty => "CATALOG_NOT_EMPTY", BAD_REQUEST;
    SchemaNotEmpty => "SCHEMA_NOT_EMPTY", BAD_REQUEST;
    Unauthenticated => "UNAUTHENTICATED", UNAUTHORIZED;
    PermissionDenied => "PERMISSION_DENIED", FORBIDDEN;
    EndpointNotFound => "ENDPOINT_NOT_FOUND", NOT_FOUND;
    NotFound => "NOT_FOUND", NOT_FOUND;
    ResourceDoesNotExist => "RESOURCE_DOES_NOT_EXIST", NOT_FOUND;
    CatalogDoesNotExist => "CATALOG_DOES_NOT_EXIST", NOT_FOUND;
    SchemaDoesNotExist => "SCHEMA_DOES_NOT_EXIST", NOT_FOUND;
    TableDoesNotExist => "TABLE_DOES_NOT_EXIST", NOT_FOUND;
    VolumeDoesNotExist => "VOLUME_DOES_NOT_EXIST", NOT_FOUND;
    RoutineDoesNotExist => "ROUTINE_DOES_NOT_EXIST", NOT_FOUND;
    AlreadyExists => "ALREADY_EXISTS", CONFLICT;
    ResourceConflict => "RESOURCE_CONFLICT", CONFLICT;
    ResourceLimitExceeded => "RESOURCE_LIMIT_EXCEEDED", BAD_REQUEST;
    RequestTooLarge => "REQUEST_TOO_LARGE", PAYLOAD_TOO_LARGE;
    NotImplemented => "NOT_IMPLEMENTED", NOT_IMPLEMENTED;
    InternalError => "INTERNAL_ERROR", INTERNAL_SERVER_ERROR;
}

/// A refused or failed request.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}: {message}", code.as_str())]
pub(crate) struct ApiError {
    pub(crate) code: ErrorCode,
    pub(crate) message: String,
}

pub(crate) type ApiResult<T> = Result<T, ApiError>;

impl ApiError {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidParameterValue, message)
    }

    pub(crate) fn missing(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::ResourceDoesNotExist, message)
    }

    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InternalError, message)
    }
}

/// The error code of a response, for the request log.
#[derive(Clone, Copy)]
pub(crate) struct LoggedCode(pub(crate) &'static str);

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let code = self.code.as_str();
        let body = serde_json::json!({ "error_code": code, "message": self.message });
        let mut response = (self.code.status(), Json(body)).into_response();
        response.extensions_mut().insert(LoggedCode(code));
        response
    }
}
