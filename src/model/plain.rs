//! Text as people compare it: without diacritics, capitals and punctuation; and how far two texts are apart.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The letters and digits of a text, small and without diacritics, with one space for whatever stands between words:
/// `UBND xã Đồng-Tâm` is `ubnd xa dong tam`.
pub fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.nfd().filter(|c| !is_combining_mark(*c)) {
        match c {
            'đ' | 'Đ' => plain.push('d'),
            c if c.is_alphanumeric() => plain.extend(c.to_lowercase()),
            _ if plain.is_empty() || plain.ends_with(' ') => {}
            _ => plain.push(' '),
        }
    }
    plain.truncate(plain.trim_end().len());
    plain
}

/// How many letters are to be changed, added or left out to make one text of another (Levenshtein); none when it is more
/// than `edits_max`.
pub fn edits(one: &str, other: &str, edits_max: usize) -> Option<usize> {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if one.len().abs_diff(other.len()) > edits_max {
        return None;
    }
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (place, letter) in one.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = place + 1;
        for column in 0..other.len() {
            let changed = diagonal + usize::from(*letter != other[column]);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
        if row.iter().all(|edits| *edits > edits_max) {
            return None;
        }
    }
    row.last().copied().filter(|edits| *edits <= edits_max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_compared_as_people_do() {
        assert_eq!(plain("  UBND xã Đồng-Tâm. "), "ubnd xa dong tam");
        assert_eq!(plain("Ngày  TIẾP NHẬN (dd/mm)"), "ngay tiep nhan dd mm");
        assert_eq!(plain("H28.1-24"), "h28 1 24");
        assert_eq!(edits("tu ly", "tu li", 2), Some(1));
        assert_eq!(edits("tan lac", "tan lap xa", 2), None);
        assert_eq!(edits("", "ab", 2), Some(2));
    }
}
