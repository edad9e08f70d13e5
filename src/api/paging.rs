//! Lists that come in pages.

use serde::de::DeserializeOwned;

use super::call::Call;
use super::error::ApiError;

/// Asks for one page after the other. `request`: the call without a token; `take`: takes a page and gives the token of the
/// next one, which is absent or empty on the last.
pub(super) async fn every_page<'c, P: DeserializeOwned>(
    request: impl Fn() -> Call<'c>,
    mut take: impl FnMut(P) -> Option<String>,
) -> Result<(), ApiError> {
    let mut token: Option<String> = None;
    loop {
        let call = match &token {
            Some(token) => request().query("page_token", token),
            None => request(),
        };
        token = take(call.send().await?).filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(());
        }
    }
}
