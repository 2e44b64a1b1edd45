//! Indicators compared: who reported what, and what is made of it above, in the cube and by SQL.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::cube::View;
use crate::kpi::{Amount, Indicators, Reported, RollUp};
use crate::model::{Period, Zone};
use crate::store::{IndicatorFigureRow, Store, UnitKey};
use crate::units::{Hierarchy, Perspective, UnitRole};

use super::VerifyError;
use super::comparison::{Compared, difference, unit_key, unit_words, within};

/// Hierarchy, unit, code, period, whether it is what is below.
type Key = (Hierarchy, UnitKey, String, String, bool);

/// Compares every indicator of every unit that reported or stands above one that did, in both hierarchies; also what SQL
/// made of them.
///
/// # Errors
/// When ClickHouse doesn't answer.
pub(super) async fn compare_indicators(
    store: &Store,
    view: &Arc<View>,
    zone: &Zone,
    indicators: &Indicators,
) -> Result<(Compared, Vec<IndicatorFigureRow>), VerifyError> {
    let mut sides: BTreeMap<Key, (String, String)> = BTreeMap::new();
    let known = view.indicator_reports().filter(|(code, ..)| indicators.get(code).is_some());
    let reported: BTreeSet<(&str, Period)> = known.map(|(code, period, ..)| (code.as_str(), period)).collect();
    for (code, period) in &reported {
        let Some(indicator) = indicators.get(code) else { continue };
        for hierarchy in [Hierarchy::Now, Hierarchy::Was] {
            let placed = view.placed(indicator, *period, hierarchy);
            for unit in placed.concerned() {
                let figure = view.indicator_figure(&placed, unit);
                let parts = [(false, figure.own, 0), (true, figure.below, figure.parts)];
                for (is_below, reported, parts) in parts {
                    let Some(reported) = reported else { continue };
                    let key = (hierarchy, unit_key(view, unit), (*code).to_owned(), period.to_string(), is_below);
                    sides.entry(key).or_default().0 = words(&reported, parts as u64);
                }
            }
        }
    }
    let periods: Vec<Period> =
        reported.iter().map(|(_, period)| *period).collect::<BTreeSet<_>>().into_iter().collect();
    let catalogue: Vec<(&str, &str)> = indicators.iter().map(|of| (of.code.as_str(), roll_up(of.roll_up))).collect();
    let rows = store.verify_indicators((zone, view.now()), &catalogue, &periods).await?;
    for row in &rows {
        let key = (row.hierarchy, row.unit.clone(), row.code.clone(), row.period.clone(), row.parts > 0);
        sides.entry(key).or_default().1 = told(row.parts, [&row.num, &row.den, &row.value]);
    }
    let compared = sides.len() as u64;
    let differs = sides.into_iter().filter(|(_, (cube, sql))| cube != sql);
    let differences = differs.map(|((hierarchy, unit, code, period, is_below), sides)| {
        let of = Perspective { hierarchy, role: UnitRole::default() };
        let measure = if is_below { format!("{code} below") } else { code };
        difference("indicator", unit_words(&unit), within(period, of), measure, sides)
    });
    Ok(((compared, differences.collect()), rows))
}

fn words(reported: &Reported, parts: u64) -> String {
    let text = |amount: Option<Amount>| amount.map(|amount| amount.0.to_string()).unwrap_or_default();
    let given = reported.given.map(|(_, value)| value);
    told(parts, [&text(reported.num), &text(reported.den), &text(given)])
}

fn told(parts: u64, [num, den, value]: [&str; 3]) -> String {
    format!("{num}/{den} {value} ({parts})")
}

fn roll_up(of: RollUp) -> &'static str {
    match of {
        RollUp::Sum => "sum",
        RollUp::Latest => "latest",
        RollUp::Weighted => "weighted",
        RollUp::None => "none",
    }
}
