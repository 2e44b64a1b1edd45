//! `GET /api/v1/units/{code}/forms/{form}`: an official form of a unit and a period.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::cube::Selection;
use crate::kpi::scheme::period_words;
use crate::kpi::{Catalogue, Measure, Measures, OfficialForm, Window, WindowChoice, Words};
use crate::model::{Day, Instant, Text, Zone};
use crate::units::{Hierarchy, UnitId};

use super::form_rows::{GroupAnswer, RowsBy, block, block_sums};
use super::ledger::Ledger;
use super::question::{scheme_named, shown};
use super::table::{Cell, Table, Tabular, number, text};
use super::{AnswerError, Figures, asked_unit, perspective};

/// What can be asked.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormQuery {
    /// See [`crate::kpi::WindowChoice`]; the running month of the scheme when absent.
    pub period: Option<String>,
    /// The scheme that a period's days are read by; that of forms when absent.
    pub scheme: Option<String>,
    /// `field` (default), `unit` or `procedure`.
    pub rows: Option<String>,
    /// `now` (default) or `was`.
    pub hierarchy: Option<String>,
    /// `processing` (default) or `receiving`.
    pub role: Option<String>,
    /// `current` (default) or `official`.
    pub version: Option<String>,
    /// `json`, `csv` or `xlsx`; by `Accept` when absent.
    pub format: Option<String>,
    /// Of a table as text: begins with a byte order mark.
    #[serde(default)]
    pub bom: bool,
}

/// The period when none is asked for.
pub(super) const PERIOD_DEFAULT: &str = "month";
/// What stands above the figures of a form: of whom, when and how. A closed period keeps it as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heading {
    /// As it was asked for.
    pub(super) period: String,
    /// In words; none for days that have no name.
    pub(super) period_name: Option<String>,
    pub(super) scheme: String,
    pub(super) from: Day,
    pub(super) to: Day,
    /// Whether all its days are over.
    pub(super) ended: bool,
    pub(super) as_of: String,
    /// The same instant, in milliseconds since 1970.
    pub(super) as_of_ms: i64,
    pub(super) seq: u64,
    pub(super) node: String,
    pub(super) hierarchy: String,
    pub(super) role: String,
    /// The words for measures, with which footnotes are written.
    pub(super) words: BTreeMap<Text, String>,
}

impl Heading {
    /// Of a view's figures.
    pub(super) fn of(figures: Figures<'_>, asked: &FormQuery) -> Result<(Heading, Selection), AnswerError> {
        let (view, catalogue) = (figures.view, figures.catalogue);
        let perspective = perspective(asked.hierarchy.as_deref(), asked.role.as_deref())?;
        let schemes = catalogue.schemes();
        let scheme = scheme_named(schemes, asked.scheme.as_deref())?.unwrap_or(schemes.of_forms());
        let choice: WindowChoice = asked.period.as_deref().unwrap_or(PERIOD_DEFAULT).parse()?;
        let window = scheme.on(choice, view.today());
        let heading = Heading {
            period: choice.to_string(),
            period_name: period_words(choice),
            scheme: scheme.id().to_owned(),
            from: window.first,
            to: window.last,
            ended: window.last < view.today(),
            as_of: view.now().to_rfc3339(view.zone()),
            as_of_ms: view.now().0,
            seq: view.seq(),
            node: figures.node.to_owned(),
            hierarchy: perspective.hierarchy.as_str().to_owned(),
            role: perspective.role.as_str().to_owned(),
            words: words(catalogue),
        };
        let unit = UnitId::UNRESOLVED;
        Ok((heading, Selection { perspective, unit, own: false, window, filters: Vec::new(), without_same_day: false }))
    }

    /// Number of the last record in the figures.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// The node that made them.
    pub fn node(&self) -> &str {
        &self.node
    }

    /// The instant they are about.
    pub fn as_of(&self) -> &str {
        &self.as_of
    }

    /// Its days.
    pub fn window(&self) -> Window {
        Window { first: self.from, last: self.to }
    }

    /// Local date and time of the figures, as on paper.
    pub(super) fn moment(&self, zone: &Zone) -> String {
        let text = Instant(self.as_of_ms).to_rfc3339(zone);
        let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
        format!("{} ngày {}/{}/{}", part(11, 16), part(8, 10), part(5, 7), part(0, 4))
    }
}

fn words(catalogue: &Catalogue) -> BTreeMap<Text, String> {
    let named = crate::kpi::MEASURES.iter();
    let known = named.filter_map(|(of, name)| Some((Text::new(name), catalogue.measure_words(*of)?.vi.clone())));
    known.collect()
}

