//! Reports that are made by themselves: what is due by the newest view, made once, kept, and sent.
//!
//! [`ReportStage`] looks at the newest view once a second. A run that is due is written down first, then made from that
//! one view, and written down as made together with the messages about it: however often the process ends in between,
//! each report, unit and period has one run. What was missed is made afterwards and says so. The clock is that of the
//! figures, so nothing is made of figures that aren't there yet.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use metrics::{counter, gauge};
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use crate::auth::Tokens;
use crate::cube::View;
use crate::facts::FactsError;
use crate::kpi::report::{Plan, is_late};
use crate::kpi::{Catalogue, Report};
use crate::model::{Clock, Instant, Period, Text};

use super::backfill::Backfills;
use super::catalogues::Catalogues;
use super::feeds::{Feeds, LiveFeeds};
use super::outbox::Outbox;
use super::stopped;

mod book;
mod files;
mod given_up;
mod message;
mod planned;
mod run;
#[cfg(test)]
mod tests;

pub use book::{Page, ReportRuns};
pub use files::FILE_TYPES;
pub use given_up::GivenUp;
pub use run::{Made, ReportRun, RunState};

use files::Files;
use message::drafts;

/// How often the newest view is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Patterns name minutes: what is due is looked for once in each.
const MINUTE_MS: i64 = 60_000;
/// How long a report waits for old data that is being sent; then it is made and names whose it is.
const HOLD_MS_MAX: i64 = 12 * 3_600_000;
/// How long such a report is left alone before it is looked at again.
const HOLD_STEP_MS: i64 = 60_000;
/// Tries of a run; the last one is some 20 minutes after the first.
const TRIES_MAX: u32 = 8;
/// After the first failure; doubled each time.
const RETRY_MS: i64 = 10_000;

/// What is to be printed.
#[derive(Clone)]
pub struct Order {
    /// All figures are of this view, or of the closing that is official in it.
    pub view: Arc<View>,
    /// What defines the report and its figures.
    pub catalogue: Arc<Catalogue>,
    /// Which report.
    pub report: Report,
    /// Of which unit.
    pub unit: Text,
    /// Of which period.
    pub period: Period,
    /// It says that it is late.
    pub is_late: bool,
    /// It names those whose old data is on its way.
    pub backfill: Vec<Text>,
}

/// A report as it was printed.
#[derive(Clone, Debug)]
pub struct Print {
    /// Its pages as PNG.
    pub pages: Vec<Vec<u8>>,
    /// The same figures as a workbook.
    pub workbook: Vec<u8>,
    /// The paragraph.
    pub text: String,
    /// What it is, of which period and unit: the subject of a mail.
    pub title: String,
    /// First and last day.
    pub window: (String, String),
    /// The last record in its figures.
    pub seq: u64,
    /// Which closing they are from; none of current figures.
    pub closing: Option<u32>,
}

/// What prints: the edge, which has the figures' answers.
pub trait Printer {
    /// How many may be printed at once.
    fn at_once(&self) -> usize;

    /// Prints, where blocking is allowed; why it can't be printed is for the history.
    fn print(&self, order: Order) -> impl Future<Output = Result<Print, String>> + Send;
}

/// The stage with all it needs.
pub struct ReportStage<P> {
    printer: P,
    catalogues: Catalogues,
    views: watch::Receiver<Option<Arc<View>>>,
    runs: ReportRuns,
    outbox: Outbox,
    backfills: Backfills,
    feeds: LiveFeeds,
    wall: Clock,
    /// The minute in which was looked for what is due.
    looked: Option<i64>,
}

impl<P: Printer> ReportStage<P> {
    /// Goes on from what is kept. Sources are named by these tokens.
    pub fn new(
        printer: P,
        (catalogues, views): (Catalogues, watch::Receiver<Option<Arc<View>>>),
        (runs, outbox): (ReportRuns, Outbox),
        (backfills, tokens): (Backfills, Option<&Tokens>),
        wall: Clock,
    ) -> ReportStage<P> {
        let feeds = LiveFeeds::new(tokens);
        ReportStage { printer, catalogues, views, runs, outbox, backfills, feeds, wall, looked: None }
    }

