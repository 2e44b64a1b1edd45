//! Prints for the schedule: the same answers, words and pages as for whoever asks.

use crate::http::answers::Figures;
use crate::http::drill::Asked;
use crate::http::error::Problem;
use crate::http::periods::{ReportAsked, ReportFound};
use crate::http::state::AppState;
use crate::pipeline::feeds::Feeds;
use crate::pipeline::reports::{Order, Print, Printer};
use crate::report::{Paper, compose, workbook};

/// Makes the pages of reports that are made by themselves.
#[derive(Clone)]
pub struct ReportPrinter(AppState);

impl std::fmt::Debug for ReportPrinter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ReportPrinter")
    }
}

impl ReportPrinter {
    /// With all that is needed to answer.
    pub fn of(state: AppState) -> ReportPrinter {
        ReportPrinter(state)
    }
}

impl Printer for ReportPrinter {
    fn at_once(&self) -> usize {
        self.0.printing.places.for_schedules()
    }

    async fn print(&self, order: Order) -> Result<Print, String> {
        let state = self.0.clone();
        let (printing, closings, demo) = (state.printing.clone(), state.closings.clone(), state.demo);
        let feeds = Feeds::of(state.tokens.tokens());
        let places = printing.places.clone();
        let moment = (order.view.clone(), order.catalogue.clone());
        let asked = Asked::of_view(state, moment, order.unit.clone());
        let work = move |figures: Figures<'_>, code: &str| {
            let scheme = order.report.scheme.as_deref().unwrap_or("report");
            let asked = ReportAsked { report: &order.report, code, scheme, period: order.period, version: None };
            let found = ReportFound::of(&closings, figures, &asked)?;
            let closing = found.closing(&closings)?.map(|(_, version)| version);
            let material = found.material(&closings, (figures, &feeds), &asked)?;
            let mut paper = compose(&order.report, figures.catalogue, &material, demo);
            paper.heading.is_late = order.is_late;
            paper.heading.backfill = order.backfill.iter().map(ToString::to_string).collect();
            print_of(&printing, &paper, closing)
        };
        asked.answer_in_turn(&places, work).await.map_err(|problem| reason(&problem))
    }
}

fn print_of(printing: &super::Printing, paper: &Paper, closing: Option<u32>) -> Result<Print, Problem> {
    let press = printing.press()?;
    let page = |page| Ok(press.page(paper, page).map_err(Problem::internal)?.png);
    let heading = &paper.heading;
    let demo = if heading.demo { "DEMO · " } else { "" };
    let late = if heading.is_late { paper.locale.either(" (lập muộn)", " (made late)") } else { "" };
    Ok(Print {
        pages: (1..=paper.pages.len()).map(page).collect::<Result<Vec<_>, Problem>>()?,
        workbook: workbook(paper).map_err(Problem::internal)?,
        text: format!("{demo}{}", paper.paragraph),
        title: format!("{demo}{} · {}{late}", heading.title, heading.subtitle),
        window: (heading.window.from.clone(), heading.window.to.clone()),
        seq: heading.seq,
        closing,
    })
}

/// Why, for the history: internal text stays inside (H-2).
fn reason(problem: &Problem) -> String {
    if let Problem::Internal(cause) = problem {
        tracing::error!(error = &**cause as &dyn std::error::Error, "a report can't be printed");
    }
    problem.to_string()
}
