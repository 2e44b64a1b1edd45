//! `opcentre verify`: asks a running server to compare its figures with those that SQL makes of the stored records.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::ensure;
use reqwest::Method;

use crate::pipeline::verify::Report;

use super::client::{Client, Request, Retry, ServerArgs};

/// How long a comparison may take: longer than ClickHouse may be held for it.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(300);
/// Rows of the table printed.
const DIFFERENCES_SHOWN_MAX: usize = 50;

/// Compares the live figures with ClickHouse; exit code 1 when they differ or records are in quarantine.
#[derive(Debug, clap::Args)]
pub struct VerifyArgs {
    #[command(flatten)]
    server: ServerArgs,
}

/// Asks, prints what differs, and says so by the exit code.
///
/// # Errors
/// When the server can't be asked or refuses.
pub async fn run(args: VerifyArgs) -> anyhow::Result<ExitCode> {
    let client = Client::waiting(&args.server, Retry::BRIEF, ANSWER_TIMEOUT)?;
    let request =
        Request { method: Method::POST, path: "/api/v1/verify", query: vec![], content_type: "", body: String::new() };
    let answer = client.send(&request, |why, wait| eprintln!("{why}; again in {:.1} s", wait.as_secs_f32())).await?;
    ensure!(answer.status.is_success(), answer.problem());
    let report: Report = serde_json::from_value(answer.body)?;
    print(&report);
    Ok(if report.agree && report.quarantined.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[expect(clippy::print_stdout, reason = "the command's answer")]
fn print(report: &Report) {
    for one in &report.quarantined {
        println!("record {} is in quarantine: ClickHouse refuses it with code {}", one.seq, one.code);
    }
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
