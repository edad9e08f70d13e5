//! Generated files in memory, and the clean rows in them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};

use super::super::{GenerateOptions, generate, next_day};
use crate::data::Sink;

#[derive(Default)]
pub(super) struct Files {
    pub(super) files: BTreeMap<String, Vec<u8>>,
    open: Option<String>,
}

impl Sink for Files {
    fn begin(&mut self, path: &str) -> io::Result<()> {
        assert!(self.open.is_none(), "{path} begins inside another file");
        assert!(self.files.insert(path.to_owned(), Vec::new()).is_none(), "{path} is written twice");
        self.open = Some(path.to_owned());
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let path = self.open.as_ref().unwrap();
        self.files.get_mut(path).unwrap().extend_from_slice(bytes);
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        self.open.take().map(|_| ()).ok_or_else(|| io::Error::other("no file is open"))
    }
}

pub(super) fn options(scale: f64, seed: u64, as_of: &str) -> GenerateOptions {
    GenerateOptions { scale, seed, as_of: as_of.parse().unwrap() }
}

impl Files {
    pub(super) fn history(options: &GenerateOptions) -> Self {
        let mut files = Self::default();
        generate(options, &mut files).unwrap();
        assert!(files.open.is_none());
        files
    }

    /// Adds the files of the day after.
    pub(super) fn and_next_day(mut self, options: &GenerateOptions) -> Self {
        next_day(options, &mut self).unwrap();
        self
    }

    /// The records of a folder, with their file.
    pub(super) fn records(&self, folder: &str) -> Vec<Row> {
        let mut rows = Vec::new();
        for (path, bytes) in self.files.iter().filter(|(path, _)| path.starts_with(&format!("{folder}/"))) {
            let mut reader = csv::Reader::from_reader(bytes.as_slice());
            let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
            let columns = std::sync::Arc::new(header.into_iter().enumerate().map(|(at, name)| (name, at)).collect());
            rows.extend(reader.records().map(|record| Row {
                columns: std::sync::Arc::clone(&columns),
                record: record.unwrap_or_else(|error| panic!("{path}: {error}")),
            }));
        }
        rows
    }
}

#[derive(Clone)]
pub(super) struct Row {
    columns: std::sync::Arc<HashMap<String, usize>>,
    record: csv::StringRecord,
}

impl Row {
    pub(super) fn get(&self, column: &str) -> &str {
        &self.record[self.columns[column]]
    }

    pub(super) fn number(&self, column: &str) -> f64 {
        self.get(column).parse().unwrap_or_else(|_| panic!("{column} is {:?}", self.get(column)))
    }

    pub(super) fn flag(&self, column: &str) -> bool {
        match self.get(column) {
            "True" => true,
            "False" => false,
            other => panic!("{column} is {other:?}"),
        }
    }

    pub(super) fn time(&self, column: &str) -> Option<NaiveDateTime> {
        let (date, time) = self.get(column).split_once(' ')?;
        let [hour, minute, second] = parts(time, ':', [2, 2, 2])?;
        parse_date(date)?.and_hms_opt(hour, minute, second)
    }

    pub(super) fn date(&self, column: &str) -> Option<NaiveDate> {
        parse_date(self.get(column))
    }
}

fn parse_date(text: &str) -> Option<NaiveDate> {
    let [year, month, day] = parts(text, '-', [4, 2, 2])?;
    NaiveDate::from_ymd_opt(year as i32, month, day)
}

/// Three numbers of the given lengths; much quicker than a format string, and there are millions.
fn parts(text: &str, separator: char, lengths: [usize; 3]) -> Option<[u32; 3]> {
    let mut numbers = [0; 3];
    let mut pieces = text.split(separator);
    for (number, length) in numbers.iter_mut().zip(lengths) {
        let piece = pieces.next().filter(|piece| piece.len() == length)?;
        *number = piece.parse().ok()?;
    }
    pieces.next().is_none().then_some(numbers)
}

/// What cleaning a source took out, in the order duplicates, missing member, unknown member, bad date, bad value.
pub(super) type Rejected = [u64; 5];

/// Drops duplicates and rows that break a rule.
pub(super) fn clean(
    rows: Vec<Row>,
    id: &str,
    date: &str,
    members: &Members,
    good: fn(&Row) -> bool,
) -> (Vec<Row>, Rejected) {
    let mut rejected = Rejected::default();
    let mut seen = HashSet::new();
    let kept = rows.into_iter().filter(|row| {
        let member = row.get("member_id");
        let reason = if !seen.insert(row.get(id).to_owned()) {
            0
        } else if member.is_empty() {
            1
        } else if !members.contains_key(member) {
            2
        } else if row.date(date).is_none() {
            3
        } else if !good(row) {
            4
        } else {
            return true;
        };
        rejected[reason] += 1;
        false
    });
    (kept.collect(), rejected)
}

pub(super) type Members = HashMap<String, Member>;

pub(super) struct Member {
    pub(super) segment: &'static str,
    pub(super) language: String,
    pub(super) joined: NaiveDate,
}

pub(super) fn members(rows: &[Row]) -> Members {
    let member = |row: &Row| Member {
        segment: match (row.get("plan_type"), row.number("tenure_months") < 12.0) {
            ("MAPD", true) => "MAPD New",
            ("MAPD", false) => "MAPD Tenured",
            _ => "Commercial",
        },
        language: row.get("preferred_language").to_owned(),
        joined: row.date("join_date").unwrap(),
    };
    rows.iter().map(|row| (row.get("member_id").to_owned(), member(row))).collect()
}

