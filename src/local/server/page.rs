//! Paging by key: a page begins after the last key of the page before, so that an insertion or deletion between two
//! calls neither repeats nor hides an entry.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::error::{ApiError, ApiResult};

const VERSION: &str = "1:";

/// What a list call asks for.
#[derive(Clone, Copy)]
pub(crate) struct PageRequest<'a> {
    pub(crate) token: Option<&'a str>,
    /// The caller's `max_results`, `page_size` or `limit`; absent or 0 leaves the length to the server.
    pub(crate) size: Option<i64>,
    /// The server's own page length, which the caller's cannot exceed.
    pub(crate) server_size: usize,
}

impl PageRequest<'_> {
    pub(crate) fn len(&self) -> ApiResult<usize> {
        match self.size {
            None | Some(0) => Ok(self.server_size),
            Some(size) => match usize::try_from(size) {
                Ok(size) => Ok(size.min(self.server_size)),
                Err(_) => Err(ApiError::invalid(format!("The page length must not be negative: {size}"))),
            },
        }
    }

    /// The last key of the page before.
    pub(crate) fn after(&self) -> ApiResult<Option<String>> {
        let Some(token) = self.token.filter(|token| !token.is_empty()) else { return Ok(None) };
        let bytes = URL_SAFE_NO_PAD.decode(token).ok();
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        match text.as_deref().and_then(|text| text.strip_prefix(VERSION)) {
            Some(key) => Ok(Some(key.to_string())),
            None => Err(ApiError::invalid(format!("Invalid page token: {token}"))),
        }
    }

    /// One page of `items`, which must be in ascending order of `key`, and the token of the next.
    pub(crate) fn cut<T>(&self, items: Vec<T>, key: impl Fn(&T) -> String) -> ApiResult<(Vec<T>, Option<String>)> {
        let len = self.len()?;
        let after = self.after()?;
        let mut rest = items.into_iter().skip_while(|item| after.as_ref().is_some_and(|after| key(item) <= *after));
        let page: Vec<T> = rest.by_ref().take(len).collect();
        let next = match (rest.next(), page.last()) {
            (Some(_), Some(last)) => Some(token(&key(last))),
            _ => None,
        };
        Ok((page, next))
    }
}

pub(crate) fn token(key: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{VERSION}{key}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(token: Option<&str>, size: Option<i64>) -> ApiResult<(Vec<&'static str>, Option<String>)> {
        let request = PageRequest { token, size, server_size: 2 };
        request.cut(vec!["a", "b", "c", "d", "e"], |item| (*item).to_string())
    }

    #[test]
    fn pages_follow_each_other_and_end() {
        let (first, next) = page(None, None).unwrap();
        assert_eq!(first, ["a", "b"]);
        let (second, next) = page(next.as_deref(), Some(10)).unwrap();
        assert_eq!(second, ["c", "d"]);
        let (third, next) = page(next.as_deref(), Some(1)).unwrap();
        assert_eq!((third, next), (vec!["e"], None));
    }

    #[test]
    fn a_page_survives_the_deletion_of_its_border() {
        let (_, next) = page(None, None).unwrap();
        let request = PageRequest { token: next.as_deref(), size: None, server_size: 2 };
        let (rest, _) = request.cut(vec!["a", "c", "d"], |item| (*item).to_string()).unwrap();
        assert_eq!(rest, ["c", "d"]);
    }

    #[test]
    fn refuses_a_foreign_token_and_a_negative_length() {
        assert!(page(Some("%%"), None).is_err());
        assert!(page(None, Some(-1)).is_err());
    }
}
