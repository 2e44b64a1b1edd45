//! Sentences about the figures, made by rule: a target first, then the worst unit, then what is overdue.
//!
//! The value is `{"items":[{"vi","en","level"?}]}` beside what every tile carries; the sentences of open alerts
//! stand before these and have a `level`. Those made here have none.

use std::fmt::Write as _;

use serde::Serialize;

use crate::kpi::{Band, Better, Kpi, Measure, Words, figure};
use crate::model::Decimal;

use super::{Base, Reading};

/// By what the sentences are made where the board names nothing.
const KPI_DEFAULT: &str = "on_time_rate";
/// Decimals until a printed share stands on the same side of its target as the exact one.
const DECIMALS_MAX: u32 = 4;

#[derive(Serialize)]
pub(super) struct TickerTile<'a> {
    #[serde(flatten)]
    base: Base<'a>,
    items: Vec<Item>,
}

/// One sentence.
#[derive(Serialize)]
struct Item {
    vi: String,
    en: String,
    /// Only of what is more than a sentence: how urgent it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<&'static str>,
}

impl Item {
    fn new(vi: String, en: String) -> Item {
        Item { vi, en, level: None }
    }
}

impl<'a> Reading<'a> {
    pub(super) fn ticker(&self) -> TickerTile<'a> {
        let alerts = self.alerts.iter();
        let alerts = alerts.map(|one| Item { vi: one.vi.clone(), en: one.en.clone(), level: Some(one.level) });
        let made = [self.target_sentence(), self.worst_unit(), self.overdue_sentence(), self.field_sentence()];
        TickerTile { base: self.base(), items: alerts.chain(made.into_iter().flatten()).collect() }
    }

    fn ticker_kpi(&self) -> Option<&'a Kpi> {
        self.catalogue.kpi(self.panel.kpi.as_deref().unwrap_or(KPI_DEFAULT), self.day())
    }

    fn target_sentence(&self) -> Option<Item> {
        let kpi = self.ticker_kpi()?;
        let (num, den) = kpi.sums(&self.measures(self.window()));
        let targets = self.catalogue.target(kpi, self.scope(), self.day());
        figure::ratio(num, den)?;
        let target = targets.target?;
        let share = share((num, den), Some(target), kpi.better);
        let line = decimals_of(target);
        let is_met = figure::reaches(num, den, target, kpi.better);
        let Words { vi, en } = &kpi.short;
        let (verdict_vi, verdict_en) = if is_met { ("đạt", "met") } else { ("chưa đạt", "missed") };
        Some(Item::new(
            format!("{vi} {}, {verdict_vi} mục tiêu {}", share.0, line.0),
            format!("{en} {}, the target of {} is {verdict_en}", share.1, line.1),
        ))
    }

    /// The unit that is farthest from its target, among those with enough cases.
    fn worst_unit(&self) -> Option<Item> {
        let kpi = self.ticker_kpi()?;
        let (_, units) = self.category_units(self.window());
        let sums = units.iter().map(|unit| {
            let measures = self.view.measures(*unit, self.window(), crate::units::Perspective::default());
            (self.view.units().label(*unit), kpi.sums(&measures))
        });
        let ranked = sums.filter(|(_, (_, den))| *den > 0 && *den >= kpi.ranking_den_min);
        let worse = |left: (i64, i64), right: (i64, i64)| {
            let order = figure::compare_ratios(left, right);
            if kpi.better == Better::Higher { order.is_lt() } else { order.is_gt() }
        };
        let (label, sums) = ranked.reduce(|worst, next| if worse(next.1, worst.1) { next } else { worst })?;
        let targets = self.catalogue.target(kpi, label.into(), self.day());
        let band = figure::band(sums.0, sums.1, &targets, kpi.better)?;
        let share = share(sums, targets.target, kpi.better);
        let (name, Words { vi, en }) = (label.short_name, &kpi.short);
        if band == Band::Met {
            return Some(Item::new(
                format!("{name} thấp nhất, vẫn đạt: {} {}", lower_first(vi), share.0),
                format!("{name} is lowest and still on target: {} {}", lower_first(en), share.1),
            ));
        }
        Some(Item::new(
            format!("{name} xa mục tiêu nhất: {} {}", lower_first(vi), share.0),
            format!("{name} is farthest from the target: {} {}", lower_first(en), share.1),
        ))
    }

    fn overdue_sentence(&self) -> Option<Item> {
        let measures = self.measures(self.window());
        let overdue = Measure::InProgressOverdue;
        if !self.is_known(!measures.is_zero()) {
            return None;
        }
        let count = measures.get(overdue);
        let (mut vi, mut en) =
            (format!("Quá hạn {} hồ sơ", whole(count, '.')), format!("{} dossiers overdue", whole(count, ',')));
        if let Some((limit, band)) = self.catalogue.limit(overdue, &measures, self.scope(), self.day()) {
            let (more_vi, more_en) =
                if band.is_some() { ("vượt ngưỡng", "over") } else { ("trong ngưỡng", "within") };
            let _ = write!(vi, ", {more_vi} {}", whole(limit, '.'));
            let _ = write!(en, ", {more_en} the limit of {}", whole(limit, ','));
        }
        Some(Item::new(vi, en))
    }

    /// The field with most of what is overdue.
    fn field_sentence(&self) -> Option<Item> {
        let found = self.overdue();
        let most = found.fields.iter().filter_map(|(field, (count, _))| Some(((*field)?, *count)));
        let (field, count) = most.reduce(|most, next| if next.1 > most.1 { next } else { most })?;
        let total = found.total();
        Some(Item::new(
            format!("Quá hạn nhiều nhất: {field}, {} trên {} hồ sơ", whole(count, '.'), whole(total, '.')),
            format!("Most overdue: {field}, {} of {} dossiers", whole(count, ','), whole(total, ',')),
        ))
    }
}

