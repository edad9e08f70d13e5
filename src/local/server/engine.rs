//! The one place of the server that calls the engine, and turns what it answers into words of the REST API.

use crate::local::engine::EngineError;
use crate::local::server::error::{ApiError, ErrorCode};