/// Whose form it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reporter {
    pub(super) code: Text,
    pub(super) name: Text,
    pub(super) receiver: Receiver,
}

/// Who receives a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Receiver {
    /// Who the form says: its unit stands under none.
    Form,
    /// The unit above, by its name.
    Unit(Text),
    /// A unit that isn't the caller's to see.
    Hidden,
}

impl Reporter {
    /// A unit reports to the one that it stands under.
    pub(super) fn of(figures: Figures<'_>, hierarchy: Hierarchy, unit: UnitId) -> Reporter {
        let view = figures.view;
        let label = view.units().label(unit);
        let receiver = match view.tree(hierarchy).node(unit).parent {
            None => Receiver::Form,
            Some(above) => Receiver::Unit(Text::new(view.units().label(above).name)),
        };
        Reporter { code: Text::new(label.code), name: Text::new(label.name), receiver }.seen(figures, hierarchy, unit)
    }

    /// Without what isn't the caller's to see.
    pub(super) fn seen(self, figures: Figures<'_>, hierarchy: Hierarchy, unit: UnitId) -> Reporter {
        let view = figures.view;
        let sight = figures.scope.on(view.units(), view.hierarchies(), hierarchy);
        let above = view.tree(hierarchy).node(unit).parent;
        let is_hidden = matches!(self.receiver, Receiver::Unit(_)) && above.is_none_or(|above| !sight.covers(above));
        if is_hidden { Reporter { receiver: Receiver::Hidden, ..self } } else { self }
    }
}

/// Which closing an official answer is from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// Number of the closing of its unit and period, from 1.
    pub version: u32,
    /// Who closed it.
    pub by: String,
    /// When, by the clock of the figures.
    pub at: String,
}

/// A form with its figures, at one (seq, instant).
#[derive(Clone, Debug, Serialize)]
pub struct FormAnswer<'a> {
    pub(super) form: &'a str,
    pub(super) number: &'a str,
    pub(super) title: &'a Words,
    pub(super) legal_basis: &'a Words,
    pub(super) counted_in: &'a Words,
    pub(super) unit: &'a str,
    pub(super) name: &'a str,
    pub(super) receiver: Option<&'a str>,
    pub(super) period: &'a str,
    pub(super) period_name: Option<&'a str>,
    pub(super) scheme: &'a str,
    pub(super) window: Window,
    pub(super) ended: bool,
    pub(super) as_of: &'a str,
    pub(super) seq: u64,
    node: &'a str,
    pub(super) hierarchy: &'a str,
    pub(super) role: &'a str,
    pub(super) version: &'static str,
    /// Null for current figures.
    pub(super) closed: Option<&'a Closed>,
    pub(super) rows: RowsBy,
    /// SHA-256 of the form's file, which has the convention.
    convention: String,
    columns: Vec<ColumnAnswer<'a>>,
    /// By number of the column.
    pub(super) total: BTreeMap<u8, i64>,
    pub(super) groups: Vec<GroupAnswer<'a>>,
    /// The convention in words: which measures stand together in a column.
    pub(super) footnotes: Vec<String>,
    #[serde(skip)]
    pub(super) official: &'a OfficialForm,
    #[serde(skip)]
    pub(super) heading: &'a Heading,
}

/// What stands in a column.
#[derive(Clone, Debug, Serialize)]
struct ColumnAnswer<'a> {
    number: u8,
    heading: &'a Words,
    /// The columns that add up to it; none for a column of counts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    sum_of: Vec<u8>,
    measures: Vec<&'static str>,
}

