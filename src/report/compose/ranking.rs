//! Sub-units of one category by a KPI, best first; fields of work where a unit has none below it.

use std::cmp::Ordering;

use crate::kpi::report::ReportSection;
use crate::kpi::{Band, Better, figure};

use super::Composer;
use crate::report::figures::{Figure, Ranked, Section};
use crate::report::material::{Child, Kpi, UnitFacts};

/// Rows when a report says nothing.
const ROWS: usize = 10;

/// One that may be ranked.
struct Candidate {
    key: String,
    name: String,
    figure: Figure,
    counts: Option<(i64, i64)>,
}

impl Composer<'_> {
    pub(super) fn ranking(&self, section: &ReportSection) -> Section {
        let Some((id, kpi)) = self.kpi(section) else { return self.empty() };
        let (category, mut rows) = self.candidates(&id, kpi);
        let ranks = self.ranks(&rows, (&id, kpi));
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.sort_by_key(|place| ranks[*place].unwrap_or(usize::MAX));
        let most = section.rows.unwrap_or(ROWS);
        let (best, worst) = ends(&order, &ranks, most);
        let skipped = rows.len() - best.len() - worst.len();
        let shown: Vec<usize> = best.iter().chain(&worst).copied().collect();
        let mut told: Vec<Ranked> = Vec::new();
        for place in shown {
            let Candidate { key, name, figure, .. } = &mut rows[place];
            let is_gap = skipped > 0 && worst.first() == Some(&place);
            told.push(Ranked {
                rank: ranks[place],
                key: std::mem::take(key),
                name: std::mem::take(name),
                figure: figure.clone(),
                skipped: is_gap.then_some(skipped),
            });
        }
        let name = self.name(&section.of[0]);
        let title = match &category {
            Some(category) => format!("{} {} {category}", self.either("Xếp hạng", "Ranking of"), rows.len()),
            None => self.either("Theo lĩnh vực", "By field").to_owned(),
        };
        let target = kpi.target;
        let bars = target.map(|_| format!("; {}", self.either("thanh vẽ từ mục tiêu", "bars start at the target")));
        Section::Ranking {
            title: if category.is_some() { self.title(section, title) } else { title },
            subtitle: format!("{}, %{}", super::trend::lowered(&name), bars.unwrap_or_default()),
            target_name: target
                .map(|of| format!("{} {}%", self.target_name(kpi), self.locale.share(of)))
                .unwrap_or_default(),
            target,
            rows: told,
        }
    }

    /// Those directly below of one category, with what it is called; else the fields.
    fn candidates(&self, id: &str, kpi: &Kpi) -> (Option<String>, Vec<Candidate>) {
        if let Some((category, units)) = self.ranked_units() {
            let row = |(child, facts): (&Child, &UnitFacts)| {
                let of = child.kpis.get(id);
                Candidate {
                    key: child.unit.clone(),
                    name: if facts.short_name.is_empty() { child.name.clone() } else { facts.short_name.clone() },
                    figure: of.map_or_else(|| self.count(None, None), |of| self.figure(of, &of.lines())),
                    counts: of.and_then(Kpi::counts),
                }
            };
            return (Some(category), units.into_iter().map(row).collect());
        }
        let row = |field: &crate::report::material::Field| {
            let counts = field.kpis.get(id).and_then(Kpi::counts);
            let band = counts.and_then(|counts| band(counts, kpi));
            let (num, den) = counts.unzip();
            let text =
                counts.map_or_else(|| super::NOTHING.to_owned(), |counts| self.locale.percent(counts, &kpi.lines()));
            let name = self.field(field.key.as_deref());
            Candidate { key: name.clone(), name, figure: Figure { num, den, text, band }, counts }
        };
        (None, self.material.facts.fields.iter().map(row).filter(|row| row.counts.is_some()).collect())
    }

    /// The units of one category: of the territory before offices, of those the most.
    pub(super) fn ranked_units(&self) -> Option<(String, Vec<(&Child, &UnitFacts)>)> {
        let facts = |child: &Child| self.material.facts.children.iter().find(|facts| facts.code == child.unit);
        let below = self.material.kpis.children.iter().filter(|child| !child.own);
        let mut categories: Vec<(&str, Vec<(&Child, &UnitFacts)>)> = Vec::new();
        for child in below {
            let Some(facts) = facts(child).filter(|facts| !facts.kind.is_empty() && facts.kind != "area") else {
                continue;
            };
            match categories.iter_mut().find(|(category, _)| *category == facts.category) {
                Some((_, units)) => units.push((child, facts)),
                None => categories.push((&facts.category, vec![(child, facts)])),
            }
        }
        let weight =
            |units: &[(&Child, &UnitFacts)]| (units.iter().any(|(_, facts)| facts.is_territorial()), units.len());
        // The first of equals in protocol order.
        let most =
            categories.into_iter().reduce(|most, next| if weight(&next.1) > weight(&most.1) { next } else { most })?;
        let (category, units) = most;
        let name = match category.is_empty() {
            true => self.locale.either("đơn vị", "units").to_owned(),
            false if units.len() > 1 && units.iter().all(|(_, facts)| facts.is_territorial()) => {
                self.locale.either("đơn vị trực thuộc", "direct sub-units").to_owned()
            }
            false => category.to_owned(),
        };
        Some((name, units))
    }

    fn ranks(&self, rows: &[Candidate], (id, kpi): (&str, &Kpi)) -> Vec<Option<usize>> {
        let least = self.material.facts.ranked_from.get(id).copied().unwrap_or(1);
        let better = if kpi.better == Some(Better::Lower) { Ordering::Less } else { Ordering::Greater };
        let ranked: Vec<Option<(i64, i64)>> =
            rows.iter().map(|row| row.counts.filter(|(_, den)| *den >= least)).collect();
        let rank = |own: &(i64, i64)| {
            let ahead = ranked.iter().flatten().filter(|other| figure::compare_ratios(**other, *own) == better);
            ahead.count() + 1
        };
        ranked.iter().map(|own| own.as_ref().map(rank)).collect()
    }
}

/// All, or the first and the last that have a rank; what has none stands last where there is room.
fn ends(order: &[usize], ranks: &[Option<usize>], most: usize) -> (Vec<usize>, Vec<usize>) {
    if order.len() <= most {
        return (order.to_vec(), Vec::new());
    }
    let ranked = order.iter().filter(|place| ranks[**place].is_some()).count();
    let worst = (most / 2).min(ranked);
    let best = most - worst;
    if ranked <= most {
        return (order[..most].to_vec(), Vec::new());
    }
    (order[..best].to_vec(), order[ranked - worst..ranked].to_vec())
}

/// How counts stand to a KPI's target, exactly.
fn band((num, den): (i64, i64), kpi: &Kpi) -> Option<Band> {
    let better = kpi.better.unwrap_or(Better::Higher);
    #[expect(clippy::cast_possible_truncation, reason = "a share with six digits")]
    let line = |share: f64| i128::from((share * 1_000_000.0).round() as i64) * i128::from(den);
    let exact = i128::from(num) * 1_000_000;
    let reaches = |share: f64| if better == Better::Higher { exact >= line(share) } else { exact <= line(share) };
    let target = kpi.target?;
    Some(match better {
        _ if reaches(target) => Band::Met,
        _ if kpi.near.is_some_and(reaches) => Band::Near,
        Better::Higher => Band::Below,
        Better::Lower => Band::Over,
    })
}
