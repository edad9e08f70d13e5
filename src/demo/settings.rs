//! What a demo is made with: from flags, else from the demo that is up, else defaults.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::DemoError;
use super::record::Record;

pub const DEFAULT_SCALE: f64 = 1.0;
pub const DEFAULT_SEED: u64 = 42;

/// What the data is made from. The same settings give the same bytes.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub scale: f64,
    pub seed: u64,
    /// The last day of the data.
    pub as_of: NaiveDate,
}

/// What the caller asks for; absent means "as it is, or the default".
#[derive(Clone, Copy, Default, PartialEq, Debug)]
pub struct Wishes {
    pub scale: Option<f64>,
    pub seed: Option<u64>,
    pub as_of: Option<NaiveDate>,
}

impl Settings {
    /// What is asked for, else the defaults.
    pub fn chosen(wishes: &Wishes, today: NaiveDate) -> Self {
        Self {
            scale: wishes.scale.unwrap_or(DEFAULT_SCALE),
            seed: wishes.seed.unwrap_or(DEFAULT_SEED),
            as_of: wishes.as_of.unwrap_or(today),
        }
    }

    /// A demo that is up keeps its settings: other data in the same tables would be neither the one nor the other.
    pub(super) fn settle(wishes: &Wishes, up: Option<&Record>, today: NaiveDate) -> Result<Self, DemoError> {
        let Some(record) = up else {
            return Ok(Self::chosen(wishes, today));
        };
        let up = record.settings;
        let asked = Self {
            scale: wishes.scale.unwrap_or(up.scale),
            seed: wishes.seed.unwrap_or(up.seed),
            as_of: wishes.as_of.unwrap_or(up.as_of),
        };
        if asked == up {
            Ok(up)
        } else {
            Err(DemoError::OtherSettings {
                solution: record.solution.clone(),
                target: record.target.clone(),
                up: Box::new(up),
                asked: Box::new(asked),
            })
        }
    }
}

impl std::fmt::Display for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "scale {}, seed {}, as of {}", self.scale, self.seed, self.as_of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn up() -> Record {
        let settings = Settings { scale: 2.0, seed: 7, as_of: day("2025-11-14") };
        Record::new("insurance", "local", settings, "2025-11-14T08:00:00Z".to_string())
    }

    #[test]
    fn without_a_demo_flags_win_over_defaults() {
        let wishes = Wishes { seed: Some(9), ..Wishes::default() };
        let settings = Settings::settle(&wishes, None, day("2026-01-05")).unwrap();
        assert_eq!(settings, Settings { scale: 1.0, seed: 9, as_of: day("2026-01-05") });
    }

    #[test]
    fn a_demo_that_is_up_keeps_its_settings_on_another_day() {
        let settings = Settings::settle(&Wishes::default(), Some(&up()), day("2026-01-05")).unwrap();
        assert_eq!(settings, up().settings);
        let same = Wishes { scale: Some(2.0), ..Wishes::default() };
        assert!(Settings::settle(&same, Some(&up()), day("2026-01-05")).is_ok());
    }

    #[test]
    fn other_settings_are_refused() {
        let wishes = Wishes { scale: Some(4.0), ..Wishes::default() };
        let error = Settings::settle(&wishes, Some(&up()), day("2026-01-05")).unwrap_err();
        assert!(error.hint().is_some_and(|hint| hint.contains("demo down insurance -t local")));
    }
}
