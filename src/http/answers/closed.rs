//! What is asked of closed periods, and the forms that are made from what they kept.

use crate::kpi::{OfficialForm, Scheme, SourceFile, Window, WindowChoice};
use crate::model::{Period, Text};
use crate::pipeline::closed::closers;
use crate::units::{Hierarchy, UnitKey, VisibleUnit};

use super::form_rows::RowsBy;
use super::kpis::KpisQuery;
use super::ledger::Ledger;
use super::official::{Closed, FormAnswer, FormQuery, Heading, PERIOD_DEFAULT, Reporter};
use super::question::{not_closed, scheme_named, windowed};
use super::snapshot::{CLOSED_PERSPECTIVE, ClosedFigures};
use super::{AnswerError, Figures, asked_unit, perspective};

/// A unit that may be seen, and a period that may be closed.
#[derive(Clone, Debug)]
pub struct ClosedQuestion {
    /// The unit as it is asked about now.
    pub seen: VisibleUnit,
    /// Which version of it.
    pub unit: UnitKey,
    /// What it is called.
    pub name: Text,
    /// It and the units above it, the nearest first: whoever of them closed the period closed it for this unit.
    pub closers: Vec<UnitKey>,
    /// Id of the scheme.
    pub scheme: String,
    /// The period.
    pub period: Period,
    /// Its days.
    pub window: Window,
}

/// Reads a question: the unit's code as it stands today, the period by the scheme.
///
/// # Errors
/// When there is no such unit or scheme, the period is none that can be closed, or the perspective is another.
fn closed_question(
    figures: Figures<'_>,
    code: &str,
    (scheme, period): (&Scheme, WindowChoice),
    (hierarchy, role): (Option<&str>, Option<&str>),
) -> Result<ClosedQuestion, AnswerError> {
    if perspective(hierarchy, role)? != CLOSED_PERSPECTIVE {
        return Err(AnswerError::NotClosedSo);
    }
    let view = figures.view;
    let window = scheme.on(period, view.today());
    let seen = asked_unit(figures, code, window, Hierarchy::Now)?;
    // Running periods and spans of days have no name that they could be closed under.
    let WindowChoice::Period(period) = period else { return Err(not_closed(code, scheme, period)) };
    let label = view.units().label(seen.id());
    Ok(ClosedQuestion {
        seen,
        unit: UnitKey::of(view.units(), seen.id()),
        name: Text::new(label.name),
        closers: closers(view, seen.id()),
        scheme: scheme.id().to_owned(),
        period,
        window,
    })
}

impl ClosedQuestion {
    /// A period of a unit, as a path names it.
    ///
    /// # Errors
    /// When there is no such unit or scheme, the period is none that can be closed, or the perspective is another.
    pub fn of_period(figures: Figures<'_>, code: &str, (scheme, period): (&str, &str)) -> Result<Self, AnswerError> {
        let schemes = figures.catalogue.schemes();
        let scheme = scheme_named(schemes, Some(scheme))?.unwrap_or(schemes.of_forms());
        closed_question(figures, code, (scheme, period.parse()?), (None, None))
    }

    /// The official version of figures.
    ///
    /// # Errors
    /// When there is no such unit or scheme, the period is none that can be closed, or the perspective is another.
    pub fn of_kpis(figures: Figures<'_>, code: &str, query: &KpisQuery) -> Result<Self, AnswerError> {
        let (scheme, choice, _) = windowed(figures, query.window.as_deref(), query.scheme.as_deref())?;
        closed_question(figures, code, (scheme, choice), (query.hierarchy.as_deref(), query.role.as_deref()))
    }

    /// The official version of a form.
    ///
    /// # Errors
    /// When there is no such unit or scheme, the period is none that can be closed, or the perspective is another.
    pub fn of_form(figures: Figures<'_>, code: &str, query: &FormQuery) -> Result<Self, AnswerError> {
        let schemes = figures.catalogue.schemes();
        let scheme = scheme_named(schemes, query.scheme.as_deref())?.unwrap_or(schemes.of_forms());
        let choice = query.period.as_deref().unwrap_or(PERIOD_DEFAULT).parse()?;
        closed_question(figures, code, (scheme, choice), (query.hierarchy.as_deref(), query.role.as_deref()))
    }

    /// The closed version of indicators or of a score, by (scheme, period) and (hierarchy, role).
    ///
    /// # Errors
    /// When there is no such unit or scheme, the period is none that can be closed, or the perspective is another.
    pub fn of_reports(
        figures: Figures<'_>,
        code: &str,
        (scheme, period): (Option<&str>, Option<&str>),
        perspective: (Option<&str>, Option<&str>),
    ) -> Result<Self, AnswerError> {
        let schemes = figures.catalogue.schemes();
        let scheme = scheme_named(schemes, scheme)?.unwrap_or(schemes.of_forms());
        closed_question(figures, code, (scheme, period.unwrap_or(PERIOD_DEFAULT).parse()?), perspective)
    }

    /// There is no closing of a number, as an error.
    pub fn no_closing(&self, version: u32) -> AnswerError {
        let (scheme, period) = (self.scheme.clone(), self.period.to_string());
        AnswerError::NoClosing { unit: self.unit.code.to_string(), scheme, period, version }
    }

    /// What isn't there, as an error.
    pub fn not_closed(&self) -> AnswerError {
        let (scheme, period) = (self.scheme.clone(), self.period.to_string());
        AnswerError::NotClosed { unit: self.unit.code.to_string(), scheme, period }
    }
}

/// The form of a closed period, made from what was kept of it: its text, its heading, the unit's part of the ledger.
///
/// # Errors
/// When the rows can't be read, or what was kept is no form any more.
pub fn official_form<T, E: From<AnswerError>>(
    figures: Figures<'_>,
    (form, text): (&str, &str),
    (heading, ledger, of): (&Heading, &Ledger, ClosedFigures),
    (question, closed): (&ClosedQuestion, &Closed),
    query: &FormQuery,
    answer: impl FnOnce(&FormAnswer<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let rows = RowsBy::named(query.rows.as_deref())?;
    let unknown = || AnswerError::UnknownForm(form.to_owned());
    let official = OfficialForm::read(SourceFile { name: form, text }, &mut Vec::new()).ok_or_else(unknown)?;
    let part = ledger.part(&question.unit).ok_or_else(unknown)?;
    let reporter: Reporter = of.reporter.seen(figures, Hierarchy::Now, question.seen.id());
    answer(&FormAnswer::of(&official, (heading, &reporter), Some(closed), &part, rows))
}
