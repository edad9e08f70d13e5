//! Expectations over a dataset's rows.

use crate::analyze::bound::Column;
use crate::analyze::entry::{ScalarRule, bind_scalar};
use crate::diag::{Code, Diagnostic};
use crate::syntax::DataType;
use crate::syntax::ast::DatasetKind;

use super::dataset::Builder;
use super::model::BoundExpectation;

impl Builder<'_> {
    pub(super) fn expectations(&mut self, row: &[Column]) -> Vec<BoundExpectation> {
        let statement = self.statement();
        let mut bound: Vec<BoundExpectation> = Vec::new();
        for expectation in &statement.expectations {
            let location = self.at(expectation.name.span);
            if statement.kind == DatasetKind::View {
                self.error(Code::EXPECTATION, location.clone(), "a view has no expectations");
            }
            if let Some(first) = bound.iter().find(|known| known.name == expectation.name.value) {
                let message = format!("the expectation `{}` is defined twice", expectation.name.value);
                let diagnostic = Diagnostic::error(Code::EXPECTATION, message)
                    .at(location)
                    .related(first.location.clone(), "first defined here");
                self.diagnostics.push(diagnostic);
                continue;
            }
            let condition = &expectation.condition;
            let (expr, diagnostics) =
                bind_scalar(condition, &location.file, &self.session, row, ScalarRule::EXPECTATION);
            self.diagnostics.extend(diagnostics);
            self.proof.add(expr.proof());
            if !matches!(expr.ty, None | Some(DataType::Boolean | DataType::Void)) {
                let ty = expr.ty.as_ref().map(ToString::to_string).unwrap_or_default();
                let message = format!("an expectation is a BOOLEAN expression, not {ty}");
                let at = self.at(condition.span);
                self.error(Code::EXPECTATION, at, message);
            }
            bound.push(BoundExpectation {
                name: expectation.name.value.clone(),
                condition: expr,
                on_violation: expectation.on_violation,
                location,
            });
        }
        bound
    }
}
