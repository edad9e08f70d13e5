//! What tasks are given: parameters of the job, values of other tasks, inputs of loops, parameters of SQL files.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::check::entries::{error, list, open, text, texts, warning};
use crate::diag::{Code, Diagnostics, did_you_mean};
use crate::project::yaml::Node;
use crate::syntax::{Token, TokenKind, lex};

use super::rules::JobFacts;

pub(super) fn check(job: &Node, facts: &JobFacts<'_>, out: &mut Diagnostics) {
    let parameters: Vec<&str> = list(job, "parameters").iter().filter_map(|item| text(item, "name")).collect();
    duplicates(job, out);
    let waits = waits(job);
    for task in list(job, "tasks") {
        let key = text(task, "task_key").unwrap_or_default();
        texts(task, &mut |node, written| {
            for reference in references(written) {
                self::reference(&reference, node, key, &parameters, &waits, out);
            }
        });
        if let Some(loop_) = task.get("for_each_task") {
            inputs(loop_, out);
            if let Some(inner) = loop_.get("task") {
                sql_task(inner, &parameters, facts, out);
            }
        }
        sql_task(task, &parameters, facts, out);
    }
}

fn duplicates(job: &Node, out: &mut Diagnostics) {
    let mut seen: BTreeMap<&str, &Node> = BTreeMap::new();
    for node in list(job, "parameters").iter().filter_map(|item| item.get("name")) {
        let Some(name) = node.as_str() else { continue };
        if let Some(first) = seen.insert(name, node) {
            let message = format!("the parameter `{name}` is declared twice");
            let diagnostic = error(Code::DUPLICATE_RESOURCE, &node.location, message);
            out.push(diagnostic.related(first.location.clone(), "first declared here"));
        }
    }
}

/// For each task all those that have ended before it starts.
fn waits(job: &Node) -> BTreeMap<&str, BTreeSet<&str>> {
    let tasks = list(job, "tasks");
    let direct: BTreeMap<&str, Vec<&str>> = tasks
        .iter()
        .filter_map(|task| {
            let on = list(task, "depends_on").iter().filter_map(|on| text(on, "task_key")).collect();
            Some((text(task, "task_key")?, on))
        })
        .collect();
    let all = direct.keys().map(|key| {
        let (mut seen, mut open) = (BTreeSet::new(), direct.get(key).cloned().unwrap_or_default());
        while let Some(next) = open.pop() {
            if seen.insert(next) {
                open.extend(direct.get(next).into_iter().flatten());
            }
        }
        (*key, seen)
    });
    all.collect()
}

/// What stands between `{{` and `}}`, as the parts of a path.
fn references(text: &str) -> Vec<Vec<&str>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("{{") {
        let Some((inside, behind)) = after.split_once("}}") else { break };
        // A name with special characters stands in backticks.
        found.push(inside.trim().split('.').map(|part| part.trim().trim_matches('`')).collect());
        rest = behind;
    }
    found
}

/// Databricks documentation, "What is a dynamic value reference?": `{{job.parameters.<name>}}`, `{{tasks.<task_key>.…}}`;
/// a reference of a known namespace that names nothing is refused.
fn reference(
    path: &[&str],
    node: &Node,
    task: &str,
    parameters: &[&str],
    waits: &BTreeMap<&str, BTreeSet<&str>>,
    out: &mut Diagnostics,
) {
    match path {
        ["job", "parameters", name @ ..] => {
            let name = name.join(".");
            if !parameters.contains(&name.as_str()) {
                let message = format!("the job has no parameter `{name}`");
                let diagnostic = error(Code::JOB_PARAMETER, &node.location, message);
                let hint = "declare it under `parameters` of the job, with a default";
                out.push(diagnostic.hint(hint).suggest(&name, parameters.iter().copied()));
            }
        }
        ["tasks", other, ..] => match waits.get(task) {
            _ if !waits.contains_key(other) => {
                let message = format!("the job has no task `{other}`");
                let diagnostic = error(Code::TASK_VALUE, &node.location, message);
                out.push(diagnostic.suggest(other, waits.keys().copied()));
            }
            Some(before) if !before.contains(other) => {
                let message = format!("`{task}` does not wait for `{other}`, whose value it takes");
                let hint = format!("add `{other}` to its `depends_on`");
                out.push(warning(Code::TASK_VALUE, &node.location, message).hint(hint));
            }
            _ => {}
        },
        _ => {}
    }
}

