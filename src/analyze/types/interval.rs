//! Interval literals (Databricks documentation, "INTERVAL type").

use crate::analyze::bound::Literal;
use crate::syntax::DataType;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Unit {
    Year,
    Quarter,
    Month,
    Week,
    Day,
    Hour,
    Minute,
    Second,
    Millisecond,
    Microsecond,
}

impl Unit {
    /// By name, singular or plural.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.to_ascii_uppercase();
        Some(match text.as_str() {
            "YEAR" | "YEARS" => Self::Year,
            "QUARTER" | "QUARTERS" => Self::Quarter,
            "MONTH" | "MONTHS" => Self::Month,
            "WEEK" | "WEEKS" => Self::Week,
            "DAY" | "DAYS" | "DAYOFYEAR" => Self::Day,
            "HOUR" | "HOURS" => Self::Hour,
            "MINUTE" | "MINUTES" => Self::Minute,
            "SECOND" | "SECONDS" => Self::Second,
            "MILLISECOND" | "MILLISECONDS" => Self::Millisecond,
            "MICROSECOND" | "MICROSECONDS" => Self::Microsecond,
            _ => return None,
        })
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Year => "YEAR",
            Self::Quarter => "QUARTER",
            Self::Month => "MONTH",
            Self::Week => "WEEK",
            Self::Day => "DAY",
            Self::Hour => "HOUR",
            Self::Minute => "MINUTE",
            Self::Second => "SECOND",
            Self::Millisecond => "MILLISECOND",
            Self::Microsecond => "MICROSECOND",
        }
    }

    fn months(self) -> Option<i64> {
        match self {
            Self::Year => Some(12),
            Self::Quarter => Some(3),
            Self::Month => Some(1),
            _ => None,
        }
    }

    fn micros(self) -> Option<i64> {
        match self {
            Self::Week => Some(7 * 86_400_000_000),
            Self::Day => Some(86_400_000_000),
            Self::Hour => Some(3_600_000_000),
            Self::Minute => Some(60_000_000),
            Self::Second => Some(1_000_000),
            Self::Millisecond => Some(1_000),
            Self::Microsecond => Some(1),
            Self::Year | Self::Quarter | Self::Month => None,
        }
    }
}

/// An interval's value, and whether only days were written: such an interval keeps a DATE a DATE.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Span {
    pub(crate) value: Literal,
    pub(crate) ty: DataType,
    pub(crate) days_only: bool,
}

#[derive(Default)]
struct Sum {
    months: Option<i64>,
    micros: Option<i64>,
    finer_than_day: bool,
}

impl Sum {
    fn add(&mut self, number: &str, unit: Unit) -> Option<()> {
        match (unit.months(), unit.micros()) {
            (Some(months), _) => {
                let value: i64 = number.parse().ok()?;
                self.months = Some(self.months.unwrap_or(0).checked_add(value.checked_mul(months)?)?);
            }
            (None, Some(micros)) => {
                self.finer_than_day |= unit > Unit::Day;
                self.micros = Some(self.micros.unwrap_or(0).checked_add(scaled(number, micros)?)?);
            }
            (None, None) => return None,
        }
        Some(())
    }

    /// Months and days do not mix in one interval type.
    fn finish(self, negative: bool) -> Option<Span> {
        let sign = if negative { -1 } else { 1 };
        match (self.months, self.micros) {
            (Some(months), None) => Some(Span {
                value: Literal::IntervalYearMonth(i32::try_from(sign * months).ok()?),
                ty: DataType::IntervalYearMonth,
                days_only: false,
            }),
            (None, Some(micros)) => Some(Span {
                value: Literal::IntervalDayTime(sign * micros),
                ty: DataType::IntervalDayTime,
                days_only: !self.finer_than_day,
            }),
            _ => None,
        }
    }
}

