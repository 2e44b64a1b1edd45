//! What is sent about a run: pages within the text, the workbook beside it.

use std::path::Path;

use serde_json::json;

use crate::delivery::{Message, Part};
use crate::model::{Instant, Zone};
use crate::pipeline::outbox::Draft;

use super::files::{FILE_TYPES, Files};
use super::run::{Made, ReportRun};
use super::{Print, names};

/// A message for each destination. It carries the same id however often it is sent: `node-report-number`.
pub(super) fn drafts(
    (run, made): (&ReportRun, &Made),
    (print, files): (&Print, &Files),
    (node, zone): (&str, &Zone),
    wall: Instant,
) -> Vec<Draft> {
    let draft = |to: &String| {
        let message = message((run, made), (print, files), (node, zone));
        Draft { to: to.clone(), not_before: wall, message }
    };
    made.to.iter().map(draft).collect()
}

fn message((run, made): (&ReportRun, &Made), (print, files): (&Print, &Files), (node, zone): (&str, &Zone)) -> Message {
    let stem = format!("{}_{}_{}", run.report, run.unit, run.period);
    let pages = files.pages.iter().enumerate().map(|(place, path)| {
        let page = place + 1;
        part(format!("{stem}_{page}.png"), Some(format!("page-{page}")), path)
    });
    let mut parts: Vec<Part> = pages.collect();
    parts.push(part(format!("{stem}.xlsx"), None, &files.workbook));
    parts.push(part(format!("{stem}.txt"), None, &files.text));
    let (from, to) = &print.window;
    Message {
        id: format!("{node}-report-{}", run.number),
        subject: print.title.clone(),
        html: Some(html(&print.text, print.pages.len())),
        payload: json!({
            "kind": "report", "run": run.number, "report": run.report, "unit": run.unit, "name": run.name,
            "period": run.period.to_string(), "window": {"from": from, "to": to}, "title": print.title,
            "text": print.text, "at": run.at.to_rfc3339(zone),
            "made_at": made.at.to_rfc3339(zone), "late": made.is_late, "backfill": names(&made.backfill),
            "closing": print.closing, "seq": print.seq, "node": node,
        }),
        text: print.text.clone(),
        parts,
    }
}

/// A file that is read when it is sent.
fn part(name: String, content_id: Option<String>, path: &Path) -> Part {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    let known = FILE_TYPES.iter().find(|(of, _)| *of == ending);
    let content_type = known.map_or("application/octet-stream", |(_, kind)| kind).to_owned();
    Part { name, content_type, content_id, bytes: Vec::new(), file: Some(path.to_owned()) }
}

fn html(text: &str, pages: usize) -> String {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\n', "<br>");
    let image = |page: usize| {
        format!("<p><img src=\"cid:page-{page}\" alt=\"{page}/{pages}\" style=\"max-width:100%;height:auto\"></p>")
    };
    let images: String = (1..=pages).map(image).collect();
    format!("<!doctype html><html><body style=\"font-family:sans-serif\"><p>{escaped}</p>{images}</body></html>")
}
