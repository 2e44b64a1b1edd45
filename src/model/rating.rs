//! The state of ratings and indicator reports: last-writer registers under their own keys.

use super::decimal::Decimal;
use super::dossier::offer;
use super::record::{IndicatorReport, Rating};
use super::register::{First, Register};
use super::text::Text;
use super::time::Instant;

/// All registers of one rating (R-21: score and unit are separate).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RatingState {
    /// Unit rated, newest.
    pub unit: Register<Text>,
    /// Unit rated, first (as it was).
    pub unit_first: First<Text>,
    /// 1 to 5, null is no opinion.
    pub score: Register<u8>,
    /// Id of the dossier it is about.
    pub dossier: Register<Text>,
    /// Where it was given.
    pub channel: Register<Text>,
}

impl RatingState {
    /// Writes a rating into the registers.
    pub fn apply(&mut self, rating: &Rating) {
        self.unit.offer(rating.at, Some(rating.unit.clone()));
        self.unit_first.offer(rating.at, rating.unit.clone());
        offer(&mut self.score, rating.at, &rating.score);
        offer(&mut self.dossier, rating.at, &rating.dossier);
        offer(&mut self.channel, rating.at, &rating.channel);
    }

    /// Joins another state of the same rating.
    pub fn join(&mut self, other: RatingState) {
        self.unit.join(other.unit);
        self.unit_first.join(other.unit_first);
        self.score.join(other.score);
        self.dossier.join(other.dossier);
        self.channel.join(other.channel);
    }
}

/// All registers of one indicator, unit and period.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IndicatorState {
    /// Who reported it last.
    pub source: Register<Text>,
    /// Numerator of a ratio.
    pub numerator: Register<Decimal>,
    /// Denominator of a ratio.
    pub denominator: Register<Decimal>,
    /// The value, for what is no ratio.
    pub value: Register<Decimal>,
    /// What the source printed.
    pub declared: Register<Decimal>,
}

impl IndicatorState {
    /// Writes a report into the registers.
    pub fn apply(&mut self, report: &IndicatorReport) {
        self.source.offer(report.at, Some(report.source.clone()));
        offer(&mut self.numerator, report.at, &report.numerator);
        offer(&mut self.denominator, report.at, &report.denominator);
        offer(&mut self.value, report.at, &report.value);
        offer(&mut self.declared, report.at, &report.declared);
    }

    /// When any of it was written last; none when nothing was.
    pub fn newest(&self) -> Option<Instant> {
        let numbers = [&self.numerator, &self.denominator, &self.value, &self.declared].map(Register::at);
        numbers.into_iter().chain([self.source.at()]).flatten().max()
    }

    /// Joins another state of the same key.
    pub fn join(&mut self, other: IndicatorState) {
        self.source.join(other.source);
        self.numerator.join(other.numerator);
        self.denominator.join(other.denominator);
        self.value.join(other.value);
        self.declared.join(other.declared);
    }
}
