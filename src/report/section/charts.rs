//! Lines period after period with the year before and the target, and every value below them.

use plotters::prelude::*;

use crate::kpi::figure::ratio;
use crate::report::canvas::{Align, Area};
use crate::report::colour::{Colour, INK, INK3, MET, PAST, TRACK};
use crate::report::figures::{Figure, Point, Section};
use crate::report::font::Weight;
use crate::report::plot::{FINE, Plot, pixels};
use crate::report::sheet::Sheet;

/// Steps that an axis is told in, as shares.
const STEPS: [f64; 12] = [0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 1.0];
/// Lines across at most.
const LINES: f64 = 6.0;
/// Room for the axis of a trend, in pixels of A4.
const LEFT: f32 = 52.0;
/// From line to line of the values below a trend, in pixels of A4.
const VALUES: f32 = 23.0;
/// Where values have no room beside one another they stand on so many lines at most, turn by turn.
const TURNS_MAX: usize = 3;

fn of(colour: Colour) -> RGBColor {
    RGBColor(colour.0, colour.1, colour.2)
}

fn units(sheet: &Sheet<'_, '_>, pixels: f32) -> u32 {
    crate::report::plot::units(sheet.px(pixels))
}

fn value(figure: &Figure) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "a place on an axis")]
    match (figure.num, figure.den) {
        (Some(num), Some(den)) => ratio(num, den),
        (Some(count), None) => Some(count as f64),
        _ => None,
    }
}

/// First and last value of the axis and the step between its lines.
struct Axis {
    low: f64,
    high: f64,
    step: f64,
}

impl Axis {
    fn of(values: &[f64], is_ratio: bool) -> Axis {
        let least = values.iter().copied().fold(f64::INFINITY, f64::min);
        let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if !least.is_finite() {
            return Axis { low: 0.0, high: 1.0, step: 0.25 };
        }
        // Only lines may begin elsewhere than at 0.
        let least = if is_ratio { least } else { 0.0 };
        let span = (most - least).max(if is_ratio { 0.004 } else { 1.0 });
        let scale = if is_ratio { 1.0 } else { 10_f64.powf((span / LINES).log10().floor()) / 0.1 };
        let step = STEPS.iter().map(|step| step * scale).find(|step| span / step <= LINES - 1.0).unwrap_or(scale);
        let low = (least / step).floor() * step;
        let high = (most / step).ceil() * step;
        let high = if high - low < step { low + step } else { high };
        if is_ratio {
            Axis { low: low.max(0.0), high: high.min(1.0).max(low + step), step }
        } else {
            Axis { low, high, step }
        }
    }

    fn lines(&self) -> usize {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few lines")]
        let count = ((self.high - self.low) / self.step).round() as usize;
        count + 1
    }
}

/// The places of two lines' points in pixels, and of the target.
struct Places {
    now: Vec<Option<(f32, f32)>>,
    before: Vec<Option<(f32, f32)>>,
    target: Option<f32>,
    columns: Vec<f32>,
}

pub(super) fn trend(sheet: &mut Sheet<'_, '_>, section: &Section, area: Area) {
    let Section::Trend { title, subtitle, is_ratio, target, target_name, before_name, points } = section else {
        return;
    };
    let body = sheet.opened(area, title, subtitle);
    if points.is_empty() {
        return nothing(sheet, body);
    }
    let told = points.iter().flat_map(|point| [point.now.as_ref(), point.before.as_ref()]).flatten();
    let mut values: Vec<f64> = told.filter_map(value).collect();
    if values.is_empty() {
        return nothing(sheet, body);
    }
    values.extend(target);
    let axis = Axis::of(&values, *is_ratio);
    let small = sheet.words(Weight::Medium, 17.0);
    let right =
        sheet.width(target_name, small).max(sheet.width(before_name, small)).max(sheet.px(96.0)) + sheet.px(16.0);
    let plot = Area { w: body.w - right, ..body };
    let printed = Printed::of(sheet, points, plot.w - sheet.px(LEFT));
    let plot = Area { h: (body.h - sheet.px(20.0) - printed.height(sheet)).max(sheet.px(60.0)), ..plot };
    let places = match drawn(sheet, points, (&axis, *target, *is_ratio), plot) {
        Ok(places) => places,
        // The canvas takes everything: there is nothing that could fail.
        Err(_) => return,
    };
    labels(sheet, points, (&places, &printed), plot);
    if let Some(y) = places.target {
        let x = places.columns.first().copied().unwrap_or(plot.x);
        sheet.canvas.dotted((x, y), (plot.right(), y), sheet.px(3.0), INK);
    }
    let mut names: Vec<(f32, &str, Colour)> = Vec::new();
    names.extend(places.target.map(|y| (y, target_name.as_str(), INK)));
    names.extend(places.before.iter().flatten().last().map(|(_, y)| (*y, before_name.as_str(), INK3)));
    // The figure at the end is that of the period itself, or there is none.
    let last = points.last().and_then(|point| Some((point.now.as_ref()?, places.now.last().copied()??)));
    for (place, spot) in places.before.iter().enumerate() {
        // A point without neighbours is on no line.
        let has = |at: Option<usize>| at.and_then(|at| places.before.get(at)).is_some_and(Option::is_some);
        if let Some(spot) = spot.filter(|_| !has(place.checked_sub(1)) && !has(Some(place + 1))) {
            sheet.canvas.circle(spot, sheet.px(3.5), PAST);
        }
    }
    for spot in places.now.iter().flatten() {
        sheet.canvas.circle(*spot, sheet.px(5.5), MET);
    }
    let own = last.map(|(figure, (_, y))| (y, figure.text.as_str()));
    end_names(sheet, names, own, (plot, right - sheet.px(12.0)));
}

