//! Values of parameters as documents write them: always texts.

/// Is the text a value of the parameter's type? Unknown types take anything (lakeview-genie-alerts.md A10.1).
pub(super) fn is_value(data_type: &str, text: &str) -> bool {
    match data_type {
        "INTEGER" => text.trim().parse::<i64>().is_ok(),
        "DECIMAL" => text.trim().parse::<f64>().is_ok_and(f64::is_finite),
        "DATE" | "DATETIME" => is_relative(text) || is_day(text),
        _ => true,
    }
}

/// `now`, shifted and rounded: `now-12M/M`.
fn is_relative(text: &str) -> bool {
    let Some(mut rest) = text.strip_prefix("now") else { return false };
    while let Some(shift) = rest.strip_prefix(['+', '-']) {
        let unit = shift.trim_start_matches(|c: char| c.is_ascii_digit());
        if unit.len() == shift.len() {
            return false;
        }
        let Some(behind) = unit.strip_prefix(UNITS) else { return false };
        rest = behind;
    }
    match rest.strip_prefix('/') {
        Some(unit) => unit.len() == 1 && unit.starts_with(UNITS),
        None => rest.is_empty(),
    }
}

const UNITS: [char; 9] = ['s', 'm', 'h', 'd', 'w', 'M', 'y', 'q', 'Q'];

/// A day, with or without a time behind it.
fn is_day(text: &str) -> bool {
    let day = text.split(['T', ' ']).next().unwrap_or_default();
    chrono::NaiveDate::parse_from_str(day, "%Y-%m-%d").is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seen in real dashboards (lakeview-genie-alerts.md A10.1).
    #[test]
    fn seen_values() {
        for text in ["now/d", "now/h", "now-12M/M", "now-30d/d", "now", "2015-01-01", "2026-05-04T00:00:00.000"] {
            assert!(is_value("DATE", text), "{text}");
        }
        assert!(is_value("INTEGER", "10") && is_value("DECIMAL", "0.15") && is_value("STRING", "x"));
    }

    #[test]
    fn slips() {
        for text in ["nwo/d", "now-d", "now-12", "now/day", "2015-13-01", "tomorrow", ""] {
            assert!(!is_value("DATE", text), "{text}");
        }
        assert!(!is_value("INTEGER", "1.5") && !is_value("DECIMAL", "ten"));
    }
}