/// A number, with a fraction only of seconds, times the unit's microseconds.
fn scaled(number: &str, micros: i64) -> Option<i64> {
    let negative = number.starts_with('-');
    let digits = number.trim_start_matches(['-', '+']);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut value: i64 = whole.parse::<i64>().ok()?.checked_mul(micros)?;
    if !fraction.is_empty() {
        if micros > 1_000_000 {
            return None;
        }
        let padded = format!("{fraction:0<6}");
        value = value.checked_add(padded.get(..6)?.parse::<i64>().ok()? * micros / 1_000_000)?;
    }
    Some(if negative { -value } else { value })
}

/// `text` with the units that follow it: `'3' DAY`, `'1-2' YEAR TO MONTH`, `'1 02:03:04' DAY TO SECOND`, or none:
/// `'3 days 2 hours'`.
pub(crate) fn parse(text: &str, from: Option<Unit>, to: Option<Unit>) -> Option<Span> {
    let text = text.trim();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut sum = Sum::default();
    match (from, to) {
        (Some(unit), None) => sum.add(digits.trim(), unit)?,
        (Some(Unit::Year), Some(Unit::Month)) => {
            let (years, months) = digits.split_once('-')?;
            sum.add(years, Unit::Year)?;
            sum.add(months, Unit::Month)?;
        }
        (Some(from), Some(to)) => clock(digits, from, to, &mut sum)?,
        (None, _) => {
            words(text, &mut sum)?;
            return sum.finish(false);
        }
    }
    sum.finish(negative)
}

const CLOCK: [Unit; 4] = [Unit::Day, Unit::Hour, Unit::Minute, Unit::Second];

fn clock(text: &str, from: Unit, to: Unit, sum: &mut Sum) -> Option<()> {
    let first = CLOCK.iter().position(|unit| *unit == from)?;
    let last = CLOCK.iter().position(|unit| *unit == to)?;
    let fields: Vec<&str> = text.split([' ', ':']).filter(|field| !field.is_empty()).collect();
    if fields.len() != last.checked_sub(first)? + 1 {
        return None;
    }
    for (field, unit) in fields.iter().zip(&CLOCK[first..]) {
        sum.add(field, *unit)?;
    }
    sum.finer_than_day |= to > Unit::Day;
    Some(())
}

fn words(text: &str, sum: &mut Sum) -> Option<()> {
    let mut words = text.split_whitespace().peekable();
    if words.peek().is_some_and(|word| word.eq_ignore_ascii_case("interval")) {
        words.next();
    }
    while let Some(number) = words.next() {
        sum.add(number, Unit::parse(words.next()?)?)?;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Databricks documentation, "INTERVAL type", § "Literals".
    #[test]
    fn the_forms_of_an_interval() {
        let value = |text, from, to| parse(text, from, to).map(|span| span.value);
        assert_eq!(value("3", Some(Unit::Day), None), Some(Literal::IntervalDayTime(259_200_000_000)));
        assert_eq!(value("100-00", Some(Unit::Year), Some(Unit::Month)), Some(Literal::IntervalYearMonth(1200)));
        assert_eq!(value("-3600", Some(Unit::Month), None), Some(Literal::IntervalYearMonth(-3600)));
        let second = Some(Unit::Second);
        assert_eq!(value("200:13:50.3", Some(Unit::Hour), second), Some(Literal::IntervalDayTime(720_830_300_000)));
        assert_eq!(value("10:11", Some(Unit::Day), second), None);
        assert_eq!(value("3 days 2 hours", None, None), Some(Literal::IntervalDayTime(266_400_000_000)));
        assert_eq!(value("1 year 2 days", None, None), None);
    }

    #[test]
    fn days_and_weeks_keep_a_date_a_date() {
        assert!(parse("1", Some(Unit::Week), None).is_some_and(|span| span.days_only));
        assert!(parse("24", Some(Unit::Hour), None).is_some_and(|span| !span.days_only));
    }
}
