//! "Did you mean": the nearest of the known words.

/// The candidate nearest to `word`, if it is near enough to be a slip of the keyboard.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = word.to_lowercase();
    // One edit in three letters. Of one or two letters nothing is left after an edit: every other short name is as near.
    let budget = word.chars().count() / 3;
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

/// Is a name with parts (`sales_dev`) most likely the other one, misspelt? One slip in one part of four letters or more:
/// shorter parts and digits tell environments, regions and versions apart.
pub fn misspelt(name: &str, other: &str) -> bool {
    fn parts(name: &str) -> Vec<&str> {
        name.split(['_', '-']).collect()
    }
    let (name, other) = (name.to_lowercase(), other.to_lowercase());
    let (written, meant) = (parts(&name), parts(&other));
    if written.len() != meant.len() {
        return false;
    }
    let different: Vec<(&str, &str)> = written.into_iter().zip(meant).filter(|(a, b)| a != b).collect();
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let [(written, meant)] = different.as_slice() else { return false };
    let is_long = |part: &str| part.chars().count() >= 4;
    is_long(written) && is_long(meant) && digits(written) == digits(meant) && one_slip(written, meant)
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
        // Short names are near to everything; another case is no edit.
        assert_eq!(did_you_mean("o", ["v", "id", "on"]), None);
        assert_eq!(did_you_mean("ids", ["id", "v"]), Some("id"));
        assert_eq!(did_you_mean("ID", ["id"]), Some("id"));
        assert_eq!(did_you_mean("ord", ["odr", "order"]), Some("odr"));
        assert_eq!(did_you_mean("total", ["today"]), None);
        assert!(misspelt("insuranse_dev", "insurance_dev") && misspelt("Clams-360", "claims-360"));
        for (deliberate, other) in [
            ("sales_us", "sales_uk"),
            ("sales_dev", "sales_prd"),
            ("lake1", "lake2"),
            ("sales2024", "sales2025"),
            ("main", "main"),
            ("sales", "sales_dev"),
            ("dev", "dew"),
        ] {
            assert!(!misspelt(deliberate, other), "{deliberate} {other}");
        }
        assert!(one_slip("Lenght", "length") && one_slip("uper", "upper"));
        assert!(!one_slip("row_count", "bit_count") && !one_slip("eomonth", "month"));
    }
}
