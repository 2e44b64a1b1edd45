//! `opcentre verify`: asks a running server to compare its figures with those that SQL makes of the stored records.

use std::process::ExitCode;

use anyhow::{Context, ensure};
use serde::Deserialize;

/// Rows of the table printed.
const DIFFERENCES_SHOWN_MAX: usize = 50;

/// Compares the live figures with ClickHouse; exit code 1 when they differ.
#[derive(Debug, clap::Args)]
pub struct VerifyArgs {
    /// The running server.
    #[arg(long, env = "OPCENTRE_URL", default_value = "http://127.0.0.1:8080", value_name = "URL")]
    pub url: String,
}

#[derive(Debug, Deserialize)]
struct Report {
    agree: bool,
    seq: u64,
    instant: String,
    compared: u64,
    took_ms: u64,
    difference_count: u64,
    differences: Vec<Difference>,
}

#[derive(Debug, Deserialize)]
struct Difference {
    check: String,
    unit: String,
    when: String,
    measure: String,
    cube: String,
    sql: String,
}

/// Asks, prints what differs, and says so by the exit code.
///
/// # Errors
/// When the server can't be asked or refuses.
pub async fn run(args: VerifyArgs) -> anyhow::Result<ExitCode> {
    let url = format!("{}/api/v1/verify", args.url.trim_end_matches('/'));
    let answer = reqwest::Client::new().post(&url).send().await.with_context(|| format!("can't reach {url}"))?;
    let status = answer.status();
    let body = answer.text().await.context("the answer broke off")?;
    ensure!(status.is_success(), "{url} answered {status}: {body}");
    let report: Report = serde_json::from_str(&body).context("the answer is no verify report")?;
    print(&report);
    Ok(if report.agree { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[expect(clippy::print_stdout, reason = "the command's answer")]
fn print(report: &Report) {
    if report.agree {
        println!(
            "cube, state tables and raw records agree at seq {} ({}): {} figures compared in {} ms",
            report.seq, report.instant, report.compared, report.took_ms
        );
        return;
    }
    println!(
        "{} differences at seq {} ({}), {} figures compared:",
        report.difference_count, report.seq, report.instant, report.compared
    );
    println!("{:<10} {:<24} {:<24} {:<24} {:>14} {:>14}", "check", "unit", "when", "measure", "cube", "sql");
    for difference in report.differences.iter().take(DIFFERENCES_SHOWN_MAX) {
        println!(
            "{:<10} {:<24} {:<24} {:<24} {:>14} {:>14}",
            difference.check, difference.unit, difference.when, difference.measure, difference.cube, difference.sql
        );
    }
}
