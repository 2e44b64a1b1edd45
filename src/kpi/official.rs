//! Official forms as data: `dashboards/forms/*.toml`.
//!
//! A form has totals, which are composite measures, and columns below them. Its *convention* says in which column each
//! part of a total stands: all of them, each once, so that the columns add up to the total whatever the figures are
//! (C-4). A form that doesn't is refused.

use std::collections::BTreeMap;

use serde::Deserialize;
use sha2::{Digest, Sha256};
use toml::Spanned;

use super::fault::{Fault, FaultReason, SourceFile};
use super::figure::Words;
use super::measure::{Measure, Measures};

#[cfg(test)]
mod tests;

/// What the totals of a form are made of.
const PARTS: [(Measure, &[Measure]); 3] = [
    (
        Measure::TakenOn,
        &[Measure::ReceivedOnline, Measure::ReceivedCounter, Measure::ReceivedPost, Measure::CarriedOver],
    ),
    (
        Measure::Resolved,
        &[
            Measure::ResolvedEarly,
            Measure::ResolvedOnTime,
            Measure::ResolvedLate,
            Measure::ResolvedUndated,
            Measure::ResolvedWithdrawn,
        ],
    ),
    (
        Measure::InProgress,
        &[
            Measure::InProgressWithin,
            Measure::InProgressOverdue,
            Measure::InProgressUndated,
            Measure::InProgressWaiting,
        ],
    ),
];
/// The greatest number of a column.
const COLUMN_MAX: i64 = 60;

/// An official form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfficialForm {
    /// Its file's name without the ending.
    pub id: String,
    /// Its official number.
    pub number: String,
    /// Its title.
    pub title: Words,
    /// What it was issued with.
    pub legal_basis: Words,
    /// What is counted.
    pub counted_in: Words,
    /// Who receives it from a unit that stands under none.
    pub receiver: Words,
    /// Heading of column 1.
    pub row_number: Words,
    /// Heading of column 2.
    pub row_name: Words,
    /// The totals, ascending by column, each with the columns below it.
    pub totals: Vec<Total>,
    /// Blocks of rows by category of unit; the last one has all others.
    pub groups: Vec<Group>,
    /// The file, so that a closed period keeps what it was closed by.
    pub text: String,
}

/// A total with its columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Total {
    /// Number of its column.
    pub column: u8,
    /// The composite measure.
    pub measure: Measure,
    /// What it is called.
    pub heading: Words,
    /// The columns that add up to it, ascending.
    pub columns: Vec<Column>,
}

/// A column of counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its number.
    pub number: u8,
    /// What it is called.
    pub heading: Words,
    /// What stands in it, by the convention.
    pub measures: Vec<Measure>,
}

