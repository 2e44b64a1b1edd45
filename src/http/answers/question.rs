//! What is asked of a unit: window, hierarchy, role and filters, read once for every answer.

use serde::{Deserialize, Serialize};

use crate::cube::{Dimension, Selection};
use crate::kpi::{Scheme, Schemes, Window, WindowChoice};
use crate::model::Text;
use crate::units::VisibleUnit;

use super::{AnswerError, Figures, asked_unit, perspective};

/// The year to date.
const WINDOW_DEFAULT: &str = "year";

/// The window asked for, by the scheme asked for; the year to date, and the scheme of walls, when absent.
pub(super) fn windowed<'a>(
    figures: Figures<'a>,
    asked: Option<&str>,
    scheme: Option<&str>,
) -> Result<(&'a Scheme, WindowChoice, Window), AnswerError> {
    let schemes = figures.catalogue.schemes();
    let scheme = scheme_named(schemes, scheme)?.unwrap_or(schemes.of_walls());
    let choice: WindowChoice = asked.unwrap_or(WINDOW_DEFAULT).parse()?;
    Ok((scheme, choice, scheme.on(choice, figures.view.today())))
}

/// The scheme of a name; none when none is named.
pub(super) fn scheme_named<'a>(schemes: &'a Schemes, name: Option<&str>) -> Result<Option<&'a Scheme>, AnswerError> {
    let Some(name) = name else { return Ok(None) };
    let unknown = || {
        let known = schemes.ids().collect::<Vec<_>>().join(" or ");
        AnswerError::UnknownScheme { name: shown(name), known }
    };
    schemes.named(name).map(Some).ok_or_else(unknown)
}

/// Which figures are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// Those of now.
    Current,
    /// Those that the period was closed with.
    Closed(ClosedVersion),
}

/// Which closing of a period is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClosedVersion {
    /// The one in force.
    Official,
    /// The one of this number, also when the period was reopened since.
    Number(u32),
}

/// The version asked for: `current` (also when absent), `official`, or the number of a closing.
///
/// # Errors
/// When there is none of this name.
pub fn version(asked: Option<&str>) -> Result<Version, AnswerError> {
    match asked {
        None | Some("current") => Ok(Version::Current),
        Some("official") => Ok(Version::Closed(ClosedVersion::Official)),
        Some(digits) if digits.parse::<u32>().is_ok_and(|number| number > 0) => {
            Ok(Version::Closed(ClosedVersion::Number(digits.parse().unwrap_or_default())))
        }
        Some(other) => Err(AnswerError::UnknownVersion(shown(other))),
    }
}

/// There are no official figures of a unit and period.
pub(super) fn not_closed(code: &str, scheme: &Scheme, choice: WindowChoice) -> AnswerError {
    let (scheme, period) = (scheme.id().to_owned(), choice.to_string());
    AnswerError::NotClosed { unit: shown(code), scheme, period }
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
pub(super) struct Question<'a> {
    pub(super) seen: VisibleUnit,
    pub(super) scheme: &'a str,
    pub(super) selection: Selection,
}

/// When and from where a unit is looked at, as it was asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'q> {
    pub(super) window: Option<&'q str>,
    pub(super) scheme: Option<&'q str>,
    pub(super) hierarchy: Option<&'q str>,
    pub(super) role: Option<&'q str>,
}

impl<'q> Asked<'q> {
    /// Window, scheme, hierarchy and role, as they stand in a query.
    pub(super) fn of([window, scheme, hierarchy, role]: [&'q Option<String>; 4]) -> Asked<'q> {
        let [window, scheme, hierarchy, role] = [window, scheme, hierarchy, role].map(Option::as_deref);
        Asked { window, scheme, hierarchy, role }
    }
}

impl<'a> Question<'a> {
    pub(super) fn read(
        figures: Figures<'a>,
        code: &str,
        asked: Asked<'_>,
        filters: &Filters,
    ) -> Result<Question<'a>, AnswerError> {
        let perspective = perspective(asked.hierarchy, asked.role)?;
        let (scheme, _, window) = windowed(figures, asked.window, asked.scheme)?;
        let seen = asked_unit(figures, code, window, perspective.hierarchy)?;
        let filters_read = filters.read()?;
        let without_same_day = without_same_day(filters.same_day.as_deref())?;
        let (unit, own) = (seen.id(), filters.own);
        let selection = Selection { perspective, unit, own, window, filters: filters_read, without_same_day };
        Ok(Question { seen, scheme: scheme.id(), selection })
    }
}
