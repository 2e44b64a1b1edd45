//! The second implementation of an index's points, by SQL alone.

use clickhouse::Row;
use serde::Deserialize;

use super::{Store, StoreError};

const SCORES: &str = include_str!("../../sql/queries/verify_scores.sql");

/// What the points of one criterion are made from. Numbers are millionths, empty where there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScoreInput {
    /// Whose score it is, by the caller's number; its criteria stand together.
    pub subject: u32,
    /// The criterion's group.
    pub group_id: String,
    /// The criterion.
    pub part: String,
    /// Numerator; empty without a source.
    pub num: String,
    /// Denominator; empty without a source.
    pub den: String,
    /// Most points.
    pub max: String,
    /// The ratio from which on there are most points; empty of one that only informs.
    pub full_at: String,
    /// What a denominator of 0 gives: `full`, `zero` or `null`.
    pub when_empty: &'static str,
    /// What there is instead where it doesn't apply: `full` or `null`; empty where it does.
    pub instead: &'static str,
    /// Whether lost points can still be made good.
    pub recoverable: bool,
}

/// Points of a criterion, of a group or of the whole, in millionths.
#[derive(Clone, Debug, PartialEq, Eq, Row, Deserialize)]
pub struct ScoreRow {
    /// Whose score it is.
    pub subject: u32,
    /// The group; empty of the whole.
    pub group_id: String,
    /// The criterion; empty of sums.
    pub part: String,
    /// Points; empty without any.
    pub score: String,
    /// Most points of what could be measured.
    pub measurable: String,
    /// Measurable points that were missed.
    pub lost: String,
    /// Of the lost ones those that can still be made good.
    pub recoverable: String,
}

impl Store {
    /// Points of every criterion given, of their groups and of each subject's whole.
    ///
    /// # Errors
    /// As any query.
    pub async fn verify_scores(&self, inputs: &[ScoreInput]) -> Result<Vec<ScoreRow>, StoreError> {
        fn column<'a, T>(inputs: &'a [ScoreInput], of: impl Fn(&'a ScoreInput) -> T) -> Vec<T> {
            inputs.iter().map(of).collect()
        }
        let query = self
            .query(SCORES)
            .param("subjects", column(inputs, |input| input.subject))
            .param("groups", column(inputs, |input| &input.group_id))
            .param("parts", column(inputs, |input| &input.part))
            .param("nums", column(inputs, |input| &input.num))
            .param("dens", column(inputs, |input| &input.den))
            .param("maxima", column(inputs, |input| &input.max))
            .param("full_ats", column(inputs, |input| &input.full_at))
            .param("when_empty", column(inputs, |input| input.when_empty))
            .param("instead", column(inputs, |input| input.instead))
            .param("recoverable", column(inputs, |input| input.recoverable));
        Ok(query.fetch_all::<ScoreRow>().await?)
    }
}