/// "Array for task to iterate on. This can be a JSON string or a reference to an array parameter" (Jobs API 2.2).
fn inputs(loop_: &Node, out: &mut Diagnostics) {
    if let Some(node) = loop_.get("inputs")
        && let Some(written) = node.as_str().filter(|written| !open(written) && !written.contains("{{"))
    {
        match serde_json::from_str::<Value>(written) {
            Ok(Value::Array(items)) if items.is_empty() => {
                out.push(warning(Code::FOR_EACH, &node.location, "the loop has no inputs, so it runs nothing"));
            }
            Ok(Value::Array(_)) => {}
            Ok(_) => {
                let message = "the inputs of a loop are a JSON array";
                out.push(error(Code::FOR_EACH, &node.location, message).hint("write for example `'[1, 2, 3]'`"));
            }
            Err(problem) => {
                let message = format!("the inputs of a loop are a JSON array, and this is no JSON: {problem}");
                out.push(error(Code::FOR_EACH, &node.location, message).hint("write for example `'[\"a\", \"b\"]'`"));
            }
        }
    }
    // "Maximum concurrency is 100" (Databricks documentation, "Use a For each task").
    if let Some(node) = loop_.get("concurrency")
        && let Some(value) = node.as_i64().filter(|value| !(1..=100).contains(value))
    {
        let message = format!("`concurrency` is {value}, and it is 1 to 100");
        out.push(error(Code::FOR_EACH, &node.location, message));
    }
}

/// `:name` in the file is what `parameters` of the task or of the job give.
fn sql_task(task: &Node, of_job: &[&str], facts: &JobFacts<'_>, out: &mut Diagnostics) {
    let Some(path) = task.at(&["sql_task", "file", "path"]) else { return };
    let Some(sql) = path.as_str().and_then(|path| facts.sql.get(path.trim_start_matches("./"))) else { return };
    let wanted = named_parameters(sql);
    let given = task.at(&["sql_task", "parameters"]).and_then(Node::as_map).unwrap_or_default();
    for name in &wanted {
        let known = given.iter().map(|entry| entry.key.as_str()).chain(of_job.iter().copied());
        let known: Vec<&str> = known.collect();
        if !known.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            let message = format!("the file takes the parameter `:{name}`, which neither the task nor the job gives");
            let diagnostic = error(Code::SQL_TASK_PARAMETER, &path.location, message);
            let hint = match did_you_mean(name, known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("give it under `parameters` of the `sql_task`: `{name}: …`"),
            };
            out.push(diagnostic.hint(hint));
        }
    }
    // Older files take parameters as `{{name}}`.
    let used = |name: &str| wanted.iter().any(|wanted| wanted.eq_ignore_ascii_case(name)) || sql.contains("{{");
    for entry in given.iter().filter(|entry| !used(&entry.key)) {
        let message = format!("the file does not take the parameter `{}`", entry.key);
        let diagnostic = warning(Code::SQL_TASK_PARAMETER, &entry.key_location, message);
        out.push(diagnostic.suggest(&entry.key, wanted.iter().map(String::as_str)));
    }
}

/// Words after which a colon begins a parameter, and not a path into JSON.
const BEFORE: &[&str] = &[
    "select", "where", "and", "or", "not", "on", "having", "when", "then", "else", "case", "in", "like", "ilike",
    "rlike", "between", "limit", "offset", "by", "interval", "values", "as", "set", "distinct", "all", "qualify", "is",
];

/// The named parameters of a text. A colon right behind a name or a bracket is a path into JSON.
fn named_parameters(sql: &str) -> BTreeSet<String> {
    let tokens: Vec<Token> = lex(sql).tokens.into_iter().filter(|token| !token.kind.is_trivia()).collect();
    let mut found = BTreeSet::new();
    for (at, pair) in tokens.windows(2).enumerate() {
        let [colon, word] = pair else { continue };
        if colon.kind != TokenKind::Colon || word.kind != TokenKind::Word || colon.span.end != word.span.start {
            continue;
        }
        let before = at.checked_sub(1).and_then(|at| tokens.get(at));
        let begins = before.is_none_or(|before| match before.kind {
            TokenKind::Word => BEFORE.iter().any(|known| known.eq_ignore_ascii_case(before.text(sql))),
            TokenKind::QuotedWord | TokenKind::RightParen | TokenKind::RightBracket | TokenKind::RightBrace => false,
            kind => !kind.is_string(),
        });
        if begins {
            found.insert(word.text(sql).to_string());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_told_from_paths() {
        let found =
            named_parameters("SELECT a:b.c, x[0]:y, :p, f(:q) FROM t WHERE d >= :r AND e:f = ':g' -- :h\nLIMIT :n");
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["n", "p", "q", "r"]);
    }
}
