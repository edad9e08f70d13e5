//! "Did you mean": the nearest of the known words.

/// The candidate nearest to `word`, if it is near enough to be a slip of the keyboard.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = word.to_lowercase();
    // One edit in three letters; a word of one or two letters gets one.
    let budget = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        // What was written is no better than what was written.
        .filter(|candidate| *candidate != word)
        .map(|candidate| (strsim::damerau_levenshtein(&folded, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= budget)
        .min_by_key(|(distance, candidate)| (*distance, *candidate))
        .map(|(_, candidate)| candidate)
}

/// Is one word the other with one letter too many, too few, wrong or in the wrong place?
pub fn one_slip(word: &str, other: &str) -> bool {
    strsim::damerau_levenshtein(&word.to_lowercase(), &other.to_lowercase()) == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_slips_and_nothing_far_away() {
        assert_eq!(did_you_mean("catlog", ["catalog", "schemas"]), Some("catalog"));
        assert_eq!(did_you_mean("Catalog", ["catalog"]), Some("catalog"));
        assert_eq!(did_you_mean("what", ["what", "whta"]), Some("whta"));
        assert_eq!(did_you_mean("host", ["catalog", "schemas"]), None);
        assert!(one_slip("Lenght", "length") && one_slip("uper", "upper"));
        assert!(!one_slip("row_count", "bit_count") && !one_slip("eomonth", "month"));
    }
}