/// What stands where a chart has nothing to show.
pub(super) fn nothing(sheet: &mut Sheet<'_, '_>, body: Area) {
    let text = sheet.locale.band(None);
    let face = sheet.words(Weight::Medium, 20.0);
    sheet.shape(None, (body.x + sheet.px(10.0), body.y + sheet.px(40.0)), sheet.px(9.0), INK3);
    sheet.canvas.text_in(text, (body.x + sheet.px(30.0), body.y + sheet.px(47.0)), (face, body.w), INK3, Align::Left);
}

type Failed = DrawingAreaErrorKind<std::convert::Infallible>;

/// Mesh and lines.
fn drawn(
    sheet: &mut Sheet<'_, '_>,
    points: &[Point],
    (axis, target, is_ratio): (&Axis, Option<f64>, bool),
    area: Area,
) -> Result<Places, Failed> {
    let (locale, left, size) = (sheet.locale, units(sheet, LEFT), units(sheet, 17.0));
    let widths = (units(sheet, 4.5), units(sheet, 2.5));
    let (thick, thin) = widths;
    let root = Plot { sheet, area }.into_drawing_area();
    #[expect(clippy::cast_precision_loss, reason = "a few points")]
    let last = (points.len().max(2) - 1) as f64;
    let mut chart = ChartBuilder::on(&root)
        .set_label_area_size(LabelAreaPosition::Left, left)
        .margin_top(FINE * 10)
        .margin_bottom(FINE * 8)
        .build_cartesian_2d(0.0..last, axis.low..axis.high)?;
    let label = |value: &f64| {
        #[expect(clippy::cast_possible_truncation, reason = "a count on an axis")]
        match is_ratio {
            true => locale.share(*value),
            false => locale.count(value.round() as i64),
        }
    };
    chart
        .configure_mesh()
        .disable_x_mesh()
        .disable_x_axis()
        .y_labels(axis.lines())
        .y_max_light_lines(1)
        .light_line_style(TRANSPARENT)
        .bold_line_style(of(TRACK).stroke_width(u32::try_from(FINE).unwrap_or(1)))
        .axis_style(TRANSPARENT)
        .y_label_style(("words", size).into_font().color(&of(INK3)))
        .y_label_formatter(&label)
        .set_all_tick_mark_size(FINE * 4)
        .draw()?;
    for (runs, colour, width) in [(runs(points, false), PAST, thin), (runs(points, true), MET, thick)] {
        for run in runs {
            chart.draw_series(LineSeries::new(run, of(colour).stroke_width(width)))?;
        }
    }
    let place = |at: f64, value: f64| {
        let (x, y) = chart.backend_coord(&(at, value));
        (area.x + pixels(x), area.y + pixels(y))
    };
    let all = |is_now: bool| {
        series(points, is_now).into_iter().map(|(at, value)| value.map(|value| place(at, value))).collect()
    };
    Ok(Places {
        now: all(true),
        before: all(false),
        target: target.map(|target| place(0.0, target).1),
        columns: series(points, true).into_iter().map(|(at, _)| place(at, axis.low).0).collect(),
    })
}

fn series(points: &[Point], is_now: bool) -> Vec<(f64, Option<f64>)> {
    let one = |(at, point): (usize, &Point)| {
        let figure = if is_now { &point.now } else { &point.before };
        #[expect(clippy::cast_precision_loss, reason = "a few points")]
        let at = at as f64;
        (at, figure.as_ref().and_then(value))
    };
    points.iter().enumerate().map(one).collect()
}

/// A line ends where nothing is known, and never goes across.
fn runs(points: &[Point], is_now: bool) -> Vec<Vec<(f64, f64)>> {
    let mut runs: Vec<Vec<(f64, f64)>> = vec![Vec::new()];
    for (at, value) in series(points, is_now) {
        match (value, runs.last_mut()) {
            (Some(value), Some(run)) => run.push((at, value)),
            _ => runs.push(Vec::new()),
        }
    }
    runs.retain(|run| run.len() > 1);
    runs
}

/// How the values of a trend stand below it.
struct Printed {
    /// The widest of them, with room beside it.
    widest: f32,
    /// On how many lines each of the two rows stands.
    turns: usize,
    /// Every so many points are told: one, unless even turns give no room.
    every: usize,
    /// Every so many periods are named.
    named: usize,
}

