//! What is asked of a unit: window, hierarchy, role and filters, read once for every answer.

use serde::{Deserialize, Serialize};

use crate::cube::{Dimension, Selection};
use crate::kpi::WindowChoice;
use crate::model::Text;
use crate::units::VisibleUnit;

use super::{AnswerError, Figures, asked_unit, perspective};

/// The year to date.
const WINDOW_DEFAULT: &str = "year";

/// The window asked for; the year to date when absent.
pub(super) fn window(asked: Option<&str>) -> Result<WindowChoice, AnswerError> {
    Ok(asked.unwrap_or(WINDOW_DEFAULT).parse()?)
}

/// Which part of a unit's dossiers a breakdown or list is about. A value may be empty text; `without` names the
/// dimensions, separated by commas, in which there must be no value.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Filters {
    /// Field of work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) field: Option<String>,
    /// Procedure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) procedure: Option<String>,
    /// Channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) channel: Option<String>,
    /// Newest status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<String>,
    /// The office that holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) holder: Option<String>,
    /// Class of age.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) age: Option<String>,
    /// Dimensions without a value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) without: Option<String>,
    /// `exclude`: only what isn't of a procedure done on the same day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) same_day: Option<String>,
    /// Only what the unit itself handles.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) own: bool,
}

impl Filters {
    /// Whether everything under the unit is meant.
    pub(super) fn is_empty(&self) -> bool {
        !self.own
            && self.without.is_none()
            && self.same_day.is_none()
            && self.values().iter().all(|(_, value)| value.is_none())
    }

    fn values(&self) -> [(Dimension, Option<&String>); 6] {
        [
            (Dimension::Field, self.field.as_ref()),
            (Dimension::Procedure, self.procedure.as_ref()),
            (Dimension::Channel, self.channel.as_ref()),
            (Dimension::Status, self.status.as_ref()),
            (Dimension::Holder, self.holder.as_ref()),
            (Dimension::Age, self.age.as_ref()),
        ]
    }

    /// As the cube reads them.
    ///
    /// # Errors
    /// When a value is none that the dimension has, or a dimension isn't known.
    pub(super) fn read(&self) -> Result<Vec<(Dimension, Option<Text>)>, AnswerError> {
        let mut filters = Vec::new();
        for (dimension, value) in self.values() {
            let Some(value) = value else { continue };
            if dimension.fixed().is_some_and(|known| !known.contains(&value.as_str())) {
                return Err(AnswerError::UnknownValue { dimension: dimension.as_str(), value: shown(value) });
            }
            filters.push((dimension, Some(Text::new(value))));
        }
        for name in self.without.iter().flat_map(|names| names.split(',')) {
            let dimension = Dimension::named(name).ok_or_else(|| AnswerError::UnknownDimension(shown(name)))?;
            filters.push((dimension, None));
        }
        Ok(filters)
    }
}

/// Whether procedures done on the same day are left out.
///
/// # Errors
/// When it is asked for in another word than `exclude`.
pub(super) fn without_same_day(asked: Option<&str>) -> Result<bool, AnswerError> {
    match asked {
        None => Ok(false),
        Some("exclude") => Ok(true),
        Some(other) => Err(AnswerError::UnknownValue { dimension: "same_day", value: shown(other) }),
    }
}

/// How much of an unreadable text an error repeats.
const ECHO_CHARS_MAX: usize = 64;

pub(super) fn shown(text: &str) -> String {
    text.chars().take(ECHO_CHARS_MAX).collect()
}

/// A unit with everything that is asked of it.
#[derive(Clone, Debug)]
pub(super) struct Question {
    pub(super) seen: VisibleUnit,
    pub(super) selection: Selection,
}

impl Question {
    pub(super) fn read(
        figures: Figures<'_>,
        code: &str,
        (asked, hierarchy, role): (Option<&str>, Option<&str>, Option<&str>),
        filters: &Filters,
    ) -> Result<Question, AnswerError> {
        let perspective = perspective(hierarchy, role)?;
        let window = window(asked)?.on(figures.view.today());
        let seen = asked_unit(figures, code, window, perspective.hierarchy)?;
        let filters_read = filters.read()?;
        let without_same_day = without_same_day(filters.same_day.as_deref())?;
        let (unit, own) = (seen.id(), filters.own);
        let selection = Selection { perspective, unit, own, window, filters: filters_read, without_same_day };
        Ok(Question { seen, selection })
    }
}
