//! What rendering one file may make: the engine counts steps only, and one step can double a text or a list.
//!
//! Everything that can make a value larger than its parts is counted when it is made, whether it is printed or not, so
//! what lives at any time is within the limits too.

use std::fmt::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use minijinja::value::{Value, ValueKind};
use minijinja::{Environment, Error, UndefinedBehavior, context};

use super::scope::fail;
use super::value::Fault;
use crate::diag::Code;

/// A statement has at most 16 MiB ("Statement Execution API: Run SQL on warehouses", "Execute a SQL statement"), so a
/// rendered file that has more could not be used.
pub(super) const OUTPUT: u64 = 16 * 1024 * 1024;
/// All texts that a template makes on the way, with marks: four times the largest file.
const TEXT: u64 = 64 * 1024 * 1024;
/// Items of lists, of 24 bytes each.
const ITEMS: u64 = 10_000_000;
/// Lists in lists: what frees, prints and compares them recurses.
const DEPTH: usize = 64;

/// Names of the functions that instrumented templates call; no template can write them by accident.
pub(super) const SHOWN: &str = "__lakesmith_shown";
pub(super) const TIMES: &str = "__lakesmith_times";
pub(super) const KEPT: &str = "__lakesmith_kept";
pub(super) const RAW: &str = "__lakesmith_raw";

/// Counts for the file that is being rendered.
#[derive(Default, Debug)]
pub(super) struct Budget {
    text: AtomicU64,
    items: AtomicU64,
}

pub(super) fn too_much(what: &str) -> Error {
    let hint = "is there a loop, a macro or a repetition that makes too much?";
    fail(Fault::new(Code::TEMPLATE_ERROR, format!("rendering this file makes more than {what}"), hint))
}

fn bytes(text: &str) -> u64 {
    u64::try_from(text.len()).unwrap_or(u64::MAX)
}

impl Budget {
    pub(super) fn begin(&self) {
        self.text.store(0, Ordering::Relaxed);
        self.items.store(0, Ordering::Relaxed);
    }

    fn count(counter: &AtomicU64, more: u64, limit: u64, what: &str) -> Result<(), Error> {
        // Counters stay at their limit, so that nothing can go on after it.
        let now = counter.load(Ordering::Relaxed).saturating_add(more).min(limit + 1);
        counter.store(now, Ordering::Relaxed);
        if now > limit { Err(too_much(what)) } else { Ok(()) }
    }

    /// So many bytes of text will be made.
    pub(super) fn text(&self, more: u64) -> Result<(), Error> {
        Self::count(&self.text, more, TEXT, "64 MiB of text")
    }

    /// So many items of lists will be made.
    pub(super) fn items(&self, more: u64) -> Result<(), Error> {
        Self::count(&self.items, more, ITEMS, "10000000 items of lists")
    }

    /// A value that a filter takes or has made: the letters of a text, the items of a list.
    pub(super) fn value(&self, value: &Value) -> Result<(), Error> {
        match (value.as_str(), value.len()) {
            (Some(text), _) => self.text(bytes(text)),
            (None, Some(items)) => self.items(u64::try_from(items).unwrap_or(u64::MAX)),
            (None, None) => Ok(()),
        }
    }

    /// What a value is as a text. Lists that share their parts can be far longer as a text than in memory.
    ///
    /// Gives the length.
    pub(super) fn shown(&self, value: &Value) -> Result<u64, Error> {
        let mut counter = Counter { budget: self, length: 0, failed: None };
        let written = match value.as_str() {
            Some(text) => counter.write_str(text),
            None => write!(counter, "{value}"),
        };
        match (counter.failed, written) {
            (Some(error), _) => Err(error),
            // An object that refuses to be printed says so again where it is.
            (None, Ok(()) | Err(_)) => Ok(counter.length),
        }
    }

