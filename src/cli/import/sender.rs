//! Requests of an import, with the server's verdict on their lines.

use std::time::Duration;

use anyhow::{Context as _, bail};
use indicatif::ProgressBar;
use reqwest::{Method, StatusCode};
use serde::Deserialize;

use super::{Sender, Verdict};
use crate::cli::client::{Answer, Request, say_again};

/// The parameter that says that records are old data.
pub(super) const BACKFILL: &str = "backfill";

impl Sender {
    /// Says that all old data is sent, with an empty batch.
    pub(super) async fn end_backfill(&self, bar: &ProgressBar) -> anyhow::Result<()> {
        let kept = self.query.iter().filter(|(name, _)| *name == "source").cloned();
        let query = kept.chain([(BACKFILL, "done".to_owned())]).collect();
        self.post(query, String::new(), bar).await.map(drop)
    }

    pub(super) async fn send(&self, body: String, bar: &ProgressBar, ask_only: bool) -> anyhow::Result<Verdict> {
        let mut query = self.query.clone();
        if ask_only && query.iter().all(|(name, _)| *name != "dry_run") {
            query.retain(|(name, _)| !matches!(*name, "batch" | "revive"));
            query.push(("dry_run", "true".to_owned()));
        }
        self.post(query, body, bar).await
    }

    async fn post(
        &self,
        query: Vec<(&'static str, String)>,
        body: String,
        bar: &ProgressBar,
    ) -> anyhow::Result<Verdict> {
        let path = "/api/v1/events";
        let request = Request { method: Method::POST, path, query, content_type: "application/x-ndjson", body };
        let waiting = |why: &str, wait: Duration| {
            bar.suspend(|| say_again(why, wait));
        };
        let answer = self.client.send(&request, waiting).await?;
        verdict(&answer)
    }
}

/// An answer with a verdict on lines; none accepted (422) is one too.
fn verdict(answer: &Answer) -> anyhow::Result<Verdict> {
    if !answer.status.is_success() && answer.status != StatusCode::UNPROCESSABLE_ENTITY {
        bail!("{}; rows of earlier requests are stored, importing again is harmless", answer.problem());
    }
    Verdict::deserialize(&answer.body).with_context(|| answer.problem())
}
