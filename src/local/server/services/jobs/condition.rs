//! Condition tasks (Databricks documentation, "Add branching logic to a job with the If/else task").

use super::settings::Op;

/// "`==` and `!=` compare as text: `12.0 == 12` is false. The others compare as numbers: `12.0 >= 12` is true."
pub(super) fn evaluate(op: Op, left: &str, right: &str) -> Result<bool, String> {
    let number = |text: &str| {
        text.trim().parse::<f64>().map_err(|_| format!("The operand {text:?} of the condition is not a number."))
    };
    match op {
        Op::EqualTo => Ok(left == right),
        Op::NotEqual => Ok(left != right),
        Op::GreaterThan => Ok(number(left)? > number(right)?),
        Op::GreaterThanOrEqual => Ok(number(left)? >= number(right)?),
        Op::LessThan => Ok(number(left)? < number(right)?),
        Op::LessThanOrEqual => Ok(number(left)? <= number(right)?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The page's own examples.
    #[test]
    fn text_and_numbers() {
        assert_eq!(evaluate(Op::EqualTo, "12.0", "12"), Ok(false));
        assert_eq!(evaluate(Op::GreaterThanOrEqual, "12.0", "12"), Ok(true));
        assert_eq!(evaluate(Op::GreaterThanOrEqual, "10.0", "12"), Ok(false));
        assert!(evaluate(Op::LessThan, "a", "1").is_err());
    }
}
