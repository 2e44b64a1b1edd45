//! `GET /api/v1/units/{code}/dossiers`: the dossiers (of the measures of ratings: the ratings) behind a measure.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::cube::{ItemKind, Selection, View};
use crate::kpi::formula::sum_of;
use crate::kpi::{Measure, Term, Window};
use crate::model::quality::Mark;
use crate::model::{Derived, DossierKey, DossierState, Instant, RatingState, Status, Text, verdict};

use super::dossier::{class_name, stage_name};
use super::question::{Asked, Filters, Question, shown};
use super::{AnswerError, Figures};

/// What can be asked.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DossiersQuery {
    /// Name of any measure; several of dossiers, separated by commas, are added up (`-name`: taken away), as a KPI
    /// does it.
    pub measure: Option<String>,
    /// In place of a measure: a mark of quality, of dossiers that began in the window; each counts once.
    pub mark: Option<String>,
    /// With a mark: only those of this source.
    pub source: Option<String>,
    /// See [`crate::kpi::WindowChoice`]; the year to date when absent.
    pub window: Option<String>,
    /// The scheme that a period's days are read by; that of walls when absent.
    pub scheme: Option<String>,
    /// `now` (default) or `was`.
    pub hierarchy: Option<String>,
    /// `processing` (default) or `receiving`.
    pub role: Option<String>,
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// Rows of a page, 1 to 1,000.
    pub limit: Option<usize>,
    /// Of a table as text: begins with a byte order mark.
    #[serde(default)]
    pub bom: bool,
    field: Option<String>,
    procedure: Option<String>,
    channel: Option<String>,
    status: Option<String>,
    holder: Option<String>,
    age: Option<String>,
    without: Option<String>,
    same_day: Option<String>,
    #[serde(default)]
    own: bool,
}

impl DossiersQuery {
    fn filters(&self) -> Filters {
        Filters {
            field: self.field.clone(),
            procedure: self.procedure.clone(),
            channel: self.channel.clone(),
            status: self.status.clone(),
            holder: self.holder.clone(),
            age: self.age.clone(),
            without: self.without.clone(),
            same_day: self.same_day.clone(),
            own: self.own,
        }
    }

    /// Names the question, so that a cursor is taken for no other; the page's length is no part of it.
    fn fingerprint(&self, code: &str) -> String {
        let filters = self.filters();
        let measured = (&self.measure, &self.mark, &self.source);
        let window = (&self.window, &self.scheme);
        let question = (code, measured, window, &self.hierarchy, &self.role, &filters);
        let text = serde_json::to_string(&question).unwrap_or_default();
        hex(&Sha256::digest(text)[..8])
    }
}

/// Rows of a page when none are asked for.
const PAGE_ROWS_DEFAULT: usize = 100;
/// The most rows of a page.
pub(super) const PAGE_ROWS_MAX: usize = 1_000;

/// The dossiers or ratings behind a measure, at one (seq, instant).
#[derive(Debug, Serialize)]
pub struct DossiersAnswer<'a> {
    unit: &'a str,
    name: &'a str,
    stale_code: bool,
    pub(super) window: Window,
    scheme: &'a str,
    pub(super) as_of: String,
    pub(super) seq: u64,
    node: &'a str,
    hierarchy: &'static str,
    role: &'static str,
    pub(super) measure: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    mark: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<Text>,
    filters: Filters,
    /// What the rows are: `dossiers` or `ratings`.
    pub(super) list: &'static str,
    /// The measure: the sum of `counts` over all pages.
    total: i64,
    /// How many rows all pages have.
    count: usize,
    /// By source and id.
    pub(super) rows: Vec<ListRow<'a>>,
    /// Where the next page begins; null after the last one.
    cursor: Option<String>,
}

impl DossiersAnswer<'_> {
    /// Where the next page begins; none after the last one.
    pub fn next_cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum ListRow<'a> {
    Dossier(Box<DossierRow<'a>>),
    Rating(RatingRow<'a>),
}

/// One dossier and how much it counts.
#[derive(Debug, Serialize)]
pub(super) struct DossierRow<'a> {
    pub(super) source: &'a str,
    pub(super) id: &'a str,
    pub(super) counts: i64,
    pub(super) unit: &'a str,
    pub(super) unit_name: &'a str,
    pub(super) status: Option<&'static str>,
    pub(super) procedure: Option<&'a str>,
    pub(super) field: Option<&'a str>,
    pub(super) channel: Option<&'static str>,
    pub(super) holder: Option<&'a str>,
    /// Taken on.
    pub(super) received: Option<String>,
    /// Null also while an open pause moves it.
    pub(super) due: Option<String>,
    pub(super) finish: Option<String>,
    /// Of a finished one.
    pub(super) class: Option<&'static str>,
    /// Of one not finished, at the window's end.
    pub(super) stage: Option<&'static str>,
    /// When it became or becomes overdue.
    pub(super) overdue_from: Option<String>,
    /// Why it counts as it does now, in words.
    pub(super) reason_vi: String,
    pub(super) reason_en: String,
}

