//! The shape of the engine's syntax tree.

use minijinja::machinery::ast::{Call, CallArg, Expr, Stmt};

/// The statements inside a statement.
pub(super) fn bodies<'s, 't>(stmt: &'s Stmt<'t>) -> [&'s [Stmt<'t>]; 2] {
    match stmt {
        Stmt::Template(template) => [&template.children, &[]],
        Stmt::ForLoop(looped) => [&looped.body, &looped.else_body],
        Stmt::IfCond(cond) => [&cond.true_body, &cond.false_body],
        Stmt::WithBlock(block) => [&block.body, &[]],
        Stmt::SetBlock(block) => [&block.body, &[]],
        Stmt::AutoEscape(block) => [&block.body, &[]],
        Stmt::FilterBlock(block) => [&block.body, &[]],
        Stmt::Block(block) => [&block.body, &[]],
        Stmt::Macro(block) => [&block.body, &[]],
        Stmt::CallBlock(block) => [&block.macro_decl.body, &[]],
        Stmt::EmitExpr(_)
        | Stmt::EmitRaw(_)
        | Stmt::Set(_)
        | Stmt::Import(_)
        | Stmt::FromImport(_)
        | Stmt::Extends(_)
        | Stmt::Include(_)
        | Stmt::Do(_) => [&[], &[]],
    }
}

/// The expressions of a statement, without those of the statements inside it.
pub(super) fn expressions<'s, 't>(stmt: &'s Stmt<'t>) -> Vec<&'s Expr<'t>> {
    match stmt {
        Stmt::EmitExpr(emit) => vec![&emit.expr],
        Stmt::ForLoop(looped) => [&looped.iter].into_iter().chain(&looped.filter_expr).collect(),
        Stmt::IfCond(cond) => vec![&cond.expr],
        Stmt::WithBlock(block) => block.assignments.iter().map(|(_, value)| value).collect(),
        Stmt::Set(set) => vec![&set.expr],
        Stmt::SetBlock(block) => block.filter.iter().collect(),
        Stmt::AutoEscape(block) => vec![&block.enabled],
        Stmt::FilterBlock(block) => vec![&block.filter],
        Stmt::Macro(block) => block.defaults.iter().collect(),
        Stmt::CallBlock(block) => block.macro_decl.defaults.iter().chain(called(&block.call)).collect(),
        Stmt::Do(block) => called(&block.call),
        Stmt::Import(import) => vec![&import.expr],
        Stmt::FromImport(import) => vec![&import.expr],
        Stmt::Extends(extends) => vec![&extends.name],
        Stmt::Include(include) => vec![&include.name],
        Stmt::Template(_) | Stmt::EmitRaw(_) | Stmt::Block(_) => Vec::new(),
    }
}

/// The expressions that an expression is made of.
pub(super) fn parts<'s, 't>(expr: &'s Expr<'t>) -> Vec<&'s Expr<'t>> {
    match expr {
        Expr::Var(_) | Expr::Const(_) => Vec::new(),
        Expr::Slice(slice) => {
            let bounds = [&slice.start, &slice.stop, &slice.step].into_iter().flatten();
            [&slice.expr].into_iter().chain(bounds).collect()
        }
        Expr::UnaryOp(op) => vec![&op.expr],
        Expr::BinOp(op) => vec![&op.left, &op.right],
        Expr::Compare(compare) => [&compare.expr].into_iter().chain(compare.ops.iter().map(|op| &op.expr)).collect(),
        Expr::IfExpr(choice) => [&choice.test_expr, &choice.true_expr].into_iter().chain(&choice.false_expr).collect(),
        Expr::Filter(filter) => filter.expr.iter().chain(arguments(&filter.args)).collect(),
        Expr::Test(test) => [&test.expr].into_iter().chain(arguments(&test.args)).collect(),
        Expr::GetAttr(attribute) => vec![&attribute.expr],
        Expr::GetItem(item) => vec![&item.expr, &item.subscript_expr],
        Expr::Call(call) => called(call),
        Expr::List(list) => list.items.iter().collect(),
        Expr::Tuple(tuple) => tuple.items.iter().collect(),
        Expr::Map(map) => map.keys.iter().chain(&map.values).collect(),
    }
}

fn called<'s, 't>(call: &'s Call<'t>) -> Vec<&'s Expr<'t>> {
    [&call.expr].into_iter().chain(arguments(&call.args)).collect()
}

fn arguments<'s, 't>(arguments: &'s [CallArg<'t>]) -> impl Iterator<Item = &'s Expr<'t>> {
    arguments.iter().map(|argument| match argument {
        CallArg::Pos(value) | CallArg::Kwarg(_, value) => value,
        CallArg::PosSplat(value) | CallArg::KwargSplat(value) => value,
    })
}
