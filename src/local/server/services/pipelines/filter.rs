//! The SQL-like filters of the list calls, as far as they are documented.

use chrono::DateTime;

use crate::local::server::error::{ApiError, ApiResult};
use crate::local::store::{EventCondition, TimeComparison};

/// Of pipelines: `name LIKE '…'` or `notebook='…'`; "composite filters are not supported".
pub(super) enum PipelineFilter {
    NameLike(String),
    Notebook(String),
}

impl PipelineFilter {
    pub(super) fn parse(text: &str) -> ApiResult<Self> {
        let mut words = Words::new(text);
        let filter = match (words.word().as_deref(), words.operator().as_deref()) {
            (Some("name"), Some("like")) => Self::NameLike(words.quoted()?),
            (Some("notebook"), Some("=")) => Self::Notebook(words.quoted()?),
            _ => return Err(unsupported(text)),
        };
        words.end()?;
        Ok(filter)
    }
}

/// SQL's `LIKE`: `%` any text, `_` any character.
pub(super) fn like(pattern: &str, text: &str) -> bool {
    let mut pattern = pattern.chars();
    match pattern.next() {
        None => text.is_empty(),
        Some('%') => {
            let rest = pattern.as_str();
            text.char_indices().any(|(at, _)| like(rest, &text[at..])) || like(rest, "")
        }
        Some(wanted) => {
            let mut text = text.chars();
            text.next().is_some_and(|found| wanted == '_' || wanted == found) && like(pattern.as_str(), text.as_str())
        }
    }
}

/// Of events: conditions on `level`, `id` and `timestamp`, joined by `AND`.
pub(super) fn events(text: &str) -> ApiResult<Vec<EventCondition>> {
    let mut words = Words::new(text);
    let mut conditions = Vec::new();
    loop {
        conditions.push(condition(&mut words, text)?);
        match words.word().as_deref() {
            Some("and") => {}
            Some(_) => return Err(unsupported(text)),
            None => return words.end().map(|()| conditions),
        }
    }
}

fn condition(words: &mut Words<'_>, text: &str) -> ApiResult<EventCondition> {
    let (field, operator) = (words.word(), words.operator());
    match (field.as_deref(), operator.as_deref()) {
        (Some("level"), Some("=")) => Ok(EventCondition::Level(vec![words.quoted()?])),
        (Some("level"), Some("in")) => Ok(EventCondition::Level(words.quoted_list()?)),
        (Some("id"), Some("=")) => Ok(EventCondition::Id(words.quoted()?)),
        (Some("timestamp"), Some(operator)) => {
            let comparison = match operator {
                "<" => TimeComparison::Less,
                "<=" => TimeComparison::LessOrEqual,
                "=" => TimeComparison::Equal,
                ">=" => TimeComparison::GreaterOrEqual,
                ">" => TimeComparison::Greater,
                _ => return Err(unsupported(text)),
            };
            let time = DateTime::parse_from_rfc3339(&words.quoted()?).map_err(|_| unsupported(text))?;
            Ok(EventCondition::Time(comparison, time.timestamp_micros()))
        }
        _ => Err(unsupported(text)),
    }
}

fn unsupported(text: &str) -> ApiError {
    ApiError::invalid(format!("Filter is not supported: {text}"))
}

/// Words, comparison signs and quoted texts of a filter.
struct Words<'a> {
    all: &'a str,
    rest: &'a str,
}

impl<'a> Words<'a> {
    fn new(text: &'a str) -> Self {
        Self { all: text, rest: text.trim() }
    }

    fn take(&mut self, len: usize) -> &'a str {
        let (head, tail) = self.rest.split_at(len);
        self.rest = tail.trim_start();
        head
    }

    fn word(&mut self) -> Option<String> {
        let len = self.rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(self.rest.len());
        (len > 0).then(|| self.take(len).to_ascii_lowercase())
    }

    /// A comparison sign, or `like` or `in`.
    fn operator(&mut self) -> Option<String> {
        let len = self.rest.find(|c: char| !matches!(c, '<' | '=' | '>')).unwrap_or(self.rest.len());
        if len > 0 { Some(self.take(len).to_string()) } else { self.word() }
    }

    fn quoted(&mut self) -> ApiResult<String> {
        let quote = self.rest.chars().next().filter(|c| matches!(c, '\'' | '"'));
        let end = quote.and_then(|quote| self.rest[1..].find(quote));
        let end = end.ok_or_else(|| unsupported(self.all))?;
        Ok(self.take(end + 2)[1..=end].to_string())
    }

    fn quoted_list(&mut self) -> ApiResult<Vec<String>> {
        let mut items = Vec::new();
        let mut expected = "(";
        while self.rest.starts_with(expected) {
            self.take(1);
            items.push(self.quoted()?);
            expected = ",";
        }
        if items.is_empty() || !self.rest.starts_with(')') {
            return Err(unsupported(self.all));
        }
        self.take(1);
        Ok(items)
    }

    fn end(&self) -> ApiResult<()> {
        if self.rest.is_empty() { Ok(()) } else { Err(unsupported(self.all)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of the documentation of "List pipeline events" and "List pipelines".
    #[test]
    fn documented_filters() {
        let levels = |levels: &[&str]| EventCondition::Level(levels.iter().map(|level| level.to_string()).collect());
        // date -u -d 2021-07-22T06:37:33.083Z +%s%6N
        let after = EventCondition::Time(TimeComparison::Greater, 1_626_935_853_083_000);
        let found = events("level in ('ERROR', 'WARN') AND timestamp> '2021-07-22T06:37:33.083Z'").unwrap();
        assert_eq!(found, [levels(&["ERROR", "WARN"]), after]);
        assert_eq!(events("level='INFO'").unwrap(), [levels(&["INFO"])]);
        assert_eq!(events("id='a-b'").unwrap(), [EventCondition::Id("a-b".to_string())]);
        for wrong in ["", "level", "level like 'A'", "level='INFO' OR id='1'", "level in ()", "timestamp > 'x'"] {
            assert!(events(wrong).is_err(), "{wrong}");
        }
        assert!(matches!(PipelineFilter::parse("name LIKE '%shopping%'"), Ok(PipelineFilter::NameLike(_))));
        assert!(PipelineFilter::parse("name LIKE 'a' AND name LIKE 'b'").is_err());
        assert!(like("%shopping%", "my shopping list") && like("a_c", "abc") && !like("a", "ab"));
    }
}
