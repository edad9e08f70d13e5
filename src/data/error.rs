//! Why a data set could not be generated.

use std::io;

use chrono::NaiveDate;

#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    #[error("scale {0} is outside the supported range 1 to 250")]
    Scale(f64),
    #[error("date {0} is outside the supported range 1980-01-01 to 9989-12-31")]
    Date(NaiveDate),
    #[error("could not write {path}")]
    Write {
        path: String,
        #[source]
        source: io::Error,
    },
    /// The planned quotas leave slack at every scale, so this is a defect of the plan, reported instead of bent.
    #[error("the plan of {topic} calls on day {day} asks for more members than are free to call")]
    NoMemberLeft { topic: &'static str, day: usize },
}
