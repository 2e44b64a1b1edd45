//! Targets and limits: for which units and year something was decided, and the plan of a day.

use crate::kpi::figure::{Better, TargetFigures};
use crate::model::{Day, Decimal};

use super::{Kpi, UnitScope};

/// Which units and year something was decided for; the narrower wins, a unit before a category, a year before none.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reach {
    pub(super) unit: Option<String>,
    pub(super) category: Option<String>,
    pub(super) year: Option<i16>,
}

impl Reach {
    /// How narrowly it covers a unit in a year; none when it doesn't.
    fn covers(&self, unit: UnitScope<'_>, year: i16) -> Option<(bool, bool, bool)> {
        let fits = self.unit.as_deref().is_none_or(|code| code == unit.code)
            && self.category.as_deref().is_none_or(|category| category == unit.category)
            && self.year.is_none_or(|of| of == year);
        fits.then_some((self.unit.is_some(), self.category.is_some(), self.year.is_some()))
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Target {
    pub(super) reach: Reach,
    pub(super) value: Option<Decimal>,
    pub(super) near: Option<Decimal>,
    pub(super) goal: Option<Decimal>,
    pub(super) goal_year: Option<i16>,
    /// Plan by day, ascending; linear between.
    pub(super) path: Vec<(Day, Decimal)>,
    /// Number of the decision.
    pub(super) decision: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Limit {
    pub(super) reach: Reach,
    pub(super) limit: i64,
}

impl Target {
    /// What it asks on a day.
    pub(super) fn on(&self, kpi: &Kpi, day: Day) -> TargetFigures<'_> {
        let target = plan(&self.path, day).or(self.value);
        let near = self.near.or_else(|| {
            let (target, margin) = (target?.millionths(), kpi.near_margin?.millionths());
            let near = match kpi.better {
                Better::Higher => target - margin,
                Better::Lower => target + margin,
            };
            Decimal::from_millionths(near).ok()
        });
        let goal = self.goal.or_else(|| self.path.last().map(|(_, value)| *value));
        let goal_year = self.goal_year.or_else(|| self.path.last().map(|(day, _)| day.date().year()));
        let reached = |value: Decimal| match kpi.better {
            Better::Higher => Some(value) >= goal,
            Better::Lower => goal.is_some_and(|goal| value <= goal),
        };
        let on_path = self.path.iter().find(|(_, value)| reached(*value)).map(|(day, _)| *day);
        let goal_by = on_path.or_else(|| goal_year.map(|year| Day::from_date(jiff::civil::date(year, 12, 31))));
        TargetFigures { target, near, goal, goal_year, goal_by, decision: self.decision.as_deref() }
    }
}

pub(super) fn narrowest<'a, T>(all: &'a [T], reach: fn(&T) -> &Reach, unit: UnitScope<'_>, day: Day) -> Option<&'a T> {
    let year = day.date().year();
    let covering = all.iter().filter_map(|one| Some((reach(one).covers(unit, year)?, one)));
    covering.max_by_key(|(narrowness, _)| *narrowness).map(|(_, one)| one)
}

/// The plan of a day: linear between two days of the path, rounded down to a millionth; before the first and after
/// the last day those.
pub(in crate::kpi) fn plan(path: &[(Day, Decimal)], day: Day) -> Option<Decimal> {
    let after = path.partition_point(|(on, _)| *on <= day);
    let (Some(before), Some(next)) = (path[..after].last(), path.get(after)) else {
        return path.get(after.saturating_sub(1)).map(|(_, value)| *value);
    };
    let (passed, whole) = (i64::from(day.0 - before.0.0), i64::from(next.0.0 - before.0.0));
    let (from, to) = (before.1.millionths(), next.1.millionths());
    let moved = i128::from(to - from) * i128::from(passed);
    let moved = i64::try_from(moved.div_euclid(i128::from(whole))).expect("no more than the way between the two");
    Decimal::from_millionths(from + moved).ok()
}
