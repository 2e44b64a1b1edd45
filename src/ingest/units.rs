//! Lists of units as people write them: CSV with a header, NDJSON or a JSON array with the same names.

use super::Limits;
use super::body::EnvelopeError;
use super::fields::{Checked, ID_BYTES_MAX, TEXT_BYTES_MAX};
use super::rejection::{Code, Rejection, shown};
use super::sheet::{CellKind, Cells, Row, Sheet};
use crate::model::{Instant, Text, UnitFact, UnitKind};

/// The tree of a unit that names none.
const TREE_DEFAULT: &str = "territory";
/// Codes that answers use for rows of their own.
const RESERVED_CODES: [&str; 2] = ["unresolved", "own"];

/// The columns of a list of units, in the order of documents; the first five must be there.
const UNITS: Sheet = Sheet {
    thing: "a unit",
    columns: &[
        ("code", CellKind::Text),
        ("parent", CellKind::Text),
        ("kind", CellKind::Text),
        ("category", CellKind::Text),
        ("name_vi", CellKind::Text),
        ("name_en", CellKind::Text),
        ("short_name", CellKind::Text),
        ("sort_order", CellKind::Number),
        ("valid_from", CellKind::Text),
        ("valid_to", CellKind::Text),
        ("lat", CellKind::Number),
        ("lon", CellKind::Number),
        ("tree", CellKind::Text),
    ],
    required: 5,
    names: "code, parent, kind, category, name_vi, name_en, short_name, sort_order, valid_from, valid_to, lat, lon, tree",
};

#[derive(Clone, Copy)]
enum Column {
    Code,
    Parent,
    Kind,
    Category,
    NameVi,
    NameEn,
    ShortName,
    SortOrder,
    ValidFrom,
    ValidTo,
    Lat,
    Lon,
    Tree,
}

/// A checked version of a unit and where it stood.
pub type UnitRow = Row<UnitFact>;

/// What a list of units held (I-2: received = units + rejected).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnitBatch {
    /// Rows, lines that aren't blank, or array elements.
    pub received: usize,
    /// The good ones, each by itself; [`super::check_units`] checks them against one another.
    pub units: Vec<UnitRow>,
    /// How many were refused.
    pub rejected: usize,
    /// The first refused ones, up to [`Limits::rejections_max`].
    pub rejections: Vec<Rejection>,
}

/// Reads a list of units; `now` is when it was loaded, by the receiving clock.
///
/// # Errors
/// When the body is too large, of no known form, no whole array, or its header is not as it should be.
pub fn read_units(
    body: &[u8],
    content_type: Option<&str>,
    now: Instant,
    limits: &Limits,
) -> Result<UnitBatch, EnvelopeError> {
    let list = UNITS.read(body, content_type, limits, |cells| UnitCells(cells).fact(now))?;
    Ok(UnitBatch { received: list.received, units: list.rows, rejected: list.rejected, rejections: list.rejections })
}

/// The cells of one unit.
struct UnitCells<'a>(Cells<'a>);

impl UnitCells<'_> {
    fn fact(&self, now: Instant) -> Checked<UnitFact> {
        let fact = UnitFact {
            at: now,
            code: self.code()?,
            valid_from: self.0.day(Column::ValidFrom as usize)?,
            valid_to: self.0.day(Column::ValidTo as usize)?,
            parent: self.0.text(Column::Parent as usize, ID_BYTES_MAX)?,
            kind: self.kind()?,
            category: self.0.text(Column::Category as usize, TEXT_BYTES_MAX)?.unwrap_or_else(|| Text::new("")),
            name_vi: self.0.required(Column::NameVi as usize, TEXT_BYTES_MAX)?,
            name_en: self.0.text(Column::NameEn as usize, TEXT_BYTES_MAX)?,
            short_name: self.0.text(Column::ShortName as usize, TEXT_BYTES_MAX)?,
            sort_order: self.sort_order()?,
            lat: self.0.decimal(Column::Lat as usize, (-90, 90))?,
            lon: self.0.decimal(Column::Lon as usize, (-180, 180))?,
            tree: self.0.text(Column::Tree as usize, ID_BYTES_MAX)?.unwrap_or_else(|| Text::new(TREE_DEFAULT)),
        };
        if let (Some(from), Some(to)) = (fact.valid_from, fact.valid_to)
            && from > to
        {
            let reason = format!("valid to {to}, which is before valid from {from}");
            return Err(self.0.fault(Column::ValidTo as usize, Code::OutOfRange, reason));
        }
        Ok(fact)
    }

    fn code(&self) -> Checked<Text> {
        let code = self.0.required(Column::Code as usize, ID_BYTES_MAX)?;
        if RESERVED_CODES.contains(&code.as_str()) {
            let reason = format!("{} is reserved for rows of answers", shown(&code));
            return Err(self.0.fault(Column::Code as usize, Code::BadValue, reason));
        }
        Ok(code)
    }

    fn kind(&self) -> Checked<UnitKind> {
        let name = self.0.required(Column::Kind as usize, TEXT_BYTES_MAX)?;
        UnitKind::ALL.into_iter().find(|kind| kind.as_str() == name.as_str()).ok_or_else(|| {
            let reason = format!("{} is none of {}", shown(&name), UnitKind::ALL.map(UnitKind::as_str).join(", "));
            self.0.fault(Column::Kind as usize, Code::BadValue, reason)
        })
    }

    fn sort_order(&self) -> Checked<i32> {
        let Some(text) = self.0.cell(Column::SortOrder as usize) else { return Ok(0) };
        text.parse().map_err(|_| {
            self.0.fault(
                Column::SortOrder as usize,
                Code::BadValue,
                format!("{} is no whole number of 32 bits", shown(text)),
            )
        })
    }
}

#[cfg(test)]
mod tests;
