//! The score of an index as screens and answers show it, with the published one beside it.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::kpi::exact::{Amount, Fraction};
use crate::kpi::figure::Words;

use super::{CriterionScore, IndexScore, Points, Rule, ScoreState};

/// A unit's score, made from counters. Null is "no source" and never 0.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct IndexFigure<'a> {
    /// Version of the formulas.
    pub version: &'a str,
    /// Of the whole.
    #[serde(flatten)]
    pub points: Points,
    /// As published; never replaced by the score, nor the other way round.
    pub official: Option<Amount>,
    /// The score less the published one.
    pub difference: Option<Amount>,
    /// Of each group.
    pub groups: Vec<GroupFigure<'a>>,
}

/// A group's score.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GroupFigure<'a> {
    /// Id, such as `3a`.
    pub id: &'a str,
    /// Its code on the portal.
    pub code: &'a str,
    /// Name.
    pub label: &'a Words,
    /// Its points.
    #[serde(flatten)]
    pub points: Points,
    /// As published.
    pub official: Option<Amount>,
    /// Of each criterion.
    pub criteria: Vec<CriterionFigure<'a>>,
}

/// A criterion's score.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CriterionFigure<'a> {
    /// Id, such as `3.1`.
    pub id: &'a str,
    /// Its code on the portal.
    pub code: &'a str,
    /// Name.
    pub label: &'a Words,
    /// What is divided by what.
    pub definition: &'a Words,
    /// Why there are points or none.
    pub state: ScoreState,
    /// `informative`, `max_x_ratio` or `scaled`.
    pub rule: &'static str,
    /// The ratio from which a scaled one has full points.
    pub full_at: Option<Amount>,
    /// Numerator.
    pub num: Option<Amount>,
    /// Denominator.
    pub den: Option<Amount>,
    /// num / den, to six places.
    pub ratio: Option<Amount>,
    /// Its points.
    #[serde(flatten)]
    pub points: Points,
    /// As published.
    pub official: Option<Amount>,
}

impl<'a> IndexFigure<'a> {
    /// With published scores by the part's id; that of the whole is `total`.
    pub fn new(score: &IndexScore<'a>, official: &BTreeMap<String, Amount>) -> IndexFigure<'a> {
        let published = |id: &str| official.get(id).copied();
        let groups = score.groups.iter().map(|group| GroupFigure {
            id: &group.group.id,
            code: &group.group.code,
            label: &group.group.label,
            points: group.points,
            official: published(&group.group.id),
            criteria: group
                .criteria
                .iter()
                .map(|one| CriterionFigure::new(one, published(&one.criterion.id)))
                .collect(),
        });
        let total = published("total");
        IndexFigure {
            version: &score.version.version,
            points: score.points,
            official: total,
            difference: score.points.score.zip(total).map(|(score, total)| score.minus(total)),
            groups: groups.collect(),
        }
    }
}

impl<'a> CriterionFigure<'a> {
    fn new(score: &CriterionScore<'a>, official: Option<Amount>) -> CriterionFigure<'a> {
        let criterion = score.criterion;
        let (rule, full_at) = match criterion.rule {
            Rule::Informative => ("informative", None),
            Rule::MaxXRatio => ("max_x_ratio", None),
            Rule::Scaled { at } => ("scaled", Some(at)),
        };
        CriterionFigure {
            id: &criterion.id,
            code: &criterion.code,
            label: &criterion.label,
            definition: &criterion.definition,
            state: score.state,
            rule,
            full_at,
            num: score.num,
            den: score.den,
            ratio: score.ratio.map(Fraction::rounded),
            points: score.points,
            official,
        }
    }
}
