//! The values of literals (Databricks documentation, "Literals").

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

use crate::analyze::bound::Literal;
use crate::syntax::DataType;
use crate::syntax::ast::NumberSuffix;

use super::decimal::{decimal, total_digits};

/// A numeric literal; `text` has no suffix any more. `None` when it does not fit its type.
pub(crate) fn number(text: &str, suffix: Option<NumberSuffix>) -> Option<(Literal, DataType)> {
    let exponent = text.contains(['e', 'E']);
    match suffix {
        Some(NumberSuffix::TinyInt) => integer(text, i64::from(i8::MIN), i64::from(i8::MAX), DataType::TinyInt),
        Some(NumberSuffix::SmallInt) => integer(text, i64::from(i16::MIN), i64::from(i16::MAX), DataType::SmallInt),
        Some(NumberSuffix::BigInt) => integer(text, i64::MIN, i64::MAX, DataType::BigInt),
        Some(NumberSuffix::Float) => Some((Literal::Double(text.parse().ok()?), DataType::Float)),
        Some(NumberSuffix::Double) => Some((Literal::Double(text.parse().ok()?), DataType::Double)),
        Some(NumberSuffix::Decimal) if exponent => exact(&plain(text)?),
        Some(NumberSuffix::Decimal) => exact(text),
        None if exponent => Some((Literal::Double(text.parse().ok()?), DataType::Double)),
        None if text.contains('.') => exact(text),
        None => integer(text, i64::from(i32::MIN), i64::from(i32::MAX), DataType::Int)
            .or_else(|| integer(text, i64::MIN, i64::MAX, DataType::BigInt))
            .or_else(|| exact(text)),
    }
}

fn integer(text: &str, min: i64, max: i64, ty: DataType) -> Option<(Literal, DataType)> {
    let value: i64 = text.parse().ok()?;
    (min..=max).contains(&value).then_some((Literal::Integer(value), ty))
}

/// A decimal with just the digits that are written.
fn exact(text: &str) -> Option<(Literal, DataType)> {
    let (precision, scale) = total_digits(text);
    if precision > 38 {
        return None;
    }
    let ty = decimal(u8::try_from(precision).ok()?, u8::try_from(scale).ok()?);
    let text = text.strip_suffix('.').unwrap_or(text);
    let text = if text.starts_with('.') { format!("0{text}") } else { text.to_string() };
    Some((Literal::Decimal(text), ty))
}

/// `1.5e3` as `1500`.
fn plain(text: &str) -> Option<String> {
    let (mantissa, exponent) = text.split_once(['e', 'E'])?;
    let exponent: i32 = exponent.parse().ok()?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let point = i32::try_from(whole.len()).ok()? + exponent;
    let digits = format!("{whole}{fraction}");
    let length = i32::try_from(digits.len()).ok()?;
    if !(-40..=40).contains(&point) {
        return None;
    }
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or(0));
    Some(match point {
        point if point <= 0 => format!("0.{}{digits}", zeros(-point)),
        point if point >= length => format!("{digits}{}", zeros(point - length)),
        point => {
            let at = usize::try_from(point).ok()?;
            format!("{}.{}", &digits[..at], &digits[at..])
        }
    })
}

/// Days since 1970-01-01: `yyyy[-MM[-dd]]`, what follows a space or `T` is not looked at
/// (Databricks documentation, "DATE type").
pub(crate) fn date(text: &str) -> Option<i32> {
    let text = text.trim();
    let text = text.split(['T', ' ']).next()?;
    i32::try_from((calendar(text)? - DateTime::UNIX_EPOCH.date_naive()).num_days()).ok()
}

fn calendar(text: &str) -> Option<NaiveDate> {
    let mut parts = text.split('-');
    let year = parts.next().filter(|year| year.len() >= 4)?.parse().ok()?;
    let month = parts.next().map_or(Some(1), |month| month.parse().ok())?;
    let day = parts.next().map_or(Some(1), |day| day.parse().ok())?;
    if parts.next().is_some() {
        return None;
    }
    NaiveDate::from_ymd_opt(year, month, day)
}

