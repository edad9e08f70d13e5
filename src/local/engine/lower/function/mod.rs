//! Built-in scalar functions and operators by canonical name, one file a family.

mod arithmetic;
mod call;
mod collection;
mod condition;
mod format;
mod from_json;
mod generator;
mod json;
mod math;
mod regexp;
mod text;
mod time;

pub(super) use arithmetic::average;
pub(super) use call::{Arg, call};
use call::{result, sqls};
pub(super) use collection::{array_element, map_value};
pub(super) use generator::generate;
