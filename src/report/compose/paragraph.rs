//! The result in sentences: two or three at the head of a report, and a paragraph to be copied into a letter.

use crate::kpi::report::{HeadlineOf, ReportSection, SectionKind};
use crate::kpi::{Band, Better, Measure, figure};
use crate::model::Period;

use super::{Composer, bold, headline::before, plain};
use crate::report::figures::{Days, Span};
use crate::report::material::Kpi;
use crate::report::words::{day, moment};

impl Composer<'_> {
    /// A target first, then the worst unit, then what is overdue.
    pub(super) fn sentences(&self, section: &ReportSection) -> Vec<Span> {
        let mut spans = Vec::new();
        if let Some((id, kpi)) = self.kpi(section) {
            spans.extend(self.result(&id, kpi));
            spans.extend(self.worst(&id, kpi));
        }
        spans.extend(self.overdue());
        spans
    }

    fn result(&self, id: &str, kpi: &Kpi) -> Vec<Span> {
        let name = self.name(&HeadlineOf::Kpi(id.to_owned()));
        let Some(counts) = kpi.counts() else {
            let (vi, en) = ("chưa có số liệu trong kỳ. ", "has no figures in the period. ");
            return vec![plain(format!("{name} {}", self.either(vi, en)))];
        };
        let mut spans = vec![plain(format!("{name} ")), bold(self.locale.percent(counts, &kpi.lines()))];
        if let Some(target) = kpi.target.filter(|_| kpi.band.is_some()) {
            let name = self.target_name(kpi);
            let target_text = format!("{name} {}%", self.locale.share(target));
            let gap = format!("{} {}", self.locale.points_to(counts, target), self.either("điểm phần trăm", "points"));
            spans.push(plain(match (kpi.band, kpi.better) {
                (Some(Band::Met), _) => format!(", {} {target_text}. ", self.either("đạt", "meets the")),
                (_, Some(Better::Lower)) => format!(
                    ", {} {gap} {} {target_text}. ",
                    self.either("cao hơn", "above by"),
                    self.either("so với", "the")
                ),
                _ => format!(
                    ", {} {gap} {} {target_text}. ",
                    self.either("kém", "short by"),
                    self.either("so với", "of the")
                ),
            }));
        } else {
            spans.push(plain(". "));
        }
        spans
    }

    /// Of the units that may be ranked the one that stands worst.
    fn worst(&self, id: &str, kpi: &Kpi) -> Vec<Span> {
        let least = self.material.facts.ranked_from.get(id).copied().unwrap_or(1);
        let units = self.ranked_units().map(|(_, units)| units).unwrap_or_default();
        let counted = units.iter().filter_map(|(child, facts)| {
            let of = child.kpis.get(id)?;
            let counts = of.counts().filter(|(_, den)| *den >= least)?;
            Some((counts, of, if facts.short_name.is_empty() { &child.name } else { &facts.short_name }))
        });
        let worse = |left: (i64, i64), right: (i64, i64)| {
            let order = figure::compare_ratios(left, right);
            if kpi.better == Some(Better::Lower) { order.is_gt() } else { order.is_lt() }
        };
        let all: Vec<_> = counted.collect();
        if all.len() < 2 {
            return Vec::new();
        }
        let worst = all.into_iter().reduce(|worst, next| if worse(next.0, worst.0) { next } else { worst });
        let Some((counts, of, name)) = worst else { return Vec::new() };
        let mut spans = vec![bold(name.clone())];
        let text = self.locale.percent(counts, &of.lines());
        let word = if kpi.better == Some(Better::Lower) {
            ("cao nhất", "is highest with")
        } else {
            ("thấp nhất", "is lowest with")
        };
        spans.push(plain(format!(" {} {text}", self.either(word.0, word.1))));
        let missed = of.target.filter(|_| matches!(of.band, Some(Band::Near | Band::Below | Band::Over)));
        spans.push(plain(match missed {
            Some(target) => format!(
                ", {} {} {} {}. ",
                self.either("kém", "off the"),
                self.target_name(of),
                self.locale.points_to(counts, target),
                self.either("điểm phần trăm", "points")
            ),
            None => ". ".to_owned(),
        }));
        spans
    }

    fn overdue(&self) -> Vec<Span> {
        let Some(count) = self.measure(Measure::InProgressOverdue) else { return Vec::new() };
        let dossiers = self.either("hồ sơ", "dossiers");
        let mut spans = vec![
            plain(format!("{} ", self.either("Đang quá hạn", "Overdue:"))),
            bold(self.locale.count(count)),
            plain(format!(" {dossiers}")),
        ];
        if let Some((limit, band)) = self.limit(Measure::InProgressOverdue) {
            let words = if band.is_some() {
                ("vượt ngưỡng", "over the limit of")
            } else {
                ("trong ngưỡng", "within the limit of")
            };
            spans.push(plain(format!(", {} {}", self.either(words.0, words.1), self.locale.count(limit))));
        }
        let most = self.material.facts.fields.iter().filter_map(|field| {
            let overdue = field.measures.get("in_progress_overdue").copied().filter(|count| *count > 0)?;
            Some((overdue, field.key.as_deref()?))
        });
        if let Some((overdue, field)) = most.reduce(|most, next| if next.0 > most.0 { next } else { most })
            && count > 0
        {
            let words = self.either("nhiều nhất ở lĩnh vực", "the most in");
            spans.push(plain(format!("; {words} {field} ({})", self.locale.count(overdue))));
        }
        spans.push(plain("."));
        spans
    }

    /// What the report says, as one text.
    pub(super) fn paragraph(&self) -> String {
        let count =
            |measure| self.measure(measure).map_or_else(|| super::NOTHING.to_owned(), |count| self.locale.count(count));
        let dossiers = self.either("hồ sơ", "dossiers");
        let mut text = format!(
            "{}, {} {} {} {dossiers}, {} {} {dossiers}",
            self.when(),
            self.whole_unit(),
            self.either("tiếp nhận", "received"),
            count(Measure::Received),
            self.either("giải quyết", "resolved"),
            count(Measure::Resolved)
        );
        let is_first = |section: &&ReportSection| section.kind == SectionKind::Result;
        if let Some((id, kpi)) = self.report.sections().find(is_first).and_then(|section| self.kpi(section)) {
            text.push_str(&self.rate(&id, kpi));
        }
        let open = self.either("Đang giải quyết", "In progress:");
        text.push_str(&format!(". {open} {} {dossiers}", count(Measure::InProgress)));
        text.push_str(&format!(
            ", {} {}",
            self.either("trong đó quá hạn", "of which overdue"),
            count(Measure::InProgressOverdue)
        ));
        for id in ["digitisation_rate", "online_rate", "satisfaction_rate"] {
            let Some(kpi) = self.material.kpis.kpis.get(id).filter(|kpi| kpi.counts().is_some()) else { continue };
            let name = self.name(&HeadlineOf::Kpi(id.to_owned()));
            text.push_str(&format!("; {} {}", super::trend::lowered(&name), self.figure(kpi, &kpi.lines()).text));
            text.push_str(&self.change(id, kpi));
        }
        let late: Vec<String> = self.late().map(|feed| self.source(feed)).collect();
        if !late.is_empty() {
            text.push_str(&format!(". {}: {}", self.either("Nguồn gửi muộn", "Late sources"), late.join(", ")));
        }
        let standing = match self.material.kpis.closed {
            Some(_) => self.standing(),
            None => format!("{} {}", self.standing(), moment(&self.material.kpis.as_of, true)),
        };
        text.push_str(&format!(". ({standing}; {} {}.)\n", self.either("bản ghi", "record"), self.material.kpis.seq));
        text
    }

    /// The first rate: `, đạt 98,21% trước và đúng hạn, tăng 0,34 điểm phần trăm so với kỳ trước`.
    fn rate(&self, id: &str, kpi: &Kpi) -> String {
        let Some(counts) = kpi.counts() else { return String::new() };
        let name = super::trend::lowered(&self.name(&HeadlineOf::Kpi(id.to_owned())));
        let percent = self.locale.percent(counts, &kpi.lines());
        let mut text = match self.locale {
            super::Locale::Vi => format!(", đạt {percent} {name}"),
            super::Locale::En => format!(", {percent} {name}"),
        };
        text.push_str(&self.change(id, kpi));
        if let Some(target) = kpi.target.filter(|_| kpi.band.is_some()) {
            let target = format!("{} {}%", self.target_name(kpi), self.locale.share(target));
            text.push_str(&format!(" ({target}: {})", super::trend::lowered(self.locale.band(kpi.band))));
        }
        text
    }

    /// `, tăng 0,34 điểm phần trăm so với kỳ trước`; nothing where there is nothing to compare with.
    fn change(&self, id: &str, kpi: &Kpi) -> String {
        let then = self.past(&self.material.facts.previous).and_then(|past| before(past, id));
        let Some((now, then)) = kpi.counts().zip(then) else { return String::new() };
        let points = self.locale.points(now, then);
        let size = points.trim_start_matches(['+', '\u{2212}']);
        let words = match figure::compare_ratios(now, then) {
            std::cmp::Ordering::Greater => ("tăng", "up"),
            std::cmp::Ordering::Less => ("giảm", "down"),
            std::cmp::Ordering::Equal => {
                return format!(", {}", self.either("bằng kỳ trước", "as in the period before"));
            }
        };
        let (points, than) =
            (self.either("điểm phần trăm", "points"), self.either("so với kỳ trước", "on the period before"));
        format!(", {} {size} {points} {than}", self.either(words.0, words.1))
    }

    /// `Trong tuần 23/2023 (05/06–11/06/2023)`.
    fn when(&self) -> String {
        let Days { from, to } = &self.material.kpis.window;
        let name = super::trend::lowered(&self.period());
        let word = self.either("Trong", "In");
        match self.material.facts.period.parse() {
            Ok(Period::Day(..)) => format!("{word} {name}"),
            _ => format!("{word} {name} ({}–{})", day(from, from.get(0..4) != to.get(0..4)), day(to, true)),
        }
    }
}
