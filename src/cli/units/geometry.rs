//! `opcentre units geometry load FILE`: the province's own map.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use reqwest::Method;

use crate::cli::client::{Client, Request, say_again};

/// Bytes of a file: what the server takes.
const FILE_BYTES_MAX: u64 = 16 << 20;
/// Codes that are named when they name no unit.
const NAMED_MAX: usize = 20;

/// Sends the file; exit codes: 0 kept, 1 refused.
pub(super) async fn load(
    file: &Path,
    property: &str,
    client: &Client,
    out: &mut impl Write,
) -> anyhow::Result<ExitCode> {
    let shown = file.display();
    let bytes = std::fs::metadata(file).with_context(|| format!("{shown} can't be read"))?.len();
    if bytes > FILE_BYTES_MAX {
        bail!("{shown} has {bytes} bytes, a file of outlines has at most {FILE_BYTES_MAX}");
    }
    let body = std::fs::read_to_string(file).with_context(|| format!("{shown} can't be read as UTF-8"))?;
    let query = vec![("property", property.to_owned())];
    let request =
        Request { method: Method::PUT, path: "/api/v1/geometry", query, content_type: "application/json", body };
    let waiting = |why: &str, wait: std::time::Duration| {
        say_again(why, wait);
    };
    let answer = client.send(&request, waiting).await?;
    if !answer.status.is_success() {
        writeln!(out, "{shown}: {}; no outline was loaded", answer.problem())?;
        return Ok(ExitCode::FAILURE);
    }
    let count = answer.body.get("outlines").and_then(serde_json::Value::as_u64).unwrap_or_default();
    writeln!(out, "{shown}: {count} outlines loaded")?;
    let unknown = answer.body.get("unknown").and_then(serde_json::Value::as_array).cloned().unwrap_or_default();
    let codes: Vec<&str> = unknown.iter().filter_map(serde_json::Value::as_str).collect();
    if !codes.is_empty() {
        let more = if codes.len() > NAMED_MAX { ", ..." } else { "" };
        let named = codes.iter().take(NAMED_MAX).copied().collect::<Vec<_>>().join(", ");
        writeln!(out, "{} of them name no unit of today: {named}{more}", codes.len())?;
    }
    Ok(ExitCode::SUCCESS)
}
