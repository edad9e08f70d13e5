//! Sentiment of calls: exact means for leaks, an exact number of negative calls for the day.

use super::super::dice::Dice;

/// The label is negative from this score down, positive from its opposite up.
pub(crate) const NEGATIVE: i64 = -25;

/// `count` scores, evenly spread over `mean ± half`, whose sum is `mean * count`.
pub(crate) fn even(count: usize, mean: i64, half: i64) -> Vec<i64> {
    let len = count as i64;
    let mut scores: Vec<i64> =
        (0..len).map(|place| mean + (half * (2 * place + 1 - len)).div_euclid(len.max(1))).collect();
    let mut missing = mean * len - scores.iter().sum::<i64>();
    for score in scores.iter_mut().rev() {
        if missing == 0 {
            break;
        }
        let step = missing.signum();
        *score += step;
        missing -= step;
    }
    scores
}

/// The same in random order.
pub(crate) fn spread(count: usize, mean: i64, half: i64, dice: &mut Dice) -> Vec<i64> {
    let mut scores = even(count, mean, half);
    dice.shuffle(&mut scores);
    scores
}

/// A score with the wanted label.
pub(crate) fn draw(negative: bool, dice: &mut Dice) -> i64 {
    if negative {
        NEGATIVE - i64::from(dice.below(66))
    } else if dice.percent(45) {
        i64::from(dice.below(45)) - 20
    } else {
        25 + i64::from(dice.below(65))
    }
}

pub(crate) fn label(score: i64) -> &'static str {
    if score <= NEGATIVE {
        "negative"
    } else if score >= -NEGATIVE {
        "positive"
    } else {
        "neutral"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_is_exact_and_the_range_is_kept() {
        for count in [1, 2, 7, 40, 150, 601] {
            let scores = spread(count, -65, 30, &mut Dice::new(1, "test", 0));
            assert_eq!(scores.iter().sum::<i64>(), -65 * count as i64);
            assert!(scores.iter().all(|score| (-96..=-34).contains(score)), "{count}");
        }
    }
}
