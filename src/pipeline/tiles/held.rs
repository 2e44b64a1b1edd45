//! What the weeks of a trend are held against: the year before, and a plan that moves.

use crate::kpi::{Kpi, Window, figure};
use crate::model::Decimal;
use crate::units::Perspective;

use super::Reading;

/// A year of whole weeks back, so that weekdays and holidays of the week are the same days.
const YEAR_DAYS: i32 = 364;

impl Reading<'_> {
    /// A KPI in the weeks 52 weeks before; none before the unit has any figure.
    pub(super) fn ratios_before(&self, kpi: &Kpi) -> Vec<Option<f64>> {
        let begun = self.view.first_day(self.unit, Perspective::default());
        let is_whole = |week: Window| begun.is_some_and(|begun| begun <= week.first) && !self.is_cut(week);
        let of = |week: Window| {
            let before = Window { first: week.first.plus(-YEAR_DAYS), last: week.last.plus(-YEAR_DAYS) };
            let (num, den) = kpi.sums(&self.measures(before));
            figure::ratio(num, den).filter(|_| is_whole(before))
        };
        self.weeks().map(of).collect()
    }

    /// The plan at the end of each week; none when it stands still.
    pub(super) fn plan(&self, kpi: &Kpi) -> Option<Vec<Option<f64>>> {
        let targets = self.weeks().map(|week| {
            self.catalogue.target(kpi, self.scope(), week.last.min(self.day())).target.map(Decimal::to_f64)
        });
        let plan: Vec<Option<f64>> = targets.collect();
        let moves =
            plan.iter().flatten().zip(plan.iter().flatten().skip(1)).any(|(one, next)| one < next || next < one);
        moves.then_some(plan)
    }
}