/// One rating and how much it counts.
#[derive(Debug, Serialize)]
pub(super) struct RatingRow<'a> {
    pub(super) source: &'a str,
    pub(super) id: &'a str,
    pub(super) counts: i64,
    pub(super) unit: &'a str,
    pub(super) unit_name: &'a str,
    pub(super) score: Option<u8>,
    pub(super) at: Option<String>,
    pub(super) dossier: Option<&'a str>,
    pub(super) channel: Option<&'a str>,
}

/// The measures asked about, all of dossiers or all of ratings.
struct Wanted {
    terms: Vec<Term>,
    of_ratings: bool,
}

impl Wanted {
    fn read(names: &str) -> Result<Wanted, AnswerError> {
        let unknown = || AnswerError::UnknownMeasure(shown(names));
        let terms: Option<Vec<Term>> = names.split(',').map(Term::named).collect();
        let terms = terms.ok_or_else(unknown)?;
        let of_ratings = |term: &&Term| {
            matches!(term.measure, Measure::Ratings | Measure::RatingsSatisfied | Measure::RatingScoreSum)
        };
        let ratings = terms.iter().filter(of_ratings).count();
        // A list is of dossiers or of ratings, and none is there twice.
        let mixed = ratings != 0 && ratings != terms.len();
        let is_before = |(place, term): (usize, &Term)| terms[..place].iter().any(|one| one.measure == term.measure);
        if mixed || terms.iter().enumerate().any(is_before) {
            return Err(unknown());
        }
        Ok(Wanted { of_ratings: ratings != 0, terms })
    }

    fn names(&self) -> String {
        self.terms.iter().map(|term| term.name()).collect::<Vec<_>>().join(",")
    }
}

/// Everything that counts in a measure of a unit; pages follow the order of keys, whatever changes between them.
///
/// # Errors
/// When no unit has the code, or something asked for can't be read or isn't there yet.
pub fn dossiers<'a>(
    figures: Figures<'a>,
    code: &str,
    query: &DossiersQuery,
) -> Result<DossiersAnswer<'a>, AnswerError> {
    let view = figures.view;
    let mark = query.mark.as_deref().map(|name| Mark::named(name).ok_or_else(|| AnswerError::UnknownMark(shown(name))));
    let mark = mark.transpose()?;
    let measures = match mark {
        // One question at a time: a measure beside a mark is none.
        Some(_) if query.measure.is_none() => Wanted { terms: Vec::new(), of_ratings: false },
        _ => Wanted::read(query.measure.as_deref().filter(|_| mark.is_none()).unwrap_or_default())?,
    };
    let limit = query.limit.unwrap_or(PAGE_ROWS_DEFAULT);
    if !(1..=PAGE_ROWS_MAX).contains(&limit) {
        return Err(AnswerError::BadBound { name: "limit", max: PAGE_ROWS_MAX });
    }
    let filters = query.filters();
    let asked = Asked::of([&query.window, &query.scheme, &query.hierarchy, &query.role]);
    let Question { seen, scheme, selection } = Question::read(figures, code, asked, &filters)?;
    let fingerprint = query.fingerprint(code);
    let after = query.cursor.as_deref().map(|cursor| read_cursor(cursor, &fingerprint)).transpose()?;
    let mut found = match mark {
        Some(mark) => find_marked(view, &selection, (mark, query.source.as_deref())),
        None => find(view, &selection, &measures),
    };
    found.cut(after.as_ref(), limit);
    let label = view.units().label(seen.id());
    let cursor = found.is_more.then(|| found.page.last().map(|row| write_cursor(row.key, &fingerprint))).flatten();
    Ok(DossiersAnswer {
        unit: label.code,
        name: label.name,
        stale_code: seen.stale_code(),
        window: selection.window,
        scheme,
        as_of: view.now().to_rfc3339(view.zone()),
        seq: view.seq(),
        node: figures.node,
        hierarchy: selection.perspective.hierarchy.as_str(),
        role: selection.perspective.role.as_str(),
        measure: measures.names(),
        mark: mark.map(Mark::as_str),
        source: query.source.as_deref().map(Text::new),
        filters,
        list: if measures.of_ratings { "ratings" } else { "dossiers" },
        total: found.total,
        count: found.count,
        rows: found.page.iter().map(|found| row(view, selection.window, found)).collect(),
        cursor,
    })
}

struct FoundRow<'a> {
    key: &'a DossierKey,
    kind: ItemKind<'a>,
    counts: i64,
    unit: crate::units::UnitId,
}

struct Found<'a> {
    total: i64,
    count: usize,
    page: Vec<FoundRow<'a>>,
    is_more: bool,
}

impl Found<'_> {
    /// Leaves the page after a key.
    fn cut(&mut self, after: Option<&DossierKey>, limit: usize) {
        self.page.retain(|row| after.is_none_or(|after| row.key > after));
        if self.page.len() > limit {
            self.page.select_nth_unstable_by_key(limit, |row| row.key);
            self.page.truncate(limit);
            self.is_more = true;
        }
        self.page.sort_unstable_by_key(|row| row.key);
    }
}