/// Microseconds since the epoch. Without a zone the session's is meant, which is UTC unless set otherwise
/// (Databricks documentation, "TIMESTAMP type"). Named zones are not understood here.
pub(crate) fn timestamp(text: &str) -> Option<i64> {
    let text = text.trim();
    let (day, rest) = text.split_once(['T', ' ']).unwrap_or((text, ""));
    let (clock, offset) = zone(rest)?;
    let time = match clock {
        "" => NaiveTime::MIN,
        clock => time(clock)?,
    };
    let at = NaiveDateTime::new(calendar(day)?, time) - TimeDelta::try_seconds(offset)?;
    at.and_utc().timestamp_micros().into()
}

/// The clock and the offset in seconds.
fn zone(text: &str) -> Option<(&str, i64)> {
    let text = text.trim();
    for utc in ["Z", " UTC", "UTC"] {
        if let Some(clock) = text.strip_suffix(utc) {
            return Some((clock.trim_end(), 0));
        }
    }
    let Some(at) = text.rfind(['+', '-']) else { return Some((text, 0)) };
    let (clock, zone) = text.split_at(at);
    let mut parts = zone[1..].split(':');
    let hours: i64 = parts.next()?.parse().ok()?;
    let minutes: i64 = parts.next().map_or(Some(0), |minutes| minutes.parse().ok())?;
    let seconds = hours * 3600 + minutes * 60;
    Some((clock.trim_end(), if zone.starts_with('-') { -seconds } else { seconds }))
}

fn time(text: &str) -> Option<NaiveTime> {
    let mut parts = text.split(':');
    let hour = parts.next()?.parse().ok()?;
    let minute = parts.next().map_or(Some(0), |minute| minute.parse().ok())?;
    let (second, fraction) = match parts.next() {
        None => (0, 0),
        Some(text) => {
            let (second, fraction) = text.split_once('.').unwrap_or((text, ""));
            let micros = format!("{fraction:0<6}");
            (second.parse().ok()?, micros.get(..6)?.parse().ok()?)
        }
    };
    if parts.next().is_some() {
        return None;
    }
    NaiveTime::from_hms_micro_opt(hour, minute, second, fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Apache Spark 4.3, `spark.sql.ansi.enabled=true`: `typeof` of each literal.
    #[test]
    fn numbers_have_the_narrowest_type() {
        let ty = |text, suffix| number(text, suffix).map(|(_, ty)| ty.to_string());
        assert_eq!(ty("1", None).as_deref(), Some("INT"));
        assert_eq!(ty("12345678901", None).as_deref(), Some("BIGINT"));
        assert_eq!(ty("12345678901234567890", None).as_deref(), Some("DECIMAL(20,0)"));
        assert_eq!(ty("1.5", None).as_deref(), Some("DECIMAL(2,1)"));
        assert_eq!(ty("0.05", None).as_deref(), Some("DECIMAL(2,2)"));
        assert_eq!(ty("1e3", None).as_deref(), Some("DOUBLE"));
        assert_eq!(ty("1e3", Some(NumberSuffix::Decimal)).as_deref(), Some("DECIMAL(4,0)"));
        assert_eq!(ty("1.5", Some(NumberSuffix::Float)).as_deref(), Some("FLOAT"));
        assert_eq!(ty("1", Some(NumberSuffix::TinyInt)).as_deref(), Some("TINYINT"));
        assert_eq!(ty("300", Some(NumberSuffix::TinyInt)), None);
    }

    /// `unix_date` and `unix_micros` in Apache Spark 4.3.
    #[test]
    fn dates_and_timestamps() {
        assert_eq!(date("2024-03-01"), Some(19783));
        assert_eq!(date("2024"), Some(19723));
        assert_eq!(date("2024-02-30"), None);
        assert_eq!(timestamp("2024-03-01 10:05:00"), Some(1_709_287_500_000_000));
        assert_eq!(timestamp("2024-03-01T10:05:00.5+01:00"), Some(1_709_283_900_500_000));
        assert_eq!(timestamp("nonsense"), None);
    }
}
