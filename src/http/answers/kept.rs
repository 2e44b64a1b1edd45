//! What a closed period keeps of indicators and indices, and what of it differs now.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cube::IndicatorSheet;
use crate::kpi::Words;
use crate::model::{Period, Text};
use crate::units::UnitId;

use super::Figures;
use super::indicators::closed_indicators;
use super::indices::Scored;
use super::official::Closed;
use super::snapshot::CLOSED_PERSPECTIVE;
use super::table::{Table, Tabular};

/// An answer as it goes out, as JSON and as a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeptTable {
    /// The answer as JSON.
    pub json: String,
    /// The same as a table.
    pub table: Table,
}

impl KeptTable {
    fn of(answer: &(impl Serialize + Tabular)) -> KeptTable {
        let json = serde_json::to_string(answer).expect("texts and numbers always encode");
        KeptTable { json, table: answer.table() }
    }
}

/// The indicators and scores of one unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeptReports {
    /// The answer of `/units/{code}/indicators`.
    pub indicators: KeptTable,
    /// The answers of `/units/{code}/indices/{index}`, by the index's id.
    pub indices: BTreeMap<Text, KeptTable>,
}

impl KeptReports {
    /// Of each of some units, in their order. An index without formulas on the period's last day isn't kept.
    pub fn of(figures: Figures<'_>, units: &[UnitId], period: Period, closed: &Closed) -> Vec<KeptReports> {
        let (view, catalogue) = (figures.view, figures.catalogue);
        let hierarchy = CLOSED_PERSPECTIVE.hierarchy;
        let sheets: Vec<IndicatorSheet<'_>> =
            catalogue.indicators().iter().map(|of| view.indicator_sheet(of, period, hierarchy)).collect();
        let readings = catalogue.indices().filter_map(|index| {
            let reading = view.index((index, catalogue), period, CLOSED_PERSPECTIVE)?;
            Some((index, reading))
        });
        let readings: Vec<_> = readings.collect();
        let of_unit = |unit: &UnitId| {
            let scored = readings.iter().map(|(index, reading)| {
                let scored = Scored { figures, index, reading, period, perspective: CLOSED_PERSPECTIVE };
                (Text::new(&index.id), KeptTable::of(&scored.answer(*unit, Some(closed))))
            });
            KeptReports {
                indices: scored.collect(),
                indicators: KeptTable::of(&closed_indicators(figures, (*unit, period), &sheets, closed)),
            }
        };
        units.iter().map(of_unit).collect()
    }
}

/// Indicators and indices of a unit whose numbers differ.
#[derive(Debug, Default, Serialize)]
pub struct ReportDifference {
    indicators: Vec<IndicatorDifference>,
    indices: Vec<IndexDifference>,
}

#[derive(Debug, Serialize)]
struct IndicatorDifference {
    code: String,
    label: Words,
    /// Null when the catalogue of one side doesn't have it.
    official: Option<Numbers>,
    current: Option<Numbers>,
}

/// What was reported; null is nothing.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Numbers {
    value: Value,
    num: Value,
    den: Value,
    declared: Value,
}

#[derive(Debug, Serialize)]
struct IndexDifference {
    index: Text,
    /// Null when one side has no formulas.
    official: Option<Points>,
    current: Option<Points>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Points {
    score: Value,
    measurable: Value,
}

#[derive(Deserialize)]
struct Rows {
    indicators: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    code: String,
    label: Words,
    #[serde(flatten)]
    numbers: Numbers,
}

/// Compares what was kept of a unit with what is so now; empty when nothing of it was kept.
///
/// # Errors
/// When what was kept can't be read.
pub fn report_difference(
    official: Option<&KeptReports>,
    current: &KeptReports,
) -> Result<ReportDifference, serde_json::Error> {
    let Some(official) = official else { return Ok(ReportDifference::default()) };
    let rows = |kept: &KeptReports| -> Result<Vec<Row>, serde_json::Error> {
        Ok(serde_json::from_str::<Rows>(&kept.indicators.json)?.indicators)
    };
    let mut found: Vec<IndicatorDifference> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for Row { code, label, numbers } in rows(official)? {
        places.insert(code.clone(), found.len());
        found.push(IndicatorDifference { code, label, official: Some(numbers), current: None });
    }
    for Row { code, label, numbers } in rows(current)? {
        match places.get(&code) {
            Some(place) => found[*place].current = Some(numbers),
            None => found.push(IndicatorDifference { code, label, official: None, current: Some(numbers) }),
        }
    }
    found.retain(|row| row.official != row.current);
    let points = |kept: &KeptReports, id: &Text| -> Result<Option<Points>, serde_json::Error> {
        kept.indices.get(id).map(|kept| serde_json::from_str(&kept.json)).transpose()
    };
    let mut ids: Vec<&Text> = official.indices.keys().chain(current.indices.keys()).collect();
    ids.sort();
    ids.dedup();
    let mut indices = Vec::new();
    for id in ids {
        let (official, current) = (points(official, id)?, points(current, id)?);
        if official != current {
            indices.push(IndexDifference { index: id.clone(), official, current });
        }
    }
    Ok(ReportDifference { indicators: found, indices })
}
