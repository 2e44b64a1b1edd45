//! Which unit may be meant by a text that names none: proposals for a person to decide on, never applied by themselves.

use std::collections::HashMap;

use crate::model::plain::{edits, plain};
use crate::model::{Day, Text};

use super::registry::{TERRITORY, UnitId, Units};

/// Proposals for one text.
const PROPOSALS_MAX: usize = 3;
/// The share of letters that may differ between similar names, as one in so many.
const LETTERS_OF_AN_EDIT: usize = 4;

/// Why a unit may be meant; from the surest down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LikenessReason {
    /// Its code without zeros at the front, as spreadsheets write it.
    LeadingZeros,
    /// Its code with other punctuation or capitals.
    Punctuation,
    /// Its name, but for diacritics, capitals and words such as `UBND`.
    SameName,
    /// Its code is one of the words.
    CodeInside,
    /// Its name, as of another kind: `xã` for `phường`.
    OtherKind,
    /// A similar name.
    SimilarName,
}

impl LikenessReason {
    /// The name in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            LikenessReason::LeadingZeros => "leading_zeros",
            LikenessReason::Punctuation => "punctuation",
            LikenessReason::SameName => "same_name",
            LikenessReason::CodeInside => "code_inside",
            LikenessReason::OtherKind => "other_kind",
            LikenessReason::SimilarName => "similar_name",
        }
    }

    fn score(self) -> u32 {
        match self {
            LikenessReason::LeadingZeros => 95,
            LikenessReason::Punctuation | LikenessReason::SameName => 90,
            LikenessReason::CodeInside => 85,
            LikenessReason::OtherKind => 65,
            LikenessReason::SimilarName => 60,
        }
    }
}

/// A unit that may be meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Likeness {
    /// The unit.
    pub unit: UnitId,
    /// The code to be given in an alias.
    pub code: Text,
    /// How sure it is, 1 to 99; to be compared with others only.
    pub score: u32,
    /// Why.
    pub reason: LikenessReason,
    /// Whether the code names this unit on the first and on the last of the days asked about.
    pub is_valid: bool,
}

/// The units of the territory by all that a text can be like.
#[derive(Debug)]
pub struct Lookalikes<'a> {
    units: &'a Units,
    /// Codes without punctuation, and those without zeros at the front.
    codes: HashMap<String, Vec<UnitId>>,
    shortened: HashMap<String, Vec<UnitId>>,
    /// Names without what stands before them.
    names: HashMap<String, Vec<(UnitId, Option<&'static str>)>>,
}

/// Offices that stand before a unit's name.
const OFFICES: [&str; 7] = [
    "uy ban nhan dan",
    "ubnd",
    "hdnd ubnd",
    "trung tam phuc vu hanh chinh cong",
    "trung tam hanh chinh cong",
    "bo phan mot cua",
    "bp mot cua",
];

/// Kinds as they are written, each with what it means.
const KINDS: [(&str, &str); 17] = [
    ("thi tran", "thi tran"),
    ("tt", "thi tran"),
    ("thi xa", "thi xa"),
    ("tx", "thi xa"),
    ("thanh pho", "thanh pho"),
    ("tp", "thanh pho"),
    ("xa", "xa"),
    ("x", "xa"),
    ("phuong", "phuong"),
    ("p", "phuong"),
    ("huyen", "huyen"),
    ("h", "huyen"),
    ("quan", "quan"),
    ("q", "quan"),
    ("tinh", "tinh"),
    ("dac khu", "dac khu"),
    ("t", "tinh"),
];

/// What stands behind a word or several at the front of a text.
fn behind<'t>(text: &'t str, front: &str) -> Option<&'t str> {
    text.strip_prefix(front)?.strip_prefix(' ').filter(|rest| !rest.is_empty())
}

/// A name's kind and the name itself: `ubnd xa tu ly` is `tu ly`, of kind `xa`.
fn parts(plain: &str) -> (Option<&'static str>, &str) {
    let mut name = plain;
    while let Some(rest) = OFFICES.iter().find_map(|office| behind(name, office)) {
        name = rest;
    }
    let kind = KINDS.iter().find_map(|(written, kind)| Some((*kind, behind(name, written)?)));
    kind.map_or((None, name), |(kind, rest)| (Some(kind), rest))
}

