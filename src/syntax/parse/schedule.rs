//! When a dataset is refreshed (Databricks documentation, "CREATE MATERIALIZED VIEW", § SCHEDULE), and how.

use crate::diag::Code;
use crate::syntax::ast::{Period, PeriodUnit, RefreshPolicy, Schedule, ScheduleKind, Spanned};
use crate::syntax::error::{Parse, SyntaxError};
use crate::syntax::lexer::TokenKind;

use super::cursor::Cursor;

/// The units, and the longest period of each; minutes and seconds have no documented one.
const UNITS: [(&str, PeriodUnit, Option<u32>); 10] = [
    ("SECOND", PeriodUnit::Second, None),
    ("SECONDS", PeriodUnit::Second, None),
    ("MINUTE", PeriodUnit::Minute, None),
    ("MINUTES", PeriodUnit::Minute, None),
    ("HOUR", PeriodUnit::Hour, Some(72)),
    ("HOURS", PeriodUnit::Hour, Some(72)),
    ("DAY", PeriodUnit::Day, Some(31)),
    ("DAYS", PeriodUnit::Day, Some(31)),
    ("WEEK", PeriodUnit::Week, None),
    ("WEEKS", PeriodUnit::Week, None),
];

impl Cursor<'_> {
    /// `SCHEDULE [REFRESH] {EVERY n unit | CRON '…' [AT TIME ZONE '…']}` or
    /// `TRIGGER ON UPDATE [AT MOST EVERY interval]`.
    pub(super) fn schedule(&mut self) -> Parse<Schedule> {
        let start = self.here();
        let kind = if self.eat_words("TRIGGER") {
            self.expect_words("ON UPDATE")?;
            let at_most_every = if self.eat_words("AT") { Some(self.at_most_every()?) } else { None };
            ScheduleKind::OnUpdate { at_most_every }
        } else {
            self.eat_words("SCHEDULE");
            self.eat_words("REFRESH");
            if self.eat_words("EVERY") {
                ScheduleKind::Every(self.scheduled_period()?)
            } else if self.eat_words("CRON") {
                let expression = self.string("the cron expression as a string")?;
                let time_zone = if self.eat_words("AT") {
                    self.expect_words("TIME ZONE")?;
                    Some(self.string("the time zone as a string")?)
                } else {
                    None
                };
                ScheduleKind::Cron { expression, time_zone }
            } else {
                return Err(self.expected("`EVERY` or `CRON`"));
            }
        };
        Ok(Schedule { kind, text: self.text_since(start) })
    }

    /// After `AT`.
    fn at_most_every(&mut self) -> Parse<Period> {
        self.expect_words("MOST EVERY")?;
        self.eat_words("INTERVAL");
        Ok(self.period()?.value)
    }

    /// A period within its limits.
    fn scheduled_period(&mut self) -> Parse<Period> {
        let Spanned { value: period, span } = self.period()?;
        let limit = UNITS.iter().find(|(_, unit, _)| *unit == period.unit).and_then(|(_, _, limit)| *limit);
        let unit = format!("{:?}", period.unit).to_lowercase();
        match limit {
            Some(limit) if period.count > limit => {
                let message = format!("a schedule runs every 1 to {limit} {unit}s, not every {}", period.count);
                self.report(SyntaxError::new(span, message).code(Code::SCHEDULE_LIMIT));
            }
            _ if period.count == 0 => {
                let message = format!("a schedule runs every 1 {unit} or more, not every 0");
                self.report(SyntaxError::new(span, message).code(Code::SCHEDULE_LIMIT));
            }
            None if period.unit != PeriodUnit::Week => {
                let message = format!("a schedule in {unit}s is not documented");
                let error = SyntaxError::new(span, message).code(Code::UNDOCUMENTED_SQL);
                self.warnings.push(error.hint("the documented units are HOURS, DAYS and WEEKS"));
            }
            Some(_) | None => {}
        }
        Ok(period)
    }

    fn period(&mut self) -> Parse<Spanned<Period>> {
        let start = self.here();
        let count = match self.peek().filter(|token| token.kind == TokenKind::String) {
            Some(token) => {
                let Ok(count) = token.string_value(self.source).trim().parse() else {
                    return Err(self.expected("a whole number"));
                };
                self.at += 1;
                count
            }
            None => self.whole_number("a whole number")?.value,
        };
        match UNITS.iter().find(|(word, ..)| self.is_words(word)) {
            Some((_, unit, _)) => {
                self.at += 1;
                Ok(Spanned { value: Period { count, unit: *unit }, span: self.since(start) })
            }
            None => Err(self.expected("`HOURS`, `DAYS` or `WEEKS`")),
        }
    }

    /// After `REFRESH POLICY`.
    pub(super) fn refresh_policy(&mut self) -> Parse<RefreshPolicy> {
        match self.eat_one_of(&["AUTO", "INCREMENTAL STRICT", "INCREMENTAL", "FULL"]) {
            Some("AUTO") => Ok(RefreshPolicy::Auto),
            Some("INCREMENTAL STRICT") => Ok(RefreshPolicy::IncrementalStrict),
            Some("INCREMENTAL") => Ok(RefreshPolicy::Incremental),
            Some(_) => Ok(RefreshPolicy::Full),
            None => Err(self.expected("`AUTO`, `INCREMENTAL`, `INCREMENTAL STRICT` or `FULL`")),
        }
    }
}
