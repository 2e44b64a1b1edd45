//! `opcentre report render|text`: reports of a running server as files, of one unit or of all.
//!
//! The server draws, on as many threads as it allows; this asks for a few pages at a time and writes each as it comes,
//! so that neither side holds more than those.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread::available_parallelism;

use anyhow::{Context as _, bail, ensure};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use indicatif::{ProgressBar, ProgressStyle};
use reqwest::Method;
use serde::Deserialize;

use super::client::{Client, Request, Retry, ServerArgs};

/// What is done with a report.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum ReportCommand {
    /// Draw the pages of a report as PNG files
    Render(RenderArgs),
    /// Print a report's paragraph
    Text(OfReport),
}

/// Which report.
#[derive(Clone, Debug, clap::Args)]
pub struct OfReport {
    /// Its id, such as monthly
    pub id: String,
    /// Code of the unit; the top of the tree when absent
    #[arg(long)]
    pub unit: Option<String>,
    /// The period: 2024, 2024-H1, 2024-Q2, 2024-06, 2024-W23 or 2024-06-05; the newest that is over when absent
    #[arg(long)]
    pub period: Option<String>,
    /// `current`, `official` or the number of a closing; official where there is one when absent
    #[arg(long)]
    pub version: Option<String>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "clap would show it as the command's own text")]
    pub server: ServerArgs,
}

/// Which reports, and where to.
#[derive(Clone, Debug, clap::Args)]
pub struct RenderArgs {
    #[command(flatten)]
    #[expect(missing_docs, reason = "clap would show it as the command's own text")]
    pub of: OfReport,
    /// The file of a page (of several: F-1.png, F-2.png ...); with --all-units a folder
    #[arg(long, value_name = "PATH")]
    pub out: PathBuf,
    /// Only this page, from 1
    #[arg(long)]
    pub page: Option<usize>,
    /// Of the unit and every unit below it
    #[arg(long)]
    pub all_units: bool,
    /// With --all-units only units of this kind: province, district, commune, department, office
    #[arg(long, requires = "all_units")]
    pub kind: Option<String>,
}

/// What is read of a report's figures.
#[derive(Deserialize)]
struct Figures {
    heading: Heading,
    pages: Vec<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct Heading {
    period: String,
}

#[derive(Deserialize)]
struct Units {
    units: Vec<Unit>,
}

#[derive(Clone, Deserialize)]
struct Unit {
    code: String,
    parent: Option<String>,
    kind: String,
}

/// Runs the command and reports to `out`.
///
/// # Errors
/// When the server can't be reached or refuses, or a file can't be written.
pub async fn run(command: &ReportCommand, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    match command {
        ReportCommand::Text(of) => {
            let bytes = Source::of(of)?.file(of.unit.as_deref(), "txt", None).await?;
            out.write_all(&bytes)?;
        }
        ReportCommand::Render(args) if args.all_units => all(args, out).await?,
        ReportCommand::Render(args) => one(args, out).await?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Where reports come from.
struct Source<'a> {
    client: Client,
    of: &'a OfReport,
}

impl<'a> Source<'a> {
    fn of(of: &'a OfReport) -> anyhow::Result<Source<'a>> {
        let is_id = !of.id.is_empty() && of.id.chars().all(|sign| sign.is_alphanumeric() || "-_".contains(sign));
        ensure!(is_id, "{}: is no id of a report", of.id);
        Ok(Source { client: Client::new(&of.server, Retry::DEFAULT)?, of })
    }

    async fn file(&self, unit: Option<&str>, ending: &str, page: Option<usize>) -> anyhow::Result<Vec<u8>> {
        let path = format!("/reports/{}.{ending}", self.of.id);
        let mut query = Vec::new();
        query.extend(unit.map(|unit| ("unit", unit.to_owned())));
        query.extend(self.of.period.clone().map(|period| ("period", period)));
        query.extend(self.of.version.clone().map(|version| ("version", version)));
        query.extend(page.map(|page| ("page", page.to_string())));
        let request =
            Request { method: Method::GET, path: &path, query, content_type: "text/plain", body: String::new() };
        self.client.download(&request).await
    }

    async fn figures(&self, unit: Option<&str>) -> anyhow::Result<Figures> {
        let bytes = self.file(unit, "json", None).await?;
        serde_json::from_slice(&bytes).context("the server's answer can't be read")
    }
}

/// Pages of a report that are asked for.
fn pages(figures: &Figures, page: Option<usize>) -> Vec<usize> {
    page.map_or_else(|| (1..=figures.pages.len()).collect(), |page| vec![page])
}

async fn one(args: &RenderArgs, out: &mut impl Write) -> anyhow::Result<()> {
    let source = Source::of(&args.of)?;
    let unit = args.of.unit.as_deref();
    let pages = pages(&source.figures(unit).await?, args.page);
    for page in &pages {
        let png = source.file(unit, "png", Some(*page)).await?;
        let path = if pages.len() == 1 { args.out.clone() } else { numbered(&args.out, *page) };
        write(&path, &png)?;
        writeln!(out, "{}", path.display())?;
    }
    Ok(())
}

/// `F-2.png` of `F.png`.
fn numbered(path: &Path, page: usize) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{stem}-{page}.png"))
}

fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("{} can't be written", path.display()))
}

