//! `verify:` of the manifest: what a verification asks for.
//!
//! `verify: { genie_threshold: 0.8 }`

use super::decode::value;
use super::variable::{VariableType, VariableValue};
use super::yaml::{Fields, Node};
use crate::diag::{Code, Diagnostic, Diagnostics};

#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Verify {
    /// The share of a Genie space's benchmarks that must be answered well, from 0 to 1.
    pub genie_threshold: f64,
}

impl Default for Verify {
    fn default() -> Self {
        Self { genie_threshold: 0.8 }
    }
}

pub(super) fn decode(node: Option<&Node>, out: &mut Diagnostics) -> Verify {
    let mut verify = Verify::default();
    let Some(mut fields) = node.and_then(|node| Fields::of(node, out)) else { return verify };
    if let Some(share) = fields.take("genie_threshold").and_then(|node| share(node, out)) {
        verify.genie_threshold = share;
    }
    fields.finish(out);
    verify
}

/// A number from 0 to 1.
fn share(node: &Node, out: &mut Diagnostics) -> Option<f64> {
    let written = value(&VariableType::Decimal, node, out)?;
    let VariableValue::Decimal(decimal) = written.value else { return None };
    let share = decimal.to_f64().filter(|share| (0.0..=1.0).contains(share));
    if share.is_none() {
        let message = format!("{decimal} is no share: it is not between 0 and 1");
        let hint = "0.8 stands for 80 %";
        out.push(Diagnostic::error(Code::INVALID_VALUE, message).at(written.location).hint(hint));
    }
    share
}
