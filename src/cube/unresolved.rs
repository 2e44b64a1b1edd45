//! What sources sent as codes of units that name none: the raw values behind `unresolved`.

use std::collections::{BTreeMap, HashMap};

use crate::model::{Instant, Text, UnitKind};
use crate::units::{Hierarchy, Perspective, UnitId, UnitRole};

use super::view::{DossierRef, View};

/// A raw value of a source that names no unit on the days on which it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnresolvedValue {
    /// The sending system.
    pub source: Text,
    /// What it sent as a unit's code.
    pub raw: Text,
    /// Dossiers that count under `unresolved` by it in any hierarchy or role.
    pub dossiers: u64,
    /// Those of them that count there as it is now and processed.
    pub counted: u64,
    /// Ratings.
    pub ratings: u64,
    /// Reports of indicators.
    pub reports: u64,
    /// The first `at` of such a value; of a report the period's last day.
    pub first_at: Instant,
    /// The last one.
    pub last_at: Instant,
    /// The province in which most of the source's dossiers count; none while none does.
    pub province: Option<UnitId>,
}

type Found = BTreeMap<(Text, Text), UnresolvedValue>;

impl View {
    /// All raw values that count under `unresolved`, by source and value. It looks at each dossier: not for threads that
    /// serve sockets. A dossier that is void counts nowhere and isn't listed.
    pub fn unresolved(&self) -> Vec<UnresolvedValue> {
        let mut found = Found::new();
        let provinces = self.provinces();
        let mut usual: HashMap<&Text, BTreeMap<UnitId, u64>> = HashMap::new();
        for dossier in self.dossiers().filter(|dossier| !dossier.derived.void) {
            let values = unresolved_of(&dossier);
            let mut seen: Vec<&Text> = Vec::new();
            for (raw, at, is_counted) in values.into_iter().flatten() {
                let value = value_of(&mut found, &dossier.key.source, raw, at);
                value.counted += u64::from(is_counted);
                value.dossiers += u64::from(!seen.contains(&raw));
                seen.push(raw);
            }
            if let Some(province) = provinces[dossier.placement.unit(Perspective::default()).place()] {
                *usual.entry(&dossier.key.source).or_default().entry(province).or_default() += 1;
            }
        }
        self.add_ratings(&mut found);
        self.add_reports(&mut found);
        let most = |of: &BTreeMap<UnitId, u64>| of.iter().max_by_key(|(_, dossiers)| **dossiers).map(|(unit, _)| *unit);
        for value in found.values_mut() {
            value.province = usual.get(&value.source).and_then(most);
        }
        found.into_values().collect()
    }

    /// A raw value that nobody has sent, as if it were sent now; none when it names a unit today.
    pub fn unsent(&self, source: &str, raw: &str) -> Option<UnresolvedValue> {
        let (source, raw) = (Text::new(source), Text::new(raw));
        let meant = self.units().meant(&source, &raw);
        let is_unknown = self.units().read(meant, self.today()).unit == UnitId::UNRESOLVED;
        let mut found = Found::new();
        value_of(&mut found, &source, &raw, self.now);
        found.into_values().next().filter(|_| is_unknown)
    }

    /// By place of a unit: the province it stands in.
    fn provinces(&self) -> Vec<Option<UnitId>> {
        let tree = self.tree(Hierarchy::Now);
        let is_province =
            |unit: &UnitId| tree.node(*unit).fact.as_ref().is_some_and(|fact| fact.kind == UnitKind::Province);
        tree.ids().map(|unit| tree.path(unit).find(is_province)).collect()
    }

    fn add_ratings(&self, found: &mut Found) {
        let all = self.rating_list.iter().zip(self.counters.rating_placements.iter());
        for ((key, state), placement) in all {
            if placement.unit(Perspective::default()) == UnitId::UNRESOLVED
                && state.score.value().is_some()
                && let (Some(raw), Some(at)) = (state.unit.value(), state.unit.at())
            {
                value_of(found, &key.source, raw, at).ratings += 1;
            }
        }
    }

    fn add_reports(&self, found: &mut Found) {
        let none = Text::new("");
        for (_, period, raw, state) in self.indicator_reports() {
            let source = state.source.value().unwrap_or(&none);
            let day = period.days().1;
            let read = self.hierarchies().place(self.units(), Hierarchy::Was, source, (raw, day));
            let fields = [&state.numerator, &state.denominator, &state.value, &state.declared];
            if read.unit == UnitId::UNRESOLVED && fields.iter().any(|field| field.value().is_some()) {
                value_of(found, source, raw, self.zone.start(day)).reports += 1;
            }
        }
    }
}

fn value_of<'f>(found: &'f mut Found, source: &Text, raw: &Text, at: Instant) -> &'f mut UnresolvedValue {
    let value = found.entry((source.clone(), raw.clone())).or_insert_with(|| UnresolvedValue {
        source: source.clone(),
        raw: raw.clone(),
        dossiers: 0,
        counted: 0,
        ratings: 0,
        reports: 0,
        first_at: at,
        last_at: at,
        province: None,
    });
    value.first_at = value.first_at.min(at);
    value.last_at = value.last_at.max(at);
    value
}

/// The values of a dossier by which it counts under `unresolved`, each with its `at`, and whether it is that by which it
/// counts as it is now and processed.
fn unresolved_of<'v>(dossier: &DossierRef<'v>) -> [Option<(&'v Text, Instant, bool)>; 4] {
    let state = dossier.state;
    let is_unresolved = |hierarchy, role| dossier.placement.unit(Perspective { hierarchy, role }) == UnitId::UNRESOLVED;
    let newest =
        |register: &'v crate::model::Register<Text>, is_counted| Some((register.value()?, register.at()?, is_counted));
    let first = |register: &'v crate::model::First<Text>| register.get().map(|(at, raw)| (raw, at, false));
    // Who receives is who processes when nobody else is named: then the value is found as that.
    [
        is_unresolved(Hierarchy::Now, UnitRole::Processing).then(|| newest(&state.unit, true)).flatten(),
        is_unresolved(Hierarchy::Now, UnitRole::Receiving).then(|| newest(&state.received_by, false)).flatten(),
        is_unresolved(Hierarchy::Was, UnitRole::Processing).then(|| first(&state.unit_first)).flatten(),
        is_unresolved(Hierarchy::Was, UnitRole::Receiving).then(|| first(&state.received_by_first)).flatten(),
    ]
}