    /// A value that a name will hold. What the engine computes only when it is asked for is computed now: else each
    /// step of a loop could wrap it once more, until reading it overflows the stack.
    fn kept(&self, value: &Value, in_namespace: bool) -> Result<Value, Error> {
        let value = match value.kind() {
            ValueKind::Iterable => {
                let mut items = Vec::new();
                for item in value.try_iter()? {
                    self.items(1)?;
                    items.push(item);
                }
                Value::from(items)
            }
            _ => value.clone(),
        };
        // A namespace, a loop or a module that holds itself could neither be printed nor freed.
        if in_namespace || !is_engine_object(&value) {
            self.weigh(&value, 0)?;
        } else if value.kind() == ValueKind::Map && is_namespace(&value) {
            for key in value.try_iter()? {
                self.weigh(&value.get_item(&key)?, 1)?;
            }
        }
        Ok(value)
    }

    fn weigh(&self, value: &Value, depth: usize) -> Result<(), Error> {
        let refuse = |message: &str| Err(fail(Fault::new(Code::TEMPLATE_ERROR, message, "")));
        if is_engine_object(value) {
            return refuse("a namespace, a loop or a module is put into another value");
        }
        let kind = value.kind();
        if !matches!(kind, ValueKind::Seq | ValueKind::Iterable | ValueKind::Map) {
            return Ok(());
        }
        if depth > DEPTH {
            return refuse("lists are put into lists more than 64 times");
        }
        for item in value.try_iter()? {
            self.items(1)?;
            match kind {
                ValueKind::Map => self.weigh(&value.get_item(&item)?, depth + 1)?,
                _ => self.weigh(&item, depth + 1)?,
            }
        }
        Ok(())
    }

    /// `*`, which repeats texts and lists.
    fn times(&self, left: &Value, right: &Value) -> Result<Value, Error> {
        for (value, count) in [(left, right), (right, left)] {
            let count = u64::try_from(count.clone()).unwrap_or(0);
            match (value.as_str(), value.len()) {
                (Some(text), _) => self.text(bytes(text).saturating_mul(count))?,
                (None, Some(items)) => self.items(u64::try_from(items).unwrap_or(u64::MAX).saturating_mul(count))?,
                (None, None) => {}
            }
        }
        let mut jinja = Environment::new();
        jinja.set_undefined_behavior(UndefinedBehavior::Strict);
        let product = jinja.compile_expression("left * right")?.eval(context! { left, right });
        // Its own place is in no template.
        product.map_err(|error| match error.detail() {
            Some(detail) => Error::new(error.kind(), detail.to_string()),
            None => error.kind().into(),
        })
    }

    /// The functions that instrumented templates call.
    pub(super) fn add(self: &Arc<Self>, environment: &mut Environment<'static>) {
        let budget = Arc::clone(self);
        environment.add_function(SHOWN, move |value: &Value| budget.shown(value).map(|_| value.clone()));
        let budget = Arc::clone(self);
        environment.add_function(TIMES, move |left: &Value, right: &Value| budget.times(left, right));
        let budget = Arc::clone(self);
        environment.add_function(KEPT, move |value: &Value, inside: bool| budget.kept(value, inside));
        let budget = Arc::clone(self);
        environment.add_function(RAW, move |length: u64| budget.text(length).map(|()| ""));
    }
}

struct Counter<'b> {
    budget: &'b Budget,
    length: u64,
    failed: Option<Error>,
}

impl fmt::Write for Counter<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.length += bytes(text);
        self.budget.text(bytes(text)).map_err(|error| {
            self.failed = Some(error);
            fmt::Error
        })
    }
}

/// The engine's types are private; it is pinned to one version.
fn is_namespace(value: &Value) -> bool {
    value.as_object().is_some_and(|object| object.type_name().ends_with("::Namespace"))
}

fn is_engine_object(value: &Value) -> bool {
    value.as_object().is_some_and(|object| {
        let name = object.type_name();
        ["::Namespace", "::Loop", "::Module"].iter().any(|engine| name.ends_with(engine))
    })
}
