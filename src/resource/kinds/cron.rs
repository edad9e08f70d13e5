//! Quartz cron expressions, which schedules of jobs are.
//!
//! <https://www.quartz-scheduler.org/documentation/quartz-2.3.0/tutorials/crontrigger.html>: seconds, minutes, hours,
//! day of month, month, day of week, and perhaps a year; of the two days exactly one is `?`.

struct Field {
    name: &'static str,
    least: u32,
    greatest: u32,
    /// Words for the values from `least` on.
    words: &'static [&'static str],
    /// Does `L`, `W` or `#` mean something here?
    special: &'static [char],
}

const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

const fn plain(name: &'static str, least: u32, greatest: u32) -> Field {
    Field { name, least, greatest, words: &[], special: &[] }
}

const FIELDS: [Field; 7] = [
    plain("seconds", 0, 59),
    plain("minutes", 0, 59),
    plain("hours", 0, 23),
    Field { special: &['L', 'W'], ..plain("day of month", 1, 31) },
    Field { words: &MONTHS, ..plain("month", 1, 12) },
    Field { words: &WEEKDAYS, special: &['L', '#'], ..plain("day of week", 1, 7) },
    plain("year", 1970, 2099),
];

const DAY_OF_MONTH: usize = 3;
const DAY_OF_WEEK: usize = 5;

/// What is wrong with the expression.
pub fn check(text: &str) -> Result<(), String> {
    let parts: Vec<&str> = text.split_whitespace().collect();
    if !matches!(parts.len(), 6 | 7) {
        return Err(format!("a Quartz expression has 6 or 7 fields, this one has {}", parts.len()));
    }
    if (parts[DAY_OF_MONTH] == "?") == (parts[DAY_OF_WEEK] == "?") {
        return Err("exactly one of day-of-month and day-of-week must be `?`".to_string());
    }
    for (index, (field, part)) in FIELDS.iter().zip(&parts).enumerate() {
        let unset = matches!(index, DAY_OF_MONTH | DAY_OF_WEEK) && *part == "?";
        if !unset && part.split(',').any(|item| !field.accepts(item)) {
            let Field { name, least, greatest, .. } = field;
            return Err(format!("`{part}` does not fit the field `{name}`: its values are {least} to {greatest}"));
        }
    }
    Ok(())
}

impl Field {
    /// One of the items that commas separate.
    fn accepts(&self, item: &str) -> bool {
        let item = item.to_ascii_uppercase();
        if let Some((range, step)) = item.split_once('/') {
            let steps = step.parse().is_ok_and(|step: u32| (1..=self.greatest).contains(&step));
            return steps && (range.is_empty() || range == "*" || self.range(range));
        }
        item == "*" || self.range(&item) || self.last(&item) || self.nearest(&item) || self.nth(&item)
    }

    fn range(&self, text: &str) -> bool {
        match text.split_once('-') {
            // A range may run over the end: FRI-MON.
            Some((from, to)) => self.value(from).is_some() && self.value(to).is_some(),
            None => self.value(text).is_some(),
        }
    }

    fn value(&self, text: &str) -> Option<u32> {
        let named = self.words.iter().position(|word| *word == text).and_then(|at| u32::try_from(at).ok());
        let digits = !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
        let value = named.map(|at| at + self.least).or_else(|| text.parse().ok().filter(|_| digits))?;
        (self.least..=self.greatest).contains(&value).then_some(value)
    }

    /// `L`, `L-3`, `LW` of a month; `L`, `6L` of a week.
    fn last(&self, text: &str) -> bool {
        if !self.special.contains(&'L') {
            return false;
        }
        let of_month = self.special.contains(&'W');
        let before = |days: &str| days.parse().is_ok_and(|days: u32| (1..=30).contains(&days));
        text == "L"
            || (of_month && (text == "LW" || text.strip_prefix("L-").is_some_and(before)))
            || (!of_month && text.strip_suffix('L').is_some_and(|day| self.value(day).is_some()))
    }

    /// `15W`: the weekday nearest to a day.
    fn nearest(&self, text: &str) -> bool {
        self.special.contains(&'W') && text.strip_suffix('W').is_some_and(|day| self.value(day).is_some())
    }

    /// `6#3`: the third Friday.
    fn nth(&self, text: &str) -> bool {
        let Some((day, number)) = text.split_once('#').filter(|_| self.special.contains(&'#')) else { return false };
        self.value(day).is_some() && matches!(number, "1" | "2" | "3" | "4" | "5")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of the Quartz tutorial.
    #[test]
    fn documented_expressions_are_accepted() {
        for text in [
            "0 0 12 * * ?",
            "0 15 10 ? * *",
            "0 15 10 * * ? 2005",
            "0 0/5 14,18 * * ?",
            "0 0-5 14 * * ?",
            "0 10,44 14 ? 3 WED",
            "0 15 10 ? * MON-FRI",
            "0 15 10 L * ?",
            "0 15 10 L-2 * ?",
            "0 15 10 ? * 6L 2002-2005",
            "0 15 10 ? * 6#3",
            "0 0 12 1/5 * ?",
            "0 11 11 11 11 ?",
            "0 0 9 15W JAN-MAR ?",
            "0 0 9 LW * ?",
        ] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn values_outside_their_fields_are_refused() {
        for (text, problem) in [
            ("0 0 25 * * ?", "`25` does not fit the field `hours`: its values are 0 to 23"),
            ("0 60 2 * * ?", "`60` does not fit the field `minutes`: its values are 0 to 59"),
            ("0 0 2 0 * ?", "`0` does not fit the field `day of month`: its values are 1 to 31"),
            ("0 0 2 ? * 8", "`8` does not fit the field `day of week`: its values are 1 to 7"),
            ("0 0 2 ? * MONDAY", "`MONDAY` does not fit the field `day of week`: its values are 1 to 7"),
            ("0 0 2 * 13 ?", "`13` does not fit the field `month`: its values are 1 to 12"),
            ("0 0 2 * FOO ?", "`FOO` does not fit the field `month`: its values are 1 to 12"),
            ("0 */0 2 * * ?", "`*/0` does not fit the field `minutes`: its values are 0 to 59"),
            ("0 0 2 ? * ?", "exactly one of day-of-month and day-of-week must be `?`"),
            ("0 0 2 * *", "a Quartz expression has 6 or 7 fields, this one has 5"),
            ("? 0 2 * * ?", "`?` does not fit the field `seconds`: its values are 0 to 59"),
        ] {
            assert_eq!(check(text), Err(problem.to_string()), "{text}");
        }
    }
}
