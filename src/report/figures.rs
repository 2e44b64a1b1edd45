//! What stands on the pages of a report: every figure exactly, and as it is printed.
//!
//! This is what a report's JSON has, what its PNG is drawn from and what its paragraph is made of.

use serde::Serialize;

use crate::kpi::Band;
use crate::kpi::report::{Grid, PageFormat};

use super::words::Locale;

/// A whole report.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Paper {
    /// Of whom, when, from what.
    pub heading: Heading,
    /// Its pages.
    pub pages: Vec<Vec<Placed>>,
    /// To be copied into a letter.
    pub paragraph: String,
    /// Language.
    pub locale: Locale,
    /// Size and proportions of a page.
    pub format: PageFormat,
}

/// What stands on every page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Heading {
    /// Id of the report.
    pub report: String,
    /// The office, in capitals.
    pub office: String,
    /// Title.
    pub title: String,
    /// Kind of report, period with its days, unit.
    pub subtitle: String,
    /// Code of the unit.
    pub unit: String,
    /// Its name.
    pub name: String,
    /// The period as it is asked for.
    pub period: String,
    /// Its days.
    pub window: Days,
    /// The figures are made up.
    pub demo: bool,
    /// By whom the period was closed, or that it isn't.
    pub standing: String,
    /// The instant of the figures.
    pub as_of: String,
    /// Number of the last record in them.
    pub seq: u64,
    /// Versions of definitions.
    pub versions: String,
    /// Names the definitions and the layout.
    pub definitions: String,
    /// Sources that were late.
    pub late: Vec<String>,
    /// It was made so long after its time that it says so.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_late: bool,
    /// Sources whose old data was on its way when it was made.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub backfill: Vec<String>,
}

/// First and last day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct Days {
    /// First.
    pub from: String,
    /// Last.
    pub to: String,
}

/// A section with its place.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Placed {
    /// Its id in the report's file.
    pub id: String,
    /// On the grid of the page.
    pub grid: Grid,
    /// What it shows.
    #[serde(flatten)]
    pub section: Section,
}

/// A text of which parts are bold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Span {
    /// The text.
    pub text: String,
    /// Whether it is bold.
    pub bold: bool,
}

/// A figure, exactly and as it is printed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// Numerator, or the count itself.
    pub num: Option<i64>,
    /// Denominator; none of a count.
    pub den: Option<i64>,
    /// As it is printed; `–` when there is none.
    pub text: String,
    /// How it stands to its target.
    pub band: Option<Band>,
}

/// One figure of a headline.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Headline {
    /// A KPI or a measure.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// The figure.
    pub figure: Figure,
    /// Whether it is held against anything, so that its band, or that there is none, is told.
    pub has_target: bool,
    /// What it is counted in, where no band stands.
    pub counted_in: String,
    /// Target, previous period, same period last year.
    pub lines: Vec<Vec<Span>>,
    /// Whether the first of the lines is a target that the band is held against: it may stand beside it.
    #[serde(skip)]
    pub target_first: bool,
}

/// A point of a trend; no value where nothing is known.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Point {
    /// Which period.
    pub period: String,
    /// Short, for the axis.
    pub label: String,
    /// Now.
    pub now: Option<Figure>,
    /// A year before.
    pub before: Option<Figure>,
}

/// A bar of parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Parts {
    /// The field.
    pub name: String,
    /// Early.
    pub early: i64,
    /// On the due day.
    pub on_time: i64,
    /// Late.
    pub late: i64,
}

/// A row of a ranking.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ranked {
    /// None where there is no rank.
    pub rank: Option<usize>,
    /// Unit or field.
    pub key: String,
    /// What it is called.
    pub name: String,
    /// The figure.
    pub figure: Figure,
    /// How many rows stand folded before this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skipped: Option<usize>,
}

/// A cell of a map.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cell {
    /// Column.
    pub x: usize,
    /// Row, from the north.
    pub y: usize,
    /// Code of the unit.
    pub unit: String,
    /// Short name.
    pub name: String,
    /// The figure.
    pub figure: Figure,
}