impl Printed {
    fn of(sheet: &Sheet<'_, '_>, points: &[Point], room: f32) -> Printed {
        let face = sheet.figures(Weight::Semi, 17.0);
        let gap = sheet.px(5.0);
        let values = points.iter().flat_map(|point| [short(&point.now), short(&point.before)]);
        let values = values.map(|text| sheet.width(&text, face)).fold(0.0, f32::max) + gap;
        let names: Vec<f32> = points.iter().map(|point| sheet.width(&point.label, face)).collect();
        let names = names.windows(2).map(|pair| (pair[0] + pair[1]) / 2.0).fold(0.0, f32::max) + sheet.px(3.0);
        #[expect(clippy::cast_precision_loss, reason = "a few points")]
        let step = room / (points.len().max(2) - 1) as f32;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "every so many points")]
        let steps = |width: f32| (width / step.max(1.0)).ceil().max(1.0) as usize;
        let turns = steps(values).min(TURNS_MAX).min(points.len().max(1));
        Printed { widest: values, turns, every: steps(values).div_ceil(turns), named: steps(names) }
    }

    fn height(&self, sheet: &Sheet<'_, '_>) -> f32 {
        #[expect(clippy::cast_precision_loss, reason = "a few lines")]
        let lines = (self.turns * 2) as f32;
        sheet.px(lines * VALUES)
    }

    /// On which line the value stands of a point so many before the newest, which always has its own.
    fn turn(&self, back: usize) -> Option<usize> {
        back.is_multiple_of(self.every).then(|| (back / self.every) % self.turns)
    }
}

/// A figure without its percent sign.
fn short(figure: &Option<Figure>) -> String {
    figure.as_ref().map_or("–", |figure| figure.text.trim_end_matches('%')).to_owned()
}

/// Periods below the axis, and under each its two values: every value is printed.
fn labels(sheet: &mut Sheet<'_, '_>, points: &[Point], (places, printed): (&Places, &Printed), plot: Area) {
    let face = sheet.figures(Weight::Medium, 17.0);
    let bold = sheet.figures(Weight::Semi, 17.0);
    let y = plot.bottom() + sheet.px(14.0);
    #[expect(clippy::cast_precision_loss, reason = "a few lines")]
    let line = |row: usize, turn: usize| y + sheet.px((row * printed.turns + turn) as f32 * VALUES + VALUES + 1.0);
    let lines: Vec<f32> = (0..printed.turns * 2).map(|turn| line(0, turn)).collect();
    for (place, (point, x)) in points.iter().zip(&places.columns).enumerate() {
        let back = points.len() - 1 - place;
        if back.is_multiple_of(printed.named) {
            sheet.canvas.text(&point.label, (*x, y), face, INK3, Align::Centre);
        }
        if let Some(turn) = printed.turn(back) {
            sheet.canvas.text(&short(&point.now), (*x, lines[turn]), bold, MET, Align::Centre);
            sheet.canvas.text(&short(&point.before), (*x, lines[printed.turns + turn]), face, INK3, Align::Centre);
        }
    }
    let (now, before) = (sheet.locale.either("kỳ này", "now"), sheet.locale.either("cùng kỳ", "last year"));
    let words = sheet.words(Weight::Medium, 17.0);
    let x = places.columns.last().copied().unwrap_or(plot.right()) + printed.widest / 2.0 + sheet.px(6.0);
    sheet.canvas.text_in(now, (x, lines[0]), (words, sheet.px(118.0)), MET, Align::Left);
    sheet.canvas.text_in(before, (x, lines[printed.turns]), (words, sheet.px(118.0)), INK3, Align::Left);
}

/// What lines are called, at their right ends, none over another.
fn end_names(
    sheet: &mut Sheet<'_, '_>,
    names: Vec<(f32, &str, Colour)>,
    own: Option<(f32, &str)>,
    (plot, room): (Area, f32),
) {
    let gap = sheet.px(23.0);
    let mut all: Vec<(f32, &str, Colour, bool)> =
        names.into_iter().map(|(y, text, colour)| (y, text, colour, false)).collect();
    all.extend(own.map(|(y, text)| (y, text, MET, true)));
    all.sort_by(|left, right| left.0.total_cmp(&right.0));
    let mut lowest = plot.y - gap;
    for name in &mut all {
        name.0 = name.0.max(lowest + gap);
        lowest = name.0;
    }
    // What went beyond the lower edge pushes the others up again.
    let mut highest = plot.bottom() + gap;
    for name in all.iter_mut().rev() {
        name.0 = name.0.min(highest - gap);
        highest = name.0;
    }
    let x = plot.right() + sheet.px(12.0);
    for (y, text, colour, is_own) in all {
        let face = if is_own { sheet.figures(Weight::Bold, 21.0) } else { sheet.words(Weight::Medium, 17.0) };
        sheet.canvas.text_in(text, (x, y + sheet.px(6.5)), (face, room), colour, Align::Left);
    }
}