fn letters(text: &str) -> String {
    plain(text).replace(' ', "")
}

impl<'a> Lookalikes<'a> {
    /// Of all units known.
    pub fn of(units: &'a Units) -> Lookalikes<'a> {
        let mut all = Lookalikes { units, codes: HashMap::new(), shortened: HashMap::new(), names: HashMap::new() };
        for (id, fact) in units.versions().filter(|(_, fact)| &*fact.tree == TERRITORY) {
            let code = letters(&fact.code);
            if code.starts_with('0') {
                all.shortened.entry(code.trim_start_matches('0').to_owned()).or_default().push(id);
            }
            all.codes.entry(code).or_default().push(id);
            let given = [Some(&fact.name_vi), fact.short_name.as_ref(), fact.name_en.as_ref()];
            let mut names: Vec<String> = given.into_iter().flatten().map(|name| plain(name)).collect();
            names.dedup();
            for name in names {
                let (kind, name) = parts(&name);
                all.names.entry(name.to_owned()).or_default().push((id, kind));
            }
        }
        all
    }

    /// The units that may be meant by a text of records of these days, the likeliest first; those for which `is_near` says
    /// no come behind. Only codes that name a unit on the last day are proposed.
    pub fn find(&self, raw: &str, days: (Day, Day), is_near: impl Fn(UnitId) -> bool) -> Vec<Likeness> {
        let mut found: Vec<(UnitId, LikenessReason, u32)> = Vec::new();
        self.by_code(raw, &mut found);
        self.by_name(&plain(raw), &mut found);
        let mut best: HashMap<&Text, Likeness> = HashMap::new();
        for (unit, reason, minus) in found {
            let Some(fact) = self.units.fact(unit) else { continue };
            let read = [days.0, days.1].map(|day| self.units.read(&fact.code, day));
            if read[1].unit != unit && read[0].unit != unit || read[1].unit == UnitId::UNRESOLVED {
                continue;
            }
            let is_valid = read.iter().all(|read| read.unit == unit && !read.stale_code);
            let minus = minus + if is_near(unit) { 0 } else { 20 } + if is_valid { 0 } else { 15 };
            let score = reason.score().saturating_sub(minus).max(1);
            let likeness = Likeness { unit, code: fact.code.clone(), score, reason, is_valid };
            let kept = best.entry(&fact.code).or_insert_with(|| likeness.clone());
            if kept.score < score {
                *kept = likeness;
            }
        }
        let mut found: Vec<Likeness> = best.into_values().collect();
        found.sort_by(|one, other| other.score.cmp(&one.score).then_with(|| one.code.cmp(&other.code)));
        // Two that are equally likely are each half as sure.
        if let [first, second, ..] = found.as_mut_slice()
            && first.score == second.score
        {
            let score = first.score;
            for one in found.iter_mut().filter(|one| one.score == score) {
                one.score = (score / 2).max(1);
            }
            found.sort_by(|one, other| other.score.cmp(&one.score).then_with(|| one.code.cmp(&other.code)));
        }
        found.truncate(PROPOSALS_MAX);
        found
    }

    fn by_code(&self, raw: &str, found: &mut Vec<(UnitId, LikenessReason, u32)>) {
        let whole = letters(raw);
        let of = |map: &HashMap<String, Vec<UnitId>>, code: &str| map.get(code).cloned().unwrap_or_default();
        if !whole.is_empty() && whole.bytes().all(|byte| byte.is_ascii_digit()) {
            let shortened = of(&self.shortened, whole.trim_start_matches('0'));
            found.extend(shortened.into_iter().map(|unit| (unit, LikenessReason::LeadingZeros, 0)));
        }
        found.extend(of(&self.codes, &whole).into_iter().map(|unit| (unit, LikenessReason::Punctuation, 0)));
        let text = plain(raw);
        if text.contains(' ') {
            // A number of one or two digits may number anything.
            for word in text.split(' ').filter(|word| word.len() > 2) {
                found.extend(of(&self.codes, word).into_iter().map(|unit| (unit, LikenessReason::CodeInside, 0)));
            }
        }
    }

    fn by_name(&self, text: &str, found: &mut Vec<(UnitId, LikenessReason, u32)>) {
        let (kind, name) = parts(text);
        let is_number = name.bytes().all(|byte| byte.is_ascii_digit() || byte == b' ');
        for (unit, known) in self.names.get(name).into_iter().flatten() {
            match (kind, known) {
                (Some(kind), Some(known)) if kind != *known && !is_number => {
                    found.push((*unit, LikenessReason::OtherKind, 0));
                }
                (Some(kind), Some(known)) if kind == *known => found.push((*unit, LikenessReason::SameName, 0)),
                // A number alone is no name.
                _ if is_number => {}
                (None, Some(_)) => found.push((*unit, LikenessReason::SameName, 10)),
                _ => found.push((*unit, LikenessReason::SameName, 0)),
            }
        }
        let edits_max = name.chars().count() / LETTERS_OF_AN_EDIT;
        if is_number || edits_max == 0 {
            return;
        }
        // Few slips are at both ends of a name.
        let ends = |text: &str| (text.chars().next(), text.chars().next_back());
        let (front, back) = ends(name);
        let is_close = |known: &str| known != name && (ends(known).0 == front || ends(known).1 == back);
        for (known, units) in self.names.iter().filter(|(known, _)| is_close(known)) {
            let Some(edits) = edits(name, known, edits_max) else { continue };
            // A letter that differs costs the more the shorter the name is.
            let letters = name.chars().count().max(1);
            let minus = u32::try_from(60 * edits / letters).unwrap_or(60);
            for (unit, of) in units {
                let other = if kind.is_some() && kind != *of { 10 } else { 0 };
                found.push((*unit, LikenessReason::SimilarName, minus + other));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Instant, UnitFact, UnitKind};

    fn units() -> Units {
        let mut units = Units::default();
        let row = |code: &str, name: &str, from: Option<&str>, to: Option<&str>| UnitFact {
            at: Instant(0),
            code: Text::new(code),
            valid_from: from.map(|day| day.parse().unwrap()),
            valid_to: to.map(|day| day.parse().unwrap()),
            parent: None,
            kind: UnitKind::Commune,
            category: Text::new("xã"),
            name_vi: Text::new(name),
            name_en: None,
            short_name: None,
            sort_order: 0,
            lat: None,
            lon: None,
            tree: Text::new(TERRITORY),
        };
        units.offer([
            row("04903", "Xã Tu Lý", None, Some("2025-06-30")),
            row("04831", "Xã Tu Lý", Some("2025-07-01"), None),
            row("04792", "Phường Tân Hòa", None, None),
            row("04795", "Phường Thịnh Lang", None, None),
            row("05000", "Xã Tân Hòa", None, None),
            row("17.so-y-te", "Sở Y tế", None, None),
        ]);
        units
    }

    fn found(raw: &str, days: (&str, &str)) -> Vec<String> {
        let units = units();
        let found = Lookalikes::of(&units).find(raw, (days.0.parse().unwrap(), days.1.parse().unwrap()), |_| true);
        found.iter().map(|one| format!("{} {} {}", one.code, one.score, one.reason.as_str())).collect()
    }

    #[test]
    fn a_text_is_like_codes_and_names_of_its_days() {
        let then = ("2024-01-01", "2024-12-31");
        assert_eq!(found("4903", then), ["04903 95 leading_zeros"]);
        assert_eq!(found("UBND xã Tu Lý", then), ["04903 90 same_name"]);
        assert_eq!(found("UBND XA TU LY", ("2025-08-01", "2025-09-01")), ["04831 90 same_name", "04903 75 same_name"]);
        assert_eq!(found("17-SO-Y-TE", then), ["17.so-y-te 90 punctuation"]);
        assert_eq!(found("05000 - xã nào đó", then), ["05000 85 code_inside"]);
        assert_eq!(found("P. Tân Hoà", then), ["04792 90 same_name", "05000 65 other_kind"]);
        assert_eq!(found("Phường Thịnh Lan", then), ["04795 54 similar_name"]);
        // Nobody can say which of the two is meant.
        assert_eq!(found("Tân Hòa", then), ["04792 40 same_name", "05000 40 same_name"]);
        assert_eq!(found("Phường 12", then), Vec::<String>::new());
        assert_eq!(found("", then), Vec::<String>::new());
    }
}
