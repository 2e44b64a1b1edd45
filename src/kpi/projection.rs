//! When a KPI reaches its goal if it goes on like the last year: a straight line through its last twelve whole months.
//!
//! **Rule.** The months are calendar months that have ended on the day asked for; a month under the KPI's minimum
//! denominator says nothing and is left out. Through the others goes the line of least squares, each month with the
//! same weight. The month in which the line comes to the goal is told, rounded up to a whole month and never one that
//! has been. Nothing is told with fewer than six months, when the line is flat or goes the other way, or when it would
//! take more than fifty years. When the newest month has the goal already, that is said instead.

use serde::Serialize;

use crate::model::{Day, Decimal, Period};

use super::figure::{Better, reaches};
use super::formula::Counted;
use super::window::Window;

#[cfg(test)]
mod tests;

/// Whole months that the line goes through at most.
pub const MONTHS: usize = 12;
/// Months with a value that it takes at least.
const MONTHS_MIN: usize = 6;
/// A line that reaches the goal later than this says nothing.
const MONTHS_AHEAD_MAX: f64 = 600.0;

/// What becomes of a KPI if it goes on like the last year.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Projection {
    /// What is to be reached.
    pub goal: f64,
    /// By which month it is to be reached; null without a plan.
    pub planned: Option<Period>,
    /// The month in which the line reaches it; null when it can't be said or the trend doesn't lead there.
    pub reaches: Option<Period>,
    /// What the line says.
    pub trend: Trend,
    /// The months whose values it goes through, from the first to the last that has one.
    pub months: usize,
    /// By how much the value changes in a month on that line; null without one.
    pub per_month: Option<f64>,
}

/// What the line through the last months says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Trend {
    /// The newest month has reached the goal.
    Reached,
    /// The line comes to the goal.
    Reaches,
    /// It doesn't: flat, the other way, or in more than fifty years.
    Misses,
    /// Fewer than six of the last twelve whole months have a value.
    TooLittle,
}

/// The last twelve whole months on a day of which `today` is the last that has begun, oldest first.
pub fn months_to(day: Day, today: Day) -> Vec<Window> {
    let month = |day: Day| Period::Month(day.date().year(), day.date().month());
    let window = |period: Period| {
        let (first, last) = period.days();
        Window { first, last }
    };
    let running = window(month(day));
    let mut next =
        if running.last <= day && running.last < today { running } else { window(month(running.first.plus(-1))) };
    let mut months = Vec::with_capacity(MONTHS);
    for _ in 0..MONTHS {
        months.push(next);
        next = window(month(next.first.plus(-1)));
    }
    months.reverse();
    months
}

/// What is to be reached, and by when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Goal {
    /// The value.
    pub value: Decimal,
    /// The day by which it is to be reached.
    pub by: Option<Day>,
    /// Which way is better.
    pub better: Better,
    /// A month with a smaller denominator says nothing.
    pub den_min: i64,
}

/// The projection of what was counted in each of the months.
pub fn project(goal: Goal, months: &[(Window, Counted)]) -> Projection {
    let told = months.iter().enumerate().filter_map(|(place, (_, counted))| {
        let exact = counted.exact.filter(|_| counted.den.is_some_and(|den| den > 0 && den >= goal.den_min))?;
        Some((place, exact, counted.value()?))
    });
    let told: Vec<(usize, (i64, i64), f64)> = told.collect();
    let month = |day: Day| Period::Month(day.date().year(), day.date().month());
    let mut projection = Projection {
        goal: goal.value.to_f64(),
        planned: goal.by.map(month),
        reaches: None,
        trend: Trend::TooLittle,
        months: told.len(),
        per_month: None,
    };
    let Some((_, newest, _)) = told.last().filter(|_| told.len() >= MONTHS_MIN) else { return projection };
    let points: Vec<(f64, f64)> = told.iter().map(|(place, _, value)| (float(*place), *value)).collect();
    let (start, slope) = line(&points);
    projection.per_month = Some(slope);
    if reaches(newest.0, newest.1, goal.value, goal.better) {
        projection.trend = Trend::Reached;
        return projection;
    }
    projection.trend = Trend::Misses;
    let rises = match goal.better {
        Better::Higher => slope > SLOPE_MIN,
        Better::Lower => slope < -SLOPE_MIN,
    };
    let ahead = (projection.goal - start) / slope - float(months.len() - 1);
    if rises && ahead <= MONTHS_AHEAD_MAX {
        projection.trend = Trend::Reaches;
        projection.reaches = months.last().map(|(last, _)| month_after(last.first, ahead));
    }
    projection
}

/// A slope that is nothing but the noise of floats.
const SLOPE_MIN: f64 = 1e-9;

/// The month so many months after another, rounded up, at least one.
fn month_after(first: Day, months: f64) -> Period {
    #[expect(clippy::cast_possible_truncation, reason = "at most fifty years of months")]
    let months = (months - 1e-6).ceil().max(1.0) as i32;
    let date = first.date();
    let counted = i32::from(date.year()) * 12 + i32::from(date.month()) - 1 + months;
    let part = |number: i32| i16::try_from(number).unwrap_or(i16::MAX);
    let month = i8::try_from(counted.rem_euclid(12) + 1).unwrap_or(12);
    Period::Month(part(counted.div_euclid(12)), month)
}

/// The line of least squares through points with different abscissas: its value at 0, and its slope.
fn line(points: &[(f64, f64)]) -> (f64, f64) {
    let count = float(points.len());
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (middle, level) = (mean(|point| point.0), mean(|point| point.1));
    let (mut slope, mut spread) = (0.0, 0.0);
    for (at, value) in points {
        slope += (at - middle) * (value - level);
        spread += (at - middle) * (at - middle);
    }
    let slope = slope / spread;
    (level - slope * middle, slope)
}

#[expect(clippy::cast_precision_loss, reason = "a number of months")]
fn float(number: usize) -> f64 {
    number as f64
}
