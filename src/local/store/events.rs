//! The pipelines' event log.

use serde_json::Value;

use super::{Page, PageRequest, Reader, StoreError, Writer};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EventLevel {
    Info,
    Warn,
    Error,
    Metrics,
}

impl EventLevel {
    const ALL: [Self; 4] = [Self::Info, Self::Warn, Self::Error, Self::Metrics];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
            Self::Metrics => "METRICS",
        }
    }
}

/// An event before it is logged.
#[derive(Clone, PartialEq, Debug)]
pub struct EventDraft {
    pub pipeline_id: String,
    pub update_id: String,
    pub level: EventLevel,
    /// `flow_progress`, `update_progress`, …
    pub event_type: &'static str,
    pub message: String,
    pub origin: Value,
    pub details: Value,
    pub error: Option<Value>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Event {
    pub id: String,
    pub sequence: i64,
    pub pipeline_id: String,
    pub update_id: String,
    /// Microseconds since the epoch.
    pub time: i64,
    pub level: EventLevel,
    pub event_type: String,
    pub maturity: String,
    pub message: String,
    pub origin: Value,
    pub details: Value,
    pub error: Option<Value>,
}

/// Which events, and in which order.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct EventSelect {
    /// Oldest first; else newest first.
    pub ascending: bool,
    /// All must hold.
    pub conditions: Vec<EventCondition>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum EventCondition {
    /// One of these, in any case of letters.
    Level(Vec<String>),
    Id(String),
    /// Microseconds since the epoch.
    Time(TimeComparison, i64),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TimeComparison {
    Less,
    LessOrEqual,
    Equal,
    GreaterOrEqual,
    Greater,
}

impl EventCondition {
    /// As SQL; its values are added to `params`.
    fn sql(&self, params: &mut Vec<duckdb::types::Value>) -> String {
        match self {
            Self::Level(levels) => {
                params.extend(levels.iter().map(|level| level.to_uppercase().into()));
                format!("level IN ({})", vec!["?"; levels.len()].join(", "))
            }
            Self::Id(id) => {
                params.push(id.clone().into());
                "id = ?".to_string()
            }
            Self::Time(comparison, time) => {
                params.push((*time).into());
                let sign = match comparison {
                    TimeComparison::Less => "<",
                    TimeComparison::LessOrEqual => "<=",
                    TimeComparison::Equal => "=",
                    TimeComparison::GreaterOrEqual => ">=",
                    TimeComparison::Greater => ">",
                };
                format!("time {sign} ?")
            }
        }
    }
}

impl Reader<'_> {
    /// A page of a pipeline's events, newest first unless `select` says otherwise.
    pub fn events(
        &self,
        pipeline_id: &str,
        select: Option<&EventSelect>,
        page: PageRequest<'_>,
    ) -> Result<Page<Event>, StoreError> {
        let every = EventSelect::default();
        let select = select.unwrap_or(&every);
        let mut params: Vec<duckdb::types::Value> = vec![pipeline_id.to_string().into()];
        let mut conditions = vec!["pipeline_id = ?".to_string()];
        conditions.extend(select.conditions.iter().map(|condition| condition.sql(&mut params)));
        if let Some(token) = page.token {
            let last: i64 = token.parse().map_err(|_| StoreError::PageToken)?;
            params.push(last.into());
            conditions.push(format!("sequence {} ?", if select.ascending { ">" } else { "<" }));
        }
        params.push(i64::try_from(page.size).unwrap_or(i64::MAX).saturating_add(1).into());
        let sql = format!(
            "SELECT id, sequence, pipeline_id, update_id, time, level, event_type, maturity, message, origin, details, \
             error FROM _lakesmith.events WHERE {} ORDER BY sequence {} LIMIT ?",
            conditions.join(" AND "),
            if select.ascending { "ASC" } else { "DESC" }
        );
        let mut items = self.query(&sql, duckdb::params_from_iter(params), event)?;
        let more = items.len() > page.size;
        items.truncate(page.size);
        let next = items.last().filter(|_| more).map(|event| event.sequence.to_string());
        Ok(Page { items, next })
    }
}

fn event(row: &duckdb::Row<'_>) -> duckdb::Result<Event> {
    let level: String = row.get(5)?;
    Ok(Event {
        id: row.get(0)?,
        sequence: row.get(1)?,
        pipeline_id: row.get(2)?,
        update_id: row.get(3)?,
        time: row.get(4)?,
        level: EventLevel::ALL.into_iter().find(|known| known.as_str() == level).unwrap_or(EventLevel::Info),
        event_type: row.get(6)?,
        maturity: row.get(7)?,
        message: row.get(8)?,
        origin: json(row, 9)?,
        details: json(row, 10)?,
        error: match row.get::<_, Option<String>>(11)? {
            Some(_) => Some(json(row, 11)?),
            None => None,
        },
    })
}

fn json(row: &duckdb::Row<'_>, index: usize) -> duckdb::Result<Value> {
    let text: String = row.get(index)?;
    serde_json::from_str(&text)
        .map_err(|error| duckdb::Error::FromSqlConversionFailure(index, duckdb::types::Type::Text, Box::new(error)))
}

impl Writer<'_> {
    /// Logs an event; gives its sequence number.
    pub fn log_event(&self, draft: &EventDraft) -> Result<i64, StoreError> {
        let sequence = self.next_number()?;
        let sql = "INSERT INTO _lakesmith.events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
        let params = duckdb::params![
            sequence,
            self.system().random.uuid().to_string(),
            draft.pipeline_id,
            draft.update_id,
            self.now(),
            draft.level.as_str(),
            draft.event_type,
            "STABLE",
            draft.message,
            draft.origin.to_string(),
            draft.details.to_string(),
            draft.error.as_ref().map(Value::to_string),
        ];
        self.execute(sql, params)?;
        Ok(sequence)
    }
}