/// A code as a part of a file's name: no two are alike.
fn file_part(code: &str) -> String {
    let part = |byte: u8| match byte {
        b'-' | b'.' => char::from(byte).to_string(),
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    code.bytes().map(part).collect()
}

async fn all(args: &RenderArgs, out: &mut impl Write) -> anyhow::Result<()> {
    let source = Source::of(&args.of)?;
    let units = units(&source, args).await?;
    std::fs::create_dir_all(&args.out).with_context(|| format!("{} can't be made", args.out.display()))?;
    let bar = ProgressBar::new(units.len() as u64);
    bar.set_style(ProgressStyle::with_template("{bar:32} {pos}/{len} {msg} {eta}")?);
    let at_once = available_parallelism().map_or(2, std::num::NonZero::get);
    let (source_ref, bar_ref) = (&source, &bar);
    let unit = async |unit: Unit| -> anyhow::Result<usize> {
        let made = of_unit(source_ref, args, &unit.code).await.with_context(|| format!("unit {}", unit.code))?;
        bar_ref.inc(1);
        bar_ref.set_message(unit.code);
        Ok(made)
    };
    let made: Vec<usize> = stream::iter(units).map(unit).buffer_unordered(at_once).try_collect().await?;
    bar.finish_and_clear();
    writeln!(out, "{} units, {} pages in {}", made.len(), made.iter().sum::<usize>(), args.out.display())?;
    Ok(())
}

async fn of_unit(source: &Source<'_>, args: &RenderArgs, code: &str) -> anyhow::Result<usize> {
    let figures = source.figures(Some(code)).await?;
    let pages = pages(&figures, args.page);
    for page in &pages {
        let png = source.file(Some(code), "png", Some(*page)).await?;
        let name = format!("{}_{}_{}_{page}.png", args.of.id, file_part(code), figures.heading.period);
        write(&args.out.join(name), &png)?;
    }
    Ok(pages.len())
}

/// The unit with everything below it, or every unit.
async fn units(source: &Source<'_>, args: &RenderArgs) -> anyhow::Result<Vec<Unit>> {
    let query = Vec::new();
    let request =
        Request { method: Method::GET, path: "/api/v1/units", query, content_type: "text/plain", body: String::new() };
    let bytes = source.client.download(&request).await?;
    let Units { units } = serde_json::from_slice(&bytes).context("the server's list of units can't be read")?;
    let mut found: Vec<Unit> = match &args.of.unit {
        None => units.clone(),
        Some(top) => units.iter().filter(|unit| is_below(&units, unit, top)).cloned().collect(),
    };
    found.retain(|unit| unit.kind != "area" && args.kind.as_ref().is_none_or(|kind| *kind == unit.kind));
    if found.is_empty() {
        bail!("there is no such unit");
    }
    Ok(found)
}

/// Whether a unit is another one or stands below it; a list that goes in circles ends.
fn is_below(units: &[Unit], unit: &Unit, top: &str) -> bool {
    let mut at = Some(unit);
    for _ in 0..units.len() {
        let Some(one) = at else { return false };
        if one.code == top {
            return true;
        }
        at = one.parent.as_ref().and_then(|parent| units.iter().find(|other| other.code == *parent));
    }
    false
}

#[cfg(test)]
mod tests {
    use super::{file_part, numbered};

    #[test]
    fn a_code_is_a_name_of_its_own() {
        assert_eq!(file_part("17.so-noi-vu"), "17.so-noi-vu");
        assert_eq!(file_part("a/b_c"), "a%2Fb%5Fc");
        assert_eq!(numbered(std::path::Path::new("x/thang.png"), 2), std::path::Path::new("x/thang-2.png"));
    }
}