pub(super) struct Failure {
    pub(super) time: NaiveDateTime,
    pub(super) code: String,
    pub(super) mobile: bool,
}

/// A clean call with what follows from the other rows.
pub(super) struct Call {
    pub(super) id: String,
    pub(super) member: String,
    pub(super) time: NaiveDateTime,
    pub(super) topic: String,
    pub(super) score: f64,
    pub(super) minutes: f64,
    pub(super) negative: bool,
    pub(super) agent: String,
    /// By definition: the same member and topic in the 7 days before.
    pub(super) repeat: bool,
    /// Minutes since the latest failure of the topic within 24 hours, its code, and whether it was on a phone.
    pub(super) failure: Option<(TimeDelta, String, bool)>,
    /// What the file claims.
    pub(super) says: (bool, bool),
}

impl Call {
    pub(super) fn avoidable(&self) -> bool {
        self.failure.as_ref().is_some_and(|(gap, ..)| *gap <= TimeDelta::minutes(30))
    }
}

pub(super) struct Landing {
    pub(super) as_of: NaiveDate,
    pub(super) members: Members,
    pub(super) calls: Vec<Call>,
    pub(super) digital: Vec<Row>,
    pub(super) surveys: Vec<Row>,
    pub(super) rejected: BTreeMap<&'static str, Rejected>,
    /// Failures that two calls follow within 24 hours.
    pub(super) shared_failures: usize,
}

fn topic_of(interaction: &str) -> &'static str {
    match interaction {
        "bill_pay" => "Billing",
        "id_card_download" => "ID Card",
        "rx_refill" => "Pharmacy",
        "claims_check" => "Claims",
        "benefits_lookup" => "Benefits",
        "provider_search" => "Provider",
        "plan_compare" => "Enrollment",
        "login" => "Technical",
        other => panic!("interaction type {other:?}"),
    }
}

impl Landing {
    pub(super) fn new(files: &Files) -> Self {
        let members_rows = files.records("members");
        let valid: Vec<Row> = members_rows
            .into_iter()
            .filter(|row| !row.get("member_id").is_empty() && row.date("join_date").is_some())
            .collect();
        let members = members(&valid);
        let mut rejected = BTreeMap::new();
        let (calls, out) = clean(files.records("call_center"), "call_id", "call_date", &members, |row| {
            row.number("handle_time_minutes") >= 0.0
        });
        rejected.insert("call_center", out);
        let (digital, out) =
            clean(files.records("digital_interactions"), "interaction_id", "interaction_date", &members, |row| {
                row.number("session_duration_seconds") >= 0.0
            });
        rejected.insert("digital_interactions", out);
        let (surveys, out) = clean(files.records("surveys"), "survey_id", "survey_date", &members, |row| {
            (0.0..=10.0).contains(&row.number("nps_score")) && (1.0..=5.0).contains(&row.number("csat_score"))
        });
        rejected.insert("surveys", out);

        let mut failures: HashMap<(String, &str), Vec<Failure>> = HashMap::new();
        for row in digital.iter().filter(|row| row.get("outcome") != "success") {
            let key = (row.get("member_id").to_owned(), topic_of(row.get("interaction_type")));
            failures.entry(key).or_default().push(Failure {
                time: row.time("interaction_timestamp").unwrap(),
                code: row.get("error_code").to_owned(),
                mobile: row.get("device").starts_with("mobile"),
            });
        }
        let mut calls: Vec<Call> = calls.iter().map(call).collect();
        calls.sort_by(|left, right| {
            (&left.member, &left.topic, left.time).cmp(&(&right.member, &right.topic, right.time))
        });
        let mut used = HashSet::new();
        let mut shared_failures = 0;
        for place in 0..calls.len() {
            let (before, rest) = calls.split_at_mut(place);
            let call = &mut rest[0];
            call.repeat = before
                .last()
                .filter(|previous| previous.member == call.member && previous.topic == call.topic)
                .is_some_and(|previous| call.time - previous.time <= TimeDelta::days(7) && call.time > previous.time);
            let key = (call.member.clone(), call.topic.as_str());
            let latest = failures
                .get(&key)
                .into_iter()
                .flatten()
                .filter(|failure| failure.time <= call.time && call.time - failure.time <= TimeDelta::hours(24))
                .max_by_key(|failure| failure.time);
            if let Some(failure) = latest {
                shared_failures += usize::from(!used.insert((key.0, call.topic.clone(), failure.time)));
                call.failure = Some((call.time - failure.time, failure.code.clone(), failure.mobile));
            }
        }
        let as_of = calls.iter().map(|call| call.time.date()).max().unwrap();
        Self { as_of, members, calls, digital, surveys, rejected, shared_failures }
    }

    pub(super) fn segment(&self, member: &str) -> &'static str {
        self.members[member].segment
    }
}

fn call(row: &Row) -> Call {
    Call {
        id: row.get("call_id").to_owned(),
        member: row.get("member_id").to_owned(),
        time: row.time("call_timestamp").unwrap(),
        topic: row.get("call_topic").to_owned(),
        score: row.number("sentiment_score"),
        minutes: row.number("handle_time_minutes"),
        negative: row.get("sentiment") == "negative",
        agent: row.get("agent_id").to_owned(),
        repeat: false,
        failure: None,
        says: (row.flag("is_repeat_call"), row.flag("prior_digital_attempt")),
    }
}