fn lower_first(text: &str) -> String {
    let mut signs = text.chars();
    signs.next().map_or_else(String::new, |first| first.to_lowercase().chain(signs).collect())
}

/// A count with its groups of three.
fn whole(count: i64, group: char) -> String {
    let digits = count.unsigned_abs().to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            text.push(group);
        }
        text.push(digit);
    }
    if count < 0 { format!("−{text}") } else { text }
}

/// A share in percent, in both languages: with one decimal, or as many as keep it on its own side of the target; what
/// isn't all is never 100 %.
fn share((num, den): (i64, i64), target: Option<Decimal>, better: Better) -> (String, String) {
    for decimals in 1..=DECIMALS_MAX {
        let scale = 100 * 10_i128.pow(decimals);
        let rounded = (i128::from(num) * scale * 2 + i128::from(den)) / (i128::from(den) * 2);
        let (shown_num, shown_den) = (i64::try_from(rounded).unwrap_or(i64::MAX), i64::try_from(scale).unwrap_or(1));
        let same = |line: Decimal| {
            figure::reaches(shown_num, shown_den, line, better) == figure::reaches(num, den, line, better)
        };
        let at_ends = (rounded >= scale) == (num >= den) && (rounded > 0) == (num > 0);
        if at_ends && target.is_none_or(same) {
            return printed(rounded, decimals);
        }
    }
    let scale = 100 * 10_i128.pow(DECIMALS_MAX);
    printed(i128::from(num) * scale / i128::from(den), DECIMALS_MAX)
}

/// A target in percent with the decimals it has.
fn decimals_of(target: Decimal) -> (String, String) {
    let mut ten_thousandths = i128::from(target.millionths());
    let mut decimals = 4;
    while decimals > 0 && ten_thousandths % 10 == 0 {
        ten_thousandths /= 10;
        decimals -= 1;
    }
    printed(ten_thousandths, decimals)
}

fn printed(scaled: i128, decimals: u32) -> (String, String) {
    let unit = 10_i128.pow(decimals);
    let (whole, rest) = (scaled / unit, scaled % unit);
    let width = decimals as usize;
    if decimals == 0 {
        return (format!("{whole}%"), format!("{whole}%"));
    }
    (format!("{whole},{rest:0width$}%"), format!("{whole}.{rest:0width$}%"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_never_crosses_its_target_by_rounding() {
        let target = |text: &str| Some(text.parse::<Decimal>().unwrap());
        assert_eq!(share((982, 1_000), target("0.98"), Better::Higher).0, "98,2%");
        assert_eq!(share((97_996, 100_000), target("0.98"), Better::Higher).0, "97,996%");
        assert_eq!(share((99_996, 100_000), None, Better::Higher).1, "99.996%");
        assert_eq!(share((1, 1), None, Better::Higher).0, "100,0%");
        assert_eq!(decimals_of(target("0.98").unwrap()).0, "98%");
        assert_eq!(decimals_of(target("0.7422").unwrap()).1, "74.22%");
        assert_eq!([whole(96_697, '.'), whole(999, ','), whole(-1_000, ',')], ["96.697", "999", "−1,000"]);
    }
}