    /// Looks until `stop` says so. What can't be written down is tried again at the next look.
    ///
    /// # Errors
    /// None; a stage says how it ended.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) -> Result<(), FactsError> {
        let mut ticks = interval(LOOK_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stopped(&mut stop) => return Ok(()),
                _ = ticks.tick() => {}
            }
            let is_more = tokio::select! {
                // What is being printed is printed anew at the next start.
                () = stopped(&mut stop) => return Ok(()),
                done = self.look() => done,
            };
            match is_more {
                Ok(true) => ticks.reset_immediately(),
                Ok(false) => {}
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::error!(error, "what happened to reports can't be written down; it is tried again");
                }
            }
        }
    }

    /// Writes down what is due and makes the runs whose time has come, some at once, each of the newest view; whether
    /// there was one.
    async fn look(&mut self) -> Result<bool, FactsError> {
        let view = self.views.borrow_and_update().clone();
        // While a hierarchy is half read nobody knows of which units reports are to be made.
        let Some(view) = view.filter(|view| !view.units_pending()) else { return Ok(false) };
        let minute = view.now().0.div_euclid(MINUTE_MS);
        if self.looked != Some(minute) {
            self.runs.plan(&view, &self.catalogues.now())?;
            self.runs.forget_old(view.now())?;
            self.looked = Some(minute);
        }
        gauge!("opcentre_reports_waiting").set(f64::from(u32::try_from(self.runs.waiting()).unwrap_or(u32::MAX)));
        let feeds = self.feeds.now().clone();
        let (at_once, mut making, mut any) = (self.printer.at_once(), FuturesUnordered::new(), false);
        let mut in_work: BTreeSet<u64> = BTreeSet::new();
        loop {
            // In the next minute is looked anew for what is due.
            let view = self.views.borrow().clone().filter(|view| view.now().0.div_euclid(MINUTE_MS) == minute);
            while let Some(view) = view.as_ref().filter(|_| in_work.len() < at_once) {
                let due = self.runs.due(view.now(), in_work.len() + 1)?;
                let Some(run) = due.into_iter().find(|run| !in_work.contains(&run.number)) else { break };
                in_work.insert(run.number);
                making.push(self.make(view.clone(), &feeds, run));
            }
            match making.next().await {
                None => return Ok(any),
                Some(made) => any = in_work.remove(&made?),
            }
        }
    }

    /// Makes a run; its number.
    async fn make(&self, view: Arc<View>, feeds: &Feeds, run: ReportRun) -> Result<u64, FactsError> {
        self.try_once(&view, feeds, &run).await?;
        Ok(run.number)
    }

    async fn try_once(&self, view: &Arc<View>, feeds: &Feeds, run: &ReportRun) -> Result<(), FactsError> {
        let (now, catalogue) = (view.now(), self.catalogues.now());
        let Some((report, plan)) = scheduled(&catalogue, &run.report) else {
            return self.failed(run, "the report has no schedule any more".to_owned(), now);
        };
        let backfill = self.backfill(view, feeds, run);
        if !backfill.is_empty() && now.0.saturating_sub(run.at.0) < HOLD_MS_MAX {
            let why = format!("old data is being sent by {}", names(&backfill));
            return self.runs.put_off(run, why, now.plus_ms(HOLD_STEP_MS));
        }
        let late = is_late(run.at, now);
        let order = Order {
            view: view.clone(),
            catalogue: catalogue.clone(),
            report: report.clone(),
            unit: run.unit.clone(),
            period: run.period,
            is_late: late,
            backfill: backfill.clone(),
        };
        let print = match self.printer.print(order).await {
            Ok(print) => print,
            Err(why) => return self.again(run, why, now),
        };
        let files = match self.runs.files().write(run.number, &print) {
            Ok(files) => files,
            Err(error) => return self.again(run, format!("the files can't be written: {error}"), now),
        };
        self.note(run, (plan, late, backfill), (&print, &files), view)
    }

    /// Writes down that a run was made, and the messages about it, in one step.
    fn note(
        &self,
        run: &ReportRun,
        (plan, is_late, backfill): (&Plan, bool, Vec<Text>),
        (print, files): (&Print, &Files),
        view: &View,
    ) -> Result<(), FactsError> {
        let now = view.now();
        let made = Made {
            at: now,
            is_late,
            seq: print.seq,
            closing: print.closing,
            pages: print.pages.len(),
            backfill,
            to: plan.deliver_to.iter().map(|to| to.name.clone()).collect(),
            messages: BTreeMap::new(),
            is_kept: true,
        };
        let wall = (self.wall)();
        let messages = drafts((run, &made), (print, files), (self.runs.node(), view.zone()), wall);
        let kept_until = now.plus_ms(i64::from(plan.keep_days) * 24 * 3_600_000);
        self.runs.made((run, made), kept_until, (messages, &self.outbox, wall))?;
        counter!("opcentre_reports_total", "outcome" => if is_late { "late" } else { "made" }).increment(1);
        let ReportRun { number, report, unit, period, .. } = run;
        tracing::info!(
            report.run = number,
            report.id = report,
            report.unit = unit.as_str(),
            report.period = %period,
            report.late = is_late,
            figures.seq = print.seq,
            "a report was made"
        );
        Ok(())
    }

    /// Whose old data is on its way into the figures of the unit.
    fn backfill(&self, view: &View, feeds: &Feeds, run: &ReportRun) -> Vec<Text> {
        let Some(unit) = planned::unit_of(view, run) else { return Vec::new() };
        self.backfills.under(view, feeds, unit).into_iter().map(|mark| mark.source).collect()
    }

    /// Once more later, or never.
    fn again(&self, run: &ReportRun, why: String, now: Instant) -> Result<(), FactsError> {
        let tries = run.tries.saturating_add(1);
        counter!("opcentre_report_failures_total").increment(1);
        let run = ReportRun { tries, ..run.clone() };
        if tries >= TRIES_MAX {
            return self.failed(&run, why, now);
        }
        let pause_ms = RETRY_MS << (tries - 1).min(10);
        tracing::warn!(report.run = run.number, report.id = run.report, tries, again_ms = pause_ms, why, "not made");
        self.runs.put_off(&run, why, now.plus_ms(pause_ms))
    }

    fn failed(&self, run: &ReportRun, why: String, now: Instant) -> Result<(), FactsError> {
        tracing::error!(report.run = run.number, report.id = run.report, tries = run.tries, why, "a report failed");
        self.runs.give_up(run, why, now)?;
        counter!("opcentre_reports_total", "outcome" => "failed").increment(1);
        Ok(())
    }
}

/// A report with its schedule.
fn scheduled<'c>(catalogue: &'c Catalogue, id: &str) -> Option<(&'c Report, &'c Plan)> {
    let report = catalogue.report(id)?;
    Some((report, report.plan.as_ref()?))
}

fn names(sources: &[Text]) -> String {
    sources.iter().map(Text::as_str).collect::<Vec<_>>().join(", ")
}
