//! `POST /api/v1/reconcile`: another system's form II.06a or list of dossiers beside what is known here, cell by cell and id
//! by id, from one view, with what is behind each difference.

mod form;
mod list;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ingest::statement::Statement;
use crate::kpi::Window;
use crate::model::Text;

use super::form_rows::RowsBy;
use super::question::{Asked, Filters, Question, scheme_named, shown};
use super::{AnswerError, Figures};

/// What can be asked.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReconcileQuery {
    /// Code of the unit.
    pub unit: String,
    /// See [`crate::kpi::WindowChoice`].
    pub window: String,
    /// The scheme that a period's days are read by; that of forms when absent.
    pub scheme: Option<String>,
    /// Of a form: what its rows are, `field` (default), `unit` or `procedure`.
    pub rows: Option<String>,
    /// Of a list: whose dossiers they are; when absent the one source that has any under the unit in the window.
    pub source: Option<String>,
    /// Name of the file: its ending says what it is. A table as text when absent.
    pub file: Option<String>,
    /// Differences that are listed; all are counted.
    pub limit: Option<usize>,
}

/// Differences that are listed when nobody says how many.
const LISTED_DEFAULT: usize = 1_000;
/// The most that are listed.
const LISTED_MAX: usize = 100_000;

/// What was compared, at one (seq, instant).
#[derive(Debug, Serialize)]
pub struct ReconcileAnswer<'a> {
    /// `form` or `list`.
    kind: &'static str,
    unit: &'a str,
    name: &'a str,
    window: Window,
    scheme: &'a str,
    as_of: String,
    seq: u64,
    node: &'a str,
    /// Of a list: whose dossiers were compared; null when no source is known.
    source: Option<Text>,
    /// Rows of the form, or dossiers of the list.
    theirs: usize,
    /// Of a list: dossiers taken on here.
    ours: Option<usize>,
    /// Cells or dossiers that are the same.
    agree: usize,
    /// All differences.
    differ: usize,
    /// All of them by reason.
    reasons: BTreeMap<&'static str, usize>,
    /// The first of them.
    differences: Vec<Difference>,
    /// Further ones that aren't listed.
    more: usize,
}

/// A difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Difference {
    /// The row of the file; null of what it doesn't have.
    row: Option<u64>,
    /// The row's name, or the dossier's id.
    what: String,
    /// The column, or what is compared.
    of: String,
    theirs: String,
    ours: String,
    /// For programs.
    reason: Reason,
    /// In words.
    why: String,
}

/// Why something differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Reason {
    /// A cell of the form has another number.
    Cell,
    /// The form has a row that isn't here.
    RowMissingHere,
    /// There is a row here that the form hasn't.
    RowMissingThere,
    /// The list has an id more than once.
    Twice,
    /// Another status.
    Status,
    /// Received on another day.
    ReceivedAt,
    /// Due on another day.
    DueAt,
    /// Finished on another day.
    FinishedAt,
    /// The list hasn't it.
    MissingThere,
    /// Not known here, or not the caller's to see.
    Unknown,
    /// Known here from another source.
    AnotherSource,
    /// Void here.
    Void,
    /// Known here and not taken on.
    NotTakenOn,
    /// Taken on here under another unit.
    AnotherUnit,
    /// Taken on here outside the window.
    OutsideWindow,
}

impl Reason {
    fn as_str(self) -> &'static str {
        match self {
            Reason::Cell => "cell",
            Reason::RowMissingHere => "row_missing_here",
            Reason::RowMissingThere => "row_missing_there",
            Reason::Twice => "twice",
            Reason::Status => "status",
            Reason::ReceivedAt => "received_at",
            Reason::DueAt => "due_at",
            Reason::FinishedAt => "finished_at",
            Reason::MissingThere => "missing_there",
            Reason::Unknown => "unknown",
            Reason::AnotherSource => "another_source",
            Reason::Void => "void",
            Reason::NotTakenOn => "not_taken_on",
            Reason::AnotherUnit => "another_unit",
            Reason::OutsideWindow => "outside_window",
        }
    }
}

/// What was found so far: everything is counted, the first differences are kept.
struct Compared {
    limit: usize,
    agree: usize,
    reasons: BTreeMap<&'static str, usize>,
    differences: Vec<Difference>,
}

impl Compared {
    /// Counts a difference; what it says is made only while there is room for it.
    fn differ(&mut self, reason: Reason, difference: impl FnOnce() -> Difference) {
        *self.reasons.entry(reason.as_str()).or_default() += 1;
        if self.differences.len() < self.limit {
            let Difference { row, what, of, theirs, ours, reason, why } = difference();
            let [what, theirs] = [what, theirs].map(|text| shown(&text));
            self.differences.push(Difference { row, what, of, theirs, ours, reason, why });
        }
    }

    fn differences(&self) -> usize {
        self.reasons.values().sum()
    }
}

/// Whether what is asked for is there and can be read, before a file is.
///
/// # Errors
/// When there is no such unit, window, scheme or bound.
pub fn reconciled_unit(figures: Figures<'_>, query: &ReconcileQuery) -> Result<(), AnswerError> {
    if query.limit.is_some_and(|limit| limit > LISTED_MAX) {
        return Err(AnswerError::BadBound { name: "limit", max: LISTED_MAX });
    }
    RowsBy::named(query.rows.as_deref())?;
    asked(figures, query).map(|_| ())
}

/// The unit and its window; as it is now, by who processes.
fn asked<'a>(figures: Figures<'a>, query: &ReconcileQuery) -> Result<Question<'a>, AnswerError> {
    let schemes = figures.catalogue.schemes();
    let scheme = scheme_named(schemes, query.scheme.as_deref())?.unwrap_or(schemes.of_forms());
    let asked = Asked { window: Some(&query.window), scheme: Some(scheme.id()), hierarchy: None, role: None };
    Question::read(figures, &query.unit, asked, &Filters::default())
}

/// Compares a statement with the figures of one view. It looks at every dossier.
///
/// # Errors
/// When there is no such unit, something asked for can't be read, or it isn't clear whose dossiers a list has.
pub fn reconcile<T, E: From<AnswerError>>(
    figures: Figures<'_>,
    query: &ReconcileQuery,
    statement: &Statement,
    answer: impl FnOnce(&ReconcileAnswer<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let limit = query.limit.unwrap_or(LISTED_DEFAULT).min(LISTED_MAX);
    let compared = Compared { limit, agree: 0, reasons: BTreeMap::new(), differences: Vec::new() };
    match statement {
        Statement::Form(rows) => form::compare(figures, query, (rows, compared), answer),
        Statement::List(listed) => answer(&list::compare(figures, query, (listed, compared))?),
    }
}
