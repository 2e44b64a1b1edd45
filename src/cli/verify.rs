//! `opcentre verify`: asks a running server to compare its figures with those that SQL makes of the stored records.

use std::io::{Write, stdout};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::ensure;
use reqwest::Method;

use crate::pipeline::verify::Report;

use super::client::{Client, Request, Retry, ServerArgs, say_again};

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
    let answer = client.send(&request, say_again).await?;
    ensure!(answer.status.is_success(), answer.problem());
    let report: Report = serde_json::from_value(answer.body)?;
    print(&report, &mut stdout())?;
    Ok(if report.agree && report.quarantined.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print(report: &Report, out: &mut impl Write) -> std::io::Result<()> {
    for one in &report.quarantined {
        writeln!(out, "record {} is in quarantine: ClickHouse refuses it with code {}", one.seq, one.code)?;
    }
    if report.agree {
        writeln!(
            out,
            "cube, state tables and raw records agree at seq {} ({}): {} figures compared in {} ms",
            report.seq, report.instant, report.compared, report.took_ms
        )?;
        return Ok(());
    }
    writeln!(
        out,
        "{} differences at seq {} ({}), {} figures compared:",
        report.difference_count, report.seq, report.instant, report.compared
    )?;
    writeln!(out, "{:<10} {:<24} {:<24} {:<24} {:>14} {:>14}", "check", "unit", "when", "measure", "cube", "sql")?;
    for difference in report.differences.iter().take(DIFFERENCES_SHOWN_MAX) {
        writeln!(
            out,
            "{:<10} {:<24} {:<24} {:<24} {:>14} {:>14}",
            difference.check, difference.unit, difference.when, difference.measure, difference.cube, difference.sql
        )?;
    }
    Ok(())
}