/// A block of rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// What it is called.
    pub heading: Words,
    /// Categories of units; empty for all others.
    pub categories: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    number: String,
    title: Words,
    legal_basis: Words,
    counted_in: Words,
    receiver: Words,
    row_number: Words,
    row_name: Words,
    total: Vec<TotalForm>,
    column: Vec<ColumnForm>,
    group: Spanned<Vec<GroupForm>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TotalForm {
    column: Spanned<i64>,
    id: Spanned<String>,
    heading: Words,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ColumnForm {
    number: Spanned<i64>,
    total: Spanned<String>,
    heading: Words,
    measures: Spanned<Vec<Spanned<String>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupForm {
    heading: Words,
    categories: Vec<Spanned<String>>,
}

impl OfficialForm {
    /// Reads the file of a form; its id is the file's name. What is faulty is named.
    pub fn read(file: SourceFile<'_>, faults: &mut Vec<Fault>) -> Option<OfficialForm> {
        let form = file.read::<File>(faults)?;
        let mut reader = Reader { file, faults, numbers: Vec::new(), mapped: Vec::new() };
        let told_before = reader.faults.len();
        let mut totals: Vec<Total> = form.total.into_iter().filter_map(|total| reader.total(total)).collect();
        for column in form.column {
            reader.column(column, &mut totals);
        }
        let groups = reader.groups(form.group);
        if reader.faults.len() == told_before {
            reader.all_are_mapped(&totals);
        }
        totals.sort_by_key(|total| total.column);
        totals.iter_mut().for_each(|total| total.columns.sort_by_key(|column| column.number));
        (reader.faults.len() == told_before).then(|| OfficialForm {
            id: id_of(file.name),
            number: form.number,
            title: form.title,
            legal_basis: form.legal_basis,
            counted_in: form.counted_in,
            receiver: form.receiver,
            row_number: form.row_number,
            row_name: form.row_name,
            totals,
            groups,
            text: file.text.to_owned(),
        })
    }

    /// All columns of counts with their numbers, totals before the columns below them.
    pub fn columns(&self) -> impl Iterator<Item = (u8, &[Measure])> {
        self.totals.iter().flat_map(|total| {
            let own = (total.column, std::slice::from_ref(&total.measure));
            std::iter::once(own).chain(total.columns.iter().map(|column| (column.number, &*column.measures)))
        })
    }

    /// The columns' counts of some measures.
    pub fn counts(&self, measures: &Measures) -> BTreeMap<u8, i64> {
        let sum = |of: &[Measure]| of.iter().map(|measure| measures.get(*measure)).sum();
        self.columns().map(|(number, of)| (number, sum(of))).collect()
    }

    /// The place of the block that units of a category stand in.
    pub fn group_of(&self, category: &str) -> usize {
        let is_named = |group: &Group| group.categories.iter().any(|known| known == category);
        self.groups.iter().position(is_named).unwrap_or(self.groups.len() - 1)
    }

    /// SHA-256 of its file: which convention figures were made by.
    pub fn hash(&self) -> String {
        hash(&self.text)
    }
}

/// SHA-256 of a form's file, in hexadecimal digits.
pub fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn id_of(name: &str) -> String {
    let file = name.rsplit('/').next().unwrap_or(name);
    file.strip_suffix(".toml").unwrap_or(file).to_owned()
}

/// What was met so far in a file.
struct Reader<'a, 'f> {
    file: SourceFile<'a>,
    faults: &'f mut Vec<Fault>,
    numbers: Vec<u8>,
    mapped: Vec<(Measure, u8)>,
}

impl Reader<'_, '_> {
    fn fault(&mut self, span: &std::ops::Range<usize>, key: &str, reason: FaultReason) {
        self.faults.push(self.file.fault(span, key, reason));
    }

    fn number(&mut self, number: &Spanned<i64>, key: &str) -> u8 {
        let (span, written) = (number.span(), *number.get_ref());
        let Some(read) = u8::try_from(written).ok().filter(|_| (1..=COLUMN_MAX).contains(&written)) else {
            self.fault(&span, key, FaultReason::Outside { number: written, least: 1, most: COLUMN_MAX });
            return 0;
        };
        if self.numbers.contains(&read) {
            self.fault(&span, key, FaultReason::Twice(read.to_string()));
        }
        self.numbers.push(read);
        read
    }

    fn total(&mut self, form: TotalForm) -> Option<Total> {
        let column = self.number(&form.column, "total.column");
        let known = PARTS.iter().map(|(measure, _)| *measure).find(|measure| measure.name() == form.id.get_ref());
        if known.is_none() {
            let reason = FaultReason::UnknownTotal(form.id.get_ref().clone());
            self.fault(&form.id.span(), "total.id", reason);
        }
        Some(Total { column, measure: known?, heading: form.heading, columns: Vec::new() })
    }

    fn column(&mut self, form: ColumnForm, totals: &mut [Total]) {
        let number = self.number(&form.number, "column.number");
        let Some(total) = totals.iter_mut().find(|total| total.measure.name() == form.total.get_ref()) else {
            let reason = FaultReason::UnknownTotal(form.total.get_ref().clone());
            return self.fault(&form.total.span(), "column.total", reason);
        };
        if form.measures.get_ref().is_empty() {
            self.fault(&form.measures.span(), "column.measures", FaultReason::Empty);
        }
        let mut measures = Vec::new();
        for name in form.measures.into_inner() {
            match self.part(&name, total.measure) {
                Ok(measure) => {
                    self.mapped.push((measure, number));
                    measures.push(measure);
                }
                Err(reason) => self.fault(&name.span(), "column.measures", reason),
            }
        }
        total.columns.push(Column { number, heading: form.heading, measures });
    }

    /// A part of a total that stands in no column yet.
    fn part(&self, name: &Spanned<String>, total: Measure) -> Result<Measure, FaultReason> {
        let Some(measure) = Measure::named(name.get_ref()) else {
            return Err(FaultReason::UnknownMeasure(name.get_ref().clone()));
        };
        let (measure_name, total_name) = (measure.name(), total.name());
        if !parts(total).contains(&measure) {
            return Err(FaultReason::Misplaced { measure: measure_name, total: total_name });
        }
        match self.mapped.iter().find(|(mapped, _)| *mapped == measure) {
            Some((_, column)) => Err(FaultReason::MappedTwice { measure: measure_name, column: *column }),
            None => Ok(measure),
        }
    }

    fn groups(&mut self, groups: Spanned<Vec<GroupForm>>) -> Vec<Group> {
        let span = groups.span();
        let (mut read, mut known) = (Vec::<Group>::new(), Vec::<String>::new());
        for group in groups.into_inner() {
            for category in &group.categories {
                if known.contains(category.get_ref()) {
                    self.fault(&category.span(), "group.categories", FaultReason::Twice(category.get_ref().clone()));
                }
                known.push(category.get_ref().clone());
            }
            let categories = group.categories.into_iter().map(Spanned::into_inner).collect();
            read.push(Group { heading: group.heading, categories });
        }
        let rest = read.iter().filter(|group| group.categories.is_empty()).count();
        if rest != 1 || !read.last().is_some_and(|group| group.categories.is_empty()) {
            self.fault(&span, "group", FaultReason::NoRest);
        }
        read
    }

    fn all_are_mapped(&mut self, totals: &[Total]) {
        for (total, of) in PARTS {
            let total_name = total.name();
            let has_total = totals.iter().any(|known| known.measure == total);
            let missing = of.iter().filter(|part| !self.mapped.iter().any(|(mapped, _)| mapped == *part));
            for measure in missing.map(|measure| measure.name()).collect::<Vec<_>>() {
                // Where the total stands, or ought to.
                let place = self.file.text.find(&format!("\"{total_name}\"")).unwrap_or_default();
                let key = if has_total { "column.measures" } else { "total.id" };
                self.fault(&(place..place), key, FaultReason::Unmapped { measure, total: total_name });
            }
        }
    }
}

/// What a total is made of.
fn parts(total: Measure) -> &'static [Measure] {
    PARTS.iter().find(|(measure, _)| *measure == total).map_or(&[], |(_, parts)| parts)
}
