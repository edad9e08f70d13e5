//! Dynamic value references, `{{…}}` (Databricks documentation, "What is a dynamic value reference?").

use std::collections::BTreeMap;

/// What a reference may name.
pub(super) struct References<'a> {
    pub(super) job_id: i64,
    pub(super) job_name: &'a str,
    pub(super) run_id: i64,
    pub(super) start_time: i64,
    pub(super) parameters: &'a BTreeMap<String, String>,
    pub(super) task_name: &'a str,
    pub(super) task_run_id: i64,
    /// By task key: `result_state` and what the task has put out.
    pub(super) tasks: &'a BTreeMap<String, BTreeMap<String, String>>,
}

impl References<'_> {
    /// The text with its references resolved. A reference that names nothing is an error: the real service leaves it
    /// as it is, which then fails later and less clearly.
    pub(super) fn resolve(&self, text: &str) -> Result<String, String> {
        let mut resolved = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let (name, behind) = after.split_once("}}").ok_or_else(|| format!("`{{{{` without `}}}}` in {text:?}"))?;
            resolved.push_str(before);
            resolved.push_str(&self.value(name.trim())?);
            rest = behind;
        }
        resolved.push_str(rest);
        Ok(resolved)
    }

    fn value(&self, name: &str) -> Result<String, String> {
        let time = || chrono::DateTime::from_timestamp_millis(self.start_time).unwrap_or_default();
        match name {
            "job.id" => return Ok(self.job_id.to_string()),
            "job.name" => return Ok(self.job_name.to_string()),
            "job.run_id" => return Ok(self.run_id.to_string()),
            "job.start_time.timestamp_ms" => return Ok(self.start_time.to_string()),
            "job.start_time.iso_date" => return Ok(time().format("%Y-%m-%d").to_string()),
            "job.start_time.iso_datetime" => return Ok(time().format("%Y-%m-%dT%H:%M:%S").to_string()),
            "task.name" => return Ok(self.task_name.to_string()),
            "task.run_id" => return Ok(self.task_run_id.to_string()),
            _ => {}
        }
        let found = match (name.strip_prefix("job.parameters."), name.strip_prefix("tasks.")) {
            (Some(parameter), _) => self.parameters.get(parameter),
            (None, Some(rest)) => {
                rest.split_once('.').and_then(|(task, field)| self.tasks.get(task.trim_matches('`'))?.get(field))
            }
            (None, None) => None,
        };
        found.cloned().ok_or_else(|| format!("The reference {{{{{name}}}}} names nothing that is known here."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references() {
        let parameters = BTreeMap::from([("day".to_string(), "2024-01-01".to_string())]);
        let done = BTreeMap::from([("result_state".to_string(), "success".to_string())]);
        let tasks = BTreeMap::from([("load".to_string(), done)]);
        let references = References {
            job_id: 1,
            job_name: "nightly",
            run_id: 2,
            start_time: 1_700_000_000_000,
            parameters: &parameters,
            task_name: "t",
            task_run_id: 3,
            tasks: &tasks,
        };
        let resolve = |text: &str| references.resolve(text);
        assert_eq!(resolve("{{job.parameters.day}}/{{ job.run_id }}").unwrap(), "2024-01-01/2");
        assert_eq!(resolve("{{tasks.load.result_state}}").unwrap(), "success");
        // 1700000000 is 2023-11-14T22:13:20Z.
        assert_eq!(resolve("{{job.start_time.iso_date}}").unwrap(), "2023-11-14");
        assert_eq!(resolve("plain").unwrap(), "plain");
        assert!(resolve("{{job.parameters.night}}").is_err());
        assert!(resolve("{{job.id").is_err());
    }
}
