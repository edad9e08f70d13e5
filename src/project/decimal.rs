//! Exact decimal numbers: a price of 8.00 must not become 8 or 7.999….

use std::cmp::Ordering;
use std::fmt;

/// Digits and the number of them after the point.
#[derive(Clone, Copy, Debug)]
pub struct Decimal {
    unscaled: i128,
    scale: u32,
}

impl Decimal {
    /// `[-+]?digits[.digits]`, at most 38 digits as in Databricks' DECIMAL. No exponent.
    pub fn parse(text: &str) -> Option<Self> {
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let digits = format!("{whole}{fraction}");
        if digits.is_empty() || digits.len() > 38 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let unscaled: i128 = digits.parse().ok()?;
        let unscaled = if text.starts_with('-') { -unscaled } else { unscaled };
        Some(Self { unscaled, scale: u32::try_from(fraction.len()).ok()? })
    }

    pub fn from_integer(value: i64) -> Self {
        Self { unscaled: value.into(), scale: 0 }
    }

    /// The nearest double, for arithmetic in templates.
    pub fn to_f64(self) -> Option<f64> {
        self.to_string().parse().ok()
    }

    /// Digits before the point and those after it, both without leading or trailing zeros: comparable at any scale.
    fn parts(self) -> (i128, String) {
        let power = 10_i128.pow(self.scale.min(38));
        let fraction = format!("{:0width$}", (self.unscaled % power).abs(), width = self.scale as usize);
        (self.unscaled / power, fraction.trim_end_matches('0').to_string())
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.unscaled < 0 { "-" } else { "" };
        let digits = format!("{:0width$}", self.unscaled.unsigned_abs(), width = self.scale as usize + 1);
        let (whole, fraction) = digits.split_at(digits.len() - self.scale as usize);
        f.write_str(sign)?;
        f.write_str(whole)?;
        if fraction.is_empty() { Ok(()) } else { write!(f, ".{fraction}") }
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let negative = self.unscaled < 0;
        if negative != (other.unscaled < 0) {
            return if negative { Ordering::Less } else { Ordering::Greater };
        }
        let (whole, fraction) = self.parts();
        let (other_whole, other_fraction) = other.parts();
        // Fractions without trailing zeros compare as texts; below zero the longer one is the smaller.
        let fractions = if negative { other_fraction.cmp(&fraction) } else { fraction.cmp(&other_fraction) };
        whole.cmp(&other_whole).then(fractions)
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal {}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn keeps_its_digits() {
        for text in ["8.00", "-0.5", "0", "12.50", "-0.05", "99999999999999999999999999999999999999"] {
            assert_eq!(decimal(text).to_string(), text);
        }
        assert_eq!(decimal("+.5").to_string(), "0.5");
        for text in ["", ".", "1e3", "1.2.3", "a", "--1", "999999999999999999999999999999999999999"] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }

    #[test]
    fn compares_by_value() {
        assert_eq!(decimal("8.00"), decimal("8"));
        let sorted = ["-2", "-1.5", "-1.25", "-0.5", "0", "0.05", "0.5", "1", "1.25", "1.5"];
        for (index, low) in sorted.iter().enumerate() {
            for high in &sorted[index + 1..] {
                assert!(decimal(low) < decimal(high), "{low} < {high}");
            }
        }
    }
}
