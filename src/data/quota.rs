//! Exact shares of whole numbers.

/// Splits `total` by `weights` with the largest-remainder method; equal remainders go to the earlier part.
pub(crate) fn apportion(total: u64, weights: &[u64]) -> Vec<u64> {
    let sum: u128 = weights.iter().map(|&weight| u128::from(weight)).sum();
    if sum == 0 {
        return vec![0; weights.len()];
    }
    let mut parts = Vec::with_capacity(weights.len());
    let mut remainders = Vec::with_capacity(weights.len());
    for (index, &weight) in weights.iter().enumerate() {
        let exact = u128::from(total) * u128::from(weight);
        parts.push((exact / sum) as u64);
        remainders.push((exact % sum, index));
    }
    let missing = total - parts.iter().sum::<u64>();
    remainders.sort_unstable_by(|left, right| right.0.cmp(&left.0).then(left.1.cmp(&right.1)));
    for &(_, index) in remainders.iter().take(missing as usize) {
        parts[index] += 1;
    }
    parts
}

/// `count` at scale 1 grown to `scale`, to the nearest whole number.
pub(crate) fn scaled(count: f64, scale: f64) -> u64 {
    (count * scale).round() as u64
}

/// Part number `index` of `parts` equal ones of `total`; the parts add up exactly.
pub(crate) fn even_part(total: u64, index: u64, parts: u64) -> u64 {
    total * (index + 1) / parts - total * index / parts
}

/// `thousandths` of `count`, to the nearest whole number.
pub(crate) fn share(count: u64, thousandths: u64) -> u64 {
    (count * thousandths + 500) / 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_follow_the_largest_remainders() {
        // Hamilton apportionment of 10 seats over 47/16/15.8/12/6.1/3.1, a textbook example.
        assert_eq!(apportion(10, &[470, 160, 158, 120, 61, 31]), [5, 2, 1, 1, 1, 0]);
        assert_eq!(apportion(7, &[0, 0]), [0, 0]);
    }

    #[test]
    fn even_parts_add_up() {
        assert_eq!((0..7).map(|part| even_part(100, part, 7)).sum::<u64>(), 100);
    }
}
