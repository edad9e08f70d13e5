//! The values of literals (Databricks documentation, "Literals").

use std::ops::RangeInclusive;

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
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut parts = unsigned.split('-');
    let year = i32::try_from(digits(parts.next()?, 4..=7)?).ok()?;
    let mut part = || parts.next().map_or(Some(1), |text| digits(text, 1..=2));
    let (month, day) = (part()?, part()?);
    if parts.next().is_some() {
        return None;
    }
    NaiveDate::from_ymd_opt(if negative { -year } else { year }, month, day)
}

/// A number of so many digits, without a sign.
fn digits(text: &str, count: RangeInclusive<usize>) -> Option<u32> {
    let all = text.bytes().all(|byte| byte.is_ascii_digit());
    (all && count.contains(&text.len())).then(|| text.parse().ok())?
}

/// Microseconds since the epoch: a date, or a date, a space or `T`, and `[h]h[:[m]m[:[s]s[.fraction][zone]]]`. Without a
/// zone the session's is meant, UTC (Databricks documentation, "TIMESTAMP type"). Regions are not understood here:
/// [`has_region`].
pub(crate) fn timestamp(text: &str) -> Option<i64> {
    let (local, zone) = local(text)?;
    let at = local.checked_sub_signed(TimeDelta::try_seconds(offset(zone)?)?)?;
    at.and_utc().timestamp_micros().into()
}

/// Is this a timestamp in a region's zone, like `Europe/Paris`, whose value has to be looked up?
pub(crate) fn has_region(text: &str) -> bool {
    local(text).is_some_and(|(_, zone)| zone.starts_with(|c: char| c.is_ascii_uppercase()) && offset(zone).is_none())
}

/// What the clock shows, and the zone behind it or an empty text.
fn local(text: &str) -> Option<(NaiveDateTime, &str)> {
    let text = text.trim();
    let Some((day, rest)) = text.split_once(['T', ' ']) else {
        return Some((calendar(text)?.and_time(NaiveTime::MIN), ""));
    };
    let (clock, zone) = rest.split_at(rest.find(|c: char| !matches!(c, '0'..='9' | ':' | '.')).unwrap_or(rest.len()));
    let zone = zone.trim();
    // Only seconds may have a zone behind them.
    if !zone.is_empty() && clock.matches(':').count() < 2 {
        return None;
    }
    Some((calendar(day)?.and_time(time(clock)?), zone))
}

/// Seconds east of UTC of `Z`, `UTC`, `+h`, `+hh:mm`, `+hhmm`, `GMT+2` and the like; at most 18 hours.
fn offset(zone: &str) -> Option<i64> {
    if matches!(zone, "" | "Z" | "UTC" | "GMT" | "UT") {
        return Some(0);
    }
    let zone = ["UTC", "GMT", "UT"].iter().find_map(|prefix| zone.strip_prefix(prefix)).unwrap_or(zone);
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let rest = zone.strip_prefix(['+', '-'])?;
    let (hours, minutes, seconds) = match rest.split(':').collect::<Vec<_>>().as_slice() {
        [both] if both.len() == 4 && both.is_ascii() => {
            let (hours, minutes) = both.split_at(2);
            (digits(hours, 2..=2)?, digits(minutes, 2..=2)?, 0)
        }
        [hours] => (digits(hours, 1..=2)?, 0, 0),
        [hours, minutes] => (digits(hours, 1..=2)?, digits(minutes, 1..=2)?, 0),
        [hours, minutes, seconds] => (digits(hours, 1..=2)?, digits(minutes, 2..=2)?, digits(seconds, 2..=2)?),
        _ => return None,
    };
    let total = i64::from(hours * 3600 + minutes * 60 + seconds);
    (minutes < 60 && seconds < 60 && total <= 18 * 3600).then_some(sign * total)
}

fn time(text: &str) -> Option<NaiveTime> {
    let mut parts = text.split(':');
    let hour = digits(parts.next()?, 1..=2)?;
    let minute = parts.next().map_or(Some(0), |minute| digits(minute, 1..=2))?;
    let (second, fraction) = match parts.next() {
        None => (0, 0),
        Some(text) => {
            let (second, fraction) = text.split_once('.').unwrap_or((text, ""));
            let micros = format!("{fraction:0<6}");
            (digits(second, 1..=2)?, digits(micros.get(..6)?, 6..=6)?)
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

    /// `TIMESTAMP '…'` in Apache Spark 4.3: a value, or INVALID_TYPED_LITERAL.
    #[test]
    fn a_timestamp_is_read_to_its_end() {
        let ten = Some(1_709_287_200_000_000);
        for text in ["2024-03-01 10", "2024-03-01T10:0", "2024-3-1 10:0:0.", "+2024-03-01 12:00:00 GMT+2"] {
            assert_eq!(timestamp(text), ten, "{text}");
        }
        assert_eq!(timestamp("2024-03-01 10:00:00+0530"), ten.map(|at| at - 19_800_000_000));
        for text in [
            "2024-03-01 junk",
            "2024-03-01T",
            "2024-03-01 24:00:00",
            "2024-03-01 10:00 AM",
            "2024-03-01 10:00Z",
            "2024-03-01 10:00:00+19:00",
            "2024-03-001 10:00:00",
            "2024-03-+1",
        ] {
            assert_eq!(timestamp(text), None, "{text}");
            assert!(!has_region(text), "{text}");
        }
        assert!(has_region("2024-03-01T10:00:00 Europe/Paris"));
        assert!(!has_region("2024-03-01 10:00:00 europe/paris"));
    }
}