/// The form of a unit's current figures, whatever version is asked for. It looks at every dossier.
///
/// # Errors
/// When there is no such form or unit, or something asked for can't be read.
pub fn current_form<T, E: From<AnswerError>>(
    figures: Figures<'_>,
    (form, code): (&str, &str),
    query: &FormQuery,
    answer: impl FnOnce(&FormAnswer<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let official = figures.catalogue.form(form).ok_or_else(|| AnswerError::UnknownForm(shown(form)))?;
    let rows = RowsBy::named(query.rows.as_deref())?;
    let (heading, selection) = Heading::of(figures, query)?;
    let hierarchy = selection.perspective.hierarchy;
    let seen = asked_unit(figures, code, selection.window, hierarchy)?;
    let selection = Selection { unit: seen.id(), ..selection };
    let ledger = Ledger::of(figures.view, &selection);
    let reporter = Reporter::of(figures, hierarchy, seen.id());
    answer(&FormAnswer::of(official, (&heading, &reporter), None, &ledger, rows))
}

impl<'a> FormAnswer<'a> {
    /// A name for the file it is kept in: the form and its days.
    pub fn file_name(&self, ending: &str) -> String {
        format!("{}_{}_{}.{ending}", self.form, self.window.first, self.window.last)
    }

    /// The form of what a ledger has.
    pub(super) fn of(
        official: &'a OfficialForm,
        (heading, reporter): (&'a Heading, &'a Reporter),
        closed: Option<&'a Closed>,
        ledger: &'a Ledger,
        rows: RowsBy,
    ) -> FormAnswer<'a> {
        let sums = block_sums(official, ledger, rows);
        let whole = sums.iter().flatten().fold(Measures::ZERO, |sum, row| sum.plus(&row.measures));
        let blocks = official.groups.iter().zip(sums).filter(|(_, rows)| !rows.is_empty());
        FormAnswer {
            form: &official.id,
            number: &official.number,
            title: &official.title,
            legal_basis: &official.legal_basis,
            counted_in: &official.counted_in,
            unit: &reporter.code,
            name: &reporter.name,
            receiver: match &reporter.receiver {
                Receiver::Form => Some(&official.receiver.vi),
                Receiver::Unit(name) => Some(name),
                Receiver::Hidden => None,
            },
            period: &heading.period,
            period_name: heading.period_name.as_deref(),
            scheme: &heading.scheme,
            window: heading.window(),
            ended: heading.ended,
            as_of: &heading.as_of,
            seq: heading.seq,
            node: &heading.node,
            hierarchy: &heading.hierarchy,
            role: &heading.role,
            version: if closed.is_some() { "official" } else { "current" },
            closed,
            rows,
            convention: official.hash(),
            columns: columns(official),
            total: official.counts(&whole),
            groups: blocks.map(|(group, sums)| block(official, &group.heading, sums)).collect(),
            footnotes: footnotes(official, &heading.words),
            official,
            heading,
        }
    }
}

fn columns(official: &OfficialForm) -> Vec<ColumnAnswer<'_>> {
    let mut columns = Vec::new();
    for total in &official.totals {
        let sum_of = total.columns.iter().map(|column| column.number).collect();
        columns.push(ColumnAnswer {
            number: total.column,
            heading: &total.heading,
            sum_of,
            measures: vec![total.measure.name()],
        });
        columns.extend(total.columns.iter().map(|column| ColumnAnswer {
            number: column.number,
            heading: &column.heading,
            sum_of: Vec::new(),
            measures: column.measures.iter().map(|measure| measure.name()).collect(),
        }));
    }
    columns
}

/// One sentence for each column in which more than one measure stands.
fn footnotes(official: &OfficialForm, words: &BTreeMap<Text, String>) -> Vec<String> {
    let columns = official.totals.iter().flat_map(|total| &total.columns);
    let joined = columns.filter(|column| column.measures.len() > 1);
    let name = |measure: &Measure| words.get(measure.name()).cloned().unwrap_or_else(|| measure.name().to_owned());
    joined
        .map(|column| {
            let parts: Vec<String> = column.measures.iter().map(name).collect();
            format!("Cột ({}) {}: {}", column.number, column.heading.vi, parts.join(" + "))
        })
        .collect()
}

impl Tabular for FormAnswer<'_> {
    /// The whole comes first, `part` `total`; then each block with its rows.
    fn table(&self) -> Table {
        let mut header: Vec<String> = HEADER.iter().map(|name| (*name).to_owned()).collect();
        header.extend(self.total.keys().map(|column| format!("column_{column}")));
        let row = |part: &str, group: Option<&str>, key: Option<&str>, name: &str, counts: &BTreeMap<u8, i64>| {
            let date = |day: Day| text(Some(day.to_string()));
            let mut cells = vec![text(Some(self.form)), text(Some(self.version)), date(self.window.first)];
            cells.extend([date(self.window.last), text(Some(self.as_of)), number(Some(self.seq))]);
            cells.extend([text(Some(self.unit)), text(Some(self.name)), text(Some(part))]);
            cells.extend([text(group), text(key), text(Some(name))]);
            cells.extend(counts.values().map(|count| number(Some(*count))));
            cells
        };
        let mut rows: Vec<Vec<Cell>> = vec![row("total", None, None, self.name, &self.total)];
        for group in &self.groups {
            let heading = group.heading.vi.as_str();
            rows.push(row("group", Some(heading), None, heading, &group.counts));
            rows.extend(group.rows.iter().map(|one| {
                let part = if one.others.is_some() { "others" } else { "row" };
                row(part, Some(heading), one.key, one.name, &one.counts)
            }));
        }
        Table { header, rows }
    }
}

const HEADER: [&str; 12] =
    ["form", "version", "from", "to", "as_of", "seq", "unit", "unit_name", "part", "group", "key", "name"];