/// A part of an index.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Scored {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Points; none: no source.
    pub score: Option<f64>,
    /// Points that can be measured.
    pub measurable: f64,
    /// Points at most.
    pub max: f64,
    /// As published.
    pub official: Option<f64>,
    /// What is divided by what.
    pub note: String,
}

/// One row of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// In its first column.
    pub name: String,
    /// What it counts.
    pub cells: Vec<String>,
    /// A heading or a sum.
    pub bold: bool,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Above several columns; empty: none.
    pub group: String,
    /// Its heading.
    pub heading: String,
    /// Its number in an official form; empty elsewhere.
    pub number: String,
}

/// A source with what is known of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Source {
    /// What it is called.
    pub name: String,
    /// When it was heard last; none: never.
    pub at: Option<String>,
    /// Whether it is past its time.
    pub late: bool,
}

/// What a section shows.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Section {
    /// Two or three sentences that say the result.
    Result {
        /// One after another.
        sentences: Vec<Span>,
    },
    /// Large figures in a row.
    Headline {
        /// The figures.
        figures: Vec<Headline>,
        /// How many stand side by side.
        columns: usize,
    },
    /// Period after period, with the year before.
    Trend {
        /// Title.
        title: String,
        /// Unit of measure.
        subtitle: String,
        /// In percent, or counts.
        is_ratio: bool,
        /// The line of the target.
        target: Option<f64>,
        /// What the target is called.
        target_name: String,
        /// What the line of the year before is called.
        before_name: String,
        /// Oldest first.
        points: Vec<Point>,
    },
    /// Early, on the day, late.
    Stack {
        /// Title.
        title: String,
        /// Unit of measure.
        subtitle: String,
        /// The names of the three.
        names: [String; 3],
        /// Those with most first.
        rows: Vec<Parts>,
    },
    /// Rows with bars from the target line.
    Ranking {
        /// Title.
        title: String,
        /// Unit of measure.
        subtitle: String,
        /// The line that bars start from.
        target: Option<f64>,
        /// What it is called.
        target_name: String,
        /// Best first.
        rows: Vec<Ranked>,
    },
    /// Units where they lie.
    Tilemap {
        /// Title.
        title: String,
        /// The shapes with their limits.
        key: Vec<(Band, String)>,
        /// The cells.
        cells: Vec<Cell>,
        /// Those that have no place.
        unplaced: usize,
    },
    /// A score with its groups.
    Index {
        /// Title.
        title: String,
        /// Beside the total.
        subtitle: String,
        /// The whole.
        total: Scored,
        /// Its groups.
        groups: Vec<Scored>,
        /// Their criteria; empty: groups only.
        criteria: Vec<Scored>,
    },
    /// Rows and columns.
    Table {
        /// Title.
        title: String,
        /// Unit of measure.
        subtitle: String,
        /// Heading of the first column.
        first: String,
        /// The others.
        columns: Vec<Column>,
        /// The rows.
        rows: Vec<Row>,
        /// How many rows the report leaves out.
        hidden: usize,
        /// Below it.
        footnotes: Vec<String>,
    },
    /// A figure against its plan.
    Progress {
        /// Title.
        title: String,
        /// The figure.
        figure: Figure,
        /// It, 0 to 1.
        value: Option<f64>,
        /// The plan of the day.
        plan: Option<f64>,
        /// What is to be reached.
        goal: Option<f64>,
        /// Where it is at the end if it goes on so.
        ahead: Option<f64>,
        /// In words.
        lines: Vec<Vec<Span>>,
    },
    /// Sources at the cut-off, quality, definitions.
    Notes {
        /// Heading of the sources.
        heading: String,
        /// The sources.
        sources: Vec<Source>,
        /// Paragraphs, each with its heading.
        paragraphs: Vec<Vec<Span>>,
    },
    /// Free text.
    Text {
        /// Title; empty: none.
        title: String,
        /// Its paragraphs.
        paragraphs: Vec<Vec<Span>>,
    },
}