/// The dossiers with a mark of quality, of one source or of all.
fn find_marked<'a>(view: &'a View, selection: &Selection, (mark, source): (Mark, Option<&str>)) -> Found<'a> {
    let mut page = Vec::new();
    view.visit_marked(selection, |found| {
        if found.marks.contains(&mark) && source.is_none_or(|source| found.key.source.as_str() == source) {
            let kind = ItemKind::Dossier(found.state, found.derived);
            page.push(FoundRow { key: found.key, kind, counts: 1, unit: found.unit });
        }
    });
    let total = i64::try_from(page.len()).unwrap_or(i64::MAX);
    Found { total, count: page.len(), page, is_more: false }
}

/// One pass over everything under the unit that counts.
fn find<'a>(view: &'a View, selection: &Selection, wanted: &Wanted) -> Found<'a> {
    let mut found = Found { total: 0, count: 0, page: Vec::new(), is_more: false };
    view.visit(selection, |item| {
        let is_rating = matches!(item.kind, ItemKind::Rating(..));
        // Each measure is of dossiers or of ratings, so the other kind adds nothing to it.
        if is_rating != wanted.of_ratings {
            return;
        }
        let measures = item.measures();
        let counts = sum_of(&wanted.terms, &measures);
        if counts == 0 {
            return;
        }
        found.total += counts;
        found.count += 1;
        found.page.push(FoundRow { key: item.key, kind: item.kind, counts, unit: item.unit });
    });
    found
}

fn row<'a>(view: &'a View, window: Window, found: &FoundRow<'a>) -> ListRow<'a> {
    match found.kind {
        ItemKind::Rating(state, _) => ListRow::Rating(rating_row(view, state, found)),
        ItemKind::Dossier(state, derived) => {
            ListRow::Dossier(Box::new(dossier_row(view, window, (state, derived), found)))
        }
    }
}

fn rating_row<'a>(view: &'a View, state: &'a RatingState, found: &FoundRow<'a>) -> RatingRow<'a> {
    let label = view.units().label(found.unit);
    RatingRow {
        source: &found.key.source,
        id: &found.key.id,
        counts: found.counts,
        unit: label.code,
        unit_name: label.name,
        score: state.score.get(),
        at: state.score.at().map(|at| at.to_rfc3339(view.zone())),
        dossier: state.dossier.value().map(|id| id.as_str()),
        channel: state.channel.value().map(|channel| channel.as_str()),
    }
}

fn dossier_row<'a>(
    view: &'a View,
    window: Window,
    (state, derived): (&'a DossierState, &Derived),
    found: &FoundRow<'a>,
) -> DossierRow<'a> {
    let zone = view.zone();
    let label = view.units().label(found.unit);
    let time = |at: Option<Instant>| at.filter(|at| *at != Instant::FOREVER).map(|at| at.to_rfc3339(zone));
    let text = |register: &'a crate::model::Register<Text>| register.value().map(|text| text.as_str());
    let reason = verdict(state, derived, view.now(), zone);
    let end = zone.end(window.last).min(view.now());
    let is_open = derived.taken_on.is_some() && derived.finish.is_none_or(|finish| zone.day(finish) > window.last);
    DossierRow {
        source: &found.key.source,
        id: &found.key.id,
        counts: found.counts,
        unit: label.code,
        unit_name: label.name,
        status: derived.newest.map(Status::as_str),
        procedure: text(&state.procedure),
        field: text(&state.field),
        channel: state.channel.get().map(crate::model::Channel::as_str),
        holder: text(&state.holder),
        received: time(derived.taken_on),
        due: time(derived.due),
        finish: time(derived.finish),
        class: derived.class.filter(|_| derived.taken_on.is_some()).map(class_name),
        stage: is_open.then(|| stage_name(derived.stage(end))),
        overdue_from: time(derived.overdue_from),
        reason_vi: reason.vi,
        reason_en: reason.en,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text.chars().map(|digit| u8::try_from(digit.to_digit(16)?).ok()).collect();
    let (pairs, rest) = digits.as_deref()?.as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

/// A cursor is the question's fingerprint and the last key given, in hexadecimal digits.
fn write_cursor(key: &DossierKey, fingerprint: &str) -> String {
    let key = serde_json::to_vec(&(&key.source, &key.id)).unwrap_or_default();
    format!("{fingerprint}{}", hex(&key))
}

fn read_cursor(cursor: &str, fingerprint: &str) -> Result<DossierKey, AnswerError> {
    let key = cursor.strip_prefix(fingerprint).and_then(unhex).ok_or(AnswerError::BadCursor)?;
    let (source, id) = serde_json::from_slice(&key).map_err(|_| AnswerError::BadCursor)?;
    Ok(DossierKey { source, id })
}
