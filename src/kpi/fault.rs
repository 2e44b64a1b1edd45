//! Faults of catalogue files: which file, which line, which key.

use std::fmt;
use std::ops::Range;

use serde::de::DeserializeOwned;

use super::report::ScheduleError;
use super::window::WindowError;

/// A catalogue file as it was read: its name is for errors only.
#[derive(Clone, Copy, Debug)]
pub struct SourceFile<'a> {
    /// Where it comes from, such as `boards/province.toml`.
    pub name: &'a str,
    /// Its text.
    pub text: &'a str,
}

/// One fault of one file.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{file}:{line}: {key}: {reason}")]
pub struct Fault {
    /// The file's name.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// The key, with the tables it stands in.
    pub key: String,
    /// What is wrong.
    pub reason: FaultReason,
}

/// What can be wrong with a key.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FaultReason {
    /// No TOML, an unknown key, a missing one, or a value of another type.
    #[error("{}", .0.message())]
    Form(#[source] toml::de::Error),
    /// No measure of this name.
    #[error("no measure is called `{0}`")]
    UnknownMeasure(String),
    /// No KPI of this id in the catalogue.
    #[error("no kpi is called `{0}`")]
    UnknownKpi(String),
    /// Neither a measure nor a KPI.
    #[error("neither a measure nor a kpi is called `{0}`")]
    UnknownSeries(String),
    /// No kind of panel has this name.
    #[error("no kind of panel is called `{0}`")]
    UnknownKind(String),
    /// A form has too many columns to be read from a wall.
    #[error("a `{0}` stands on the desk and in reports, not on a wall")]
    NotOnAWall(String),
    /// No panel of the board has this id.
    #[error("no panel is called `{0}`")]
    UnknownPanel(String),
    /// None of the words that may stand here.
    #[error("`{word}` is none of {words}")]
    UnknownWord {
        /// What stands there.
        word: String,
        /// What may.
        words: String,
    },
    /// No indicator of this code in the catalogue.
    #[error("no indicator is called `{0}`")]
    UnknownIndicator(String),
    /// No system of this name is listed.
    #[error("no system is called `{0}`")]
    UnknownSystem(String),
    /// No group of this id in the index.
    #[error("no group is called `{0}`")]
    UnknownGroup(String),
    /// No index of this id.
    #[error("no index is called `{0}`")]
    UnknownIndex(String),
    /// A code that no record can carry.
    #[error("a code has 1 to 64 bytes")]
    Code,
    /// Ratios are weighted, what is no ratio isn't.
    #[error("a ratio is rolled up weighted, and only a ratio is")]
    RollUp,
    /// A deadline that is none.
    #[error("a deadline is 0 to {0} days after the period's end")]
    Deadline(i32),
    /// The maxima below don't add up to the one above.
    #[error("the maxima below it add up to {0}")]
    Maxima(String),
    /// A number that must be above 0 isn't, or isn't a number with six places.
    #[error("must be above 0, with at most six places")]
    NotPositive,
    /// The id, or another that is valid at the same time, was used before.
    #[error("`{0}` stands here twice")]
    Twice(String),
    /// A board's id is its file's name.
    #[error("`{0}` isn't the name of the file")]
    NotTheFile(String),
    /// Two panels of a board cover the same cell.
    #[error("covers cells of panel `{0}`")]
    Overlap(String),
    /// A panel reaches beyond the columns of the grid, or has no extent.
    #[error("x {x} and w {w} don't fit into {columns} columns, or it has no extent")]
    OffGrid {
        /// First column, from 0.
        x: u16,
        /// Columns.
        w: u16,
        /// How many columns the grid has.
        columns: u16,
    },
    /// A form of times that gives no day.
    #[error("`{0}` is no form of a date or of a date and a time, such as %Y%m%d%H%M%S")]
    TimeForm(String),
    /// A list or a text without content.
    #[error("is empty")]
    Empty,
    /// Something can't do without this key.
    #[error("{0} needs it")]
    Missing(&'static str),
    /// Not a window.
    #[error(transparent)]
    Window(#[from] WindowError),
    /// More entries than a page can hold.
    #[error("has {count} entries, more than {count_max}")]
    TooMany {
        /// How many there are.
        count: usize,
        /// How many there may be.
        count_max: usize,
    },
    /// Made in more than one way.
    #[error("has more than one of numerator with denominator, percentile, no_source")]
    TwoFormulas,
    /// No percentile that means anything.
    #[error("{0} isn't from 1 to 99")]
    NoPercentile(u8),
    /// A percentile is told in limits of buckets, so it is held against them only.
    #[error("a percentile is held against one of 4, 8, 24, 48, 72, 120, 240, 480, 720 hours")]
    OffLimit,
    /// Hours where shares are drawn.
    #[error("`{0}` is in hours: a panel shows ratios")]
    NotARatio(String),
    /// The file isn't there or can't be read.
    #[error("can't be read: {0}")]
    Unreadable(String),
    /// No scheme of periods has this id.
    #[error("no scheme of periods is called `{0}`")]
    UnknownScheme(String),
    /// No total of a form has this id.
    #[error("no total of the form is called `{0}`")]
    UnknownTotal(String),
    /// The last group of rows must be the one for all others, and no other may be.
    #[error("the last group, and only it, must name no categories: it has all other units")]
    NoRest,
    /// A number out of its bounds.
    #[error("{number} isn't from {least} to {most}")]
    Outside {
        /// The number.
        number: i64,
        /// The least.
        least: i64,
        /// The greatest.
        most: i64,
    },
    /// A form's convention leaves out a part of a total: the columns would no longer add up.
    #[error("`{measure}` is a part of {total} and stands in none of its columns")]
    Unmapped {
        /// The measure.
        measure: &'static str,
        /// The total.
        total: &'static str,
    },
    /// A form's convention has a measure in two columns: it would be counted twice.
    #[error("`{measure}` stands in column {column} already")]
    MappedTwice {
        /// The measure.
        measure: &'static str,
        /// The column with it.
        column: u8,
    },
    /// A form's convention has a measure below a total that it is no part of.
    #[error("`{measure}` is no part of {total}")]
    Misplaced {
        /// The measure.
        measure: &'static str,
        /// The total.
        total: &'static str,
    },
    /// An id that means something else.
    #[error("`{0}` is the program's own: choose another id")]
    Reserved(&'static str),
    /// An alert has one threshold.
    #[error("has exactly one of above and below")]
    OneLine,
    /// A source is silent or it isn't.
    #[error("an alert of kind silent has no threshold: it goes by the source's cadence, or by `after`")]
    NoLine,
    /// The line at which an alert is over lies past its threshold.
    #[error("must lie on the good side of the threshold")]
    WrongSide,
    /// Units are chosen in one way.
    #[error("has more than one of reach, units, unit_kind (and none of them when it is of kind silent)")]
    OneReach,
    /// A number with more than six places.
    #[error("must be a number with at most six places")]
    NoNumber,
    /// Not a duration.
    #[error("`{0}` is no duration: write it as 90s, 30m, 2h or 1d, at most 31d")]
    NoDuration(String),
    /// Not a span of the day.
    #[error("`{0}` is no span of the day: write it as 18:00-07:00")]
    NoSpan(String),
    /// Quiet all day long.
    #[error("nobody would ever be told: the quiet hours are the whole day")]
    NeverTold,
    /// Not a schedule.
    #[error(transparent)]
    Schedule(#[from] ScheduleError),
    /// A span of days or a path that doesn't go forward.
    #[error("the days don't go forward")]
    Backward,
}

/// All faults of a set of catalogue files.
#[derive(Debug, thiserror::Error)]
pub struct CatalogueError(pub Vec<Fault>);

impl fmt::Display for CatalogueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, fault) in self.0.iter().enumerate() {
            if place > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{fault}")?;
        }
        Ok(())
    }
}

impl SourceFile<'_> {
    /// A fault at a place of this file.
    pub fn fault(&self, span: &Range<usize>, key: impl Into<String>, reason: FaultReason) -> Fault {
        Fault { file: self.name.to_owned(), line: self.line(span.start), key: key.into(), reason }
    }

    /// Reads the file as a typed document; why it can't be read are faults. A reader stops at the first: the block
    /// (`[[...]]`) with it is taken out and the rest read again, so that every block's first fault is told.
    pub fn read<T: DeserializeOwned>(&self, faults: &mut Vec<Fault>) -> Option<T> {
        let mut text = self.text.to_owned();
        let told_before = faults.len();
        loop {
            let error = match toml::from_str::<T>(&text) {
                Ok(form) => return (faults.len() == told_before).then_some(form),
                Err(error) => error,
            };
            let span = error.span().unwrap_or(0..0);
            let block = block_around(&text, span.start);
            if block.is_none() && faults.len() > told_before {
                // What was taken out may be what is missed now.
                return None;
            }
            faults.push(self.fault(&span, self.key_near(span.start), FaultReason::Form(error)));
            let block = block?;
            let blank: String =
                text[block.clone()].bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect();
            text.replace_range(block, &blank);
        }
    }

    fn line(&self, offset: usize) -> usize {
        let offset = offset.min(self.text.len());
        self.text.as_bytes()[..offset].iter().filter(|byte| **byte == b'\n').count() + 1
    }

    /// The key or table header of the line at a place.
    fn key_near(&self, offset: usize) -> String {
        let line = self.text.lines().nth(self.line(offset) - 1).unwrap_or_default();
        let key = line.split_once('=').map_or(line, |(key, _)| key).trim();
        key.trim_matches(['[', ']']).to_owned()
    }
}

/// The block of an array of tables that a place is in, with the tables below it.
fn block_around(text: &str, offset: usize) -> Option<Range<usize>> {
    let begins = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1));
    let headers: Vec<usize> = begins.filter(|begin| text[*begin..].starts_with('[')).collect();
    let start = headers.iter().rev().find(|begin| **begin <= offset && text[**begin..].starts_with("[["))?;
    let name = text[*start..].trim_start_matches('[').split(']').next().unwrap_or_default();
    let is_below = |begin: &usize| text[*begin..].trim_start_matches('[').starts_with(&format!("{name}."));
    let end = headers.iter().find(|begin| *begin > start && !is_below(begin)).copied().unwrap_or(text.len());
    (offset < end).then_some(*start..end)
}
