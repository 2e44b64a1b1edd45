//! SIGHUP: the catalogue is read anew.

use anyhow::Context;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::pipeline::catalogues::Catalogues;

/// Listens to SIGHUP from here on; without a listener it would end the process.
pub(super) fn hangups() -> anyhow::Result<Signal> {
    signal(SignalKind::hangup()).context("can't listen to SIGHUP")
}

/// Reads the catalogue anew at each SIGHUP, for ever. A faulty one is logged with all its faults and not taken.
pub(super) async fn at_hangups(mut hangups: Signal, catalogues: Catalogues) -> anyhow::Result<()> {
    while hangups.recv().await.is_some() {
        match catalogues.reload() {
            Ok(reloaded) => {
                let catalogue = reloaded.catalogue.version();
                tracing::info!(catalogue, changed = reloaded.is_changed, "catalogue read anew");
            }
            Err(faulty) => {
                for fault in &faulty.0 {
                    tracing::error!(%fault, "the new catalogue is faulty");
                }
                tracing::error!(faults = faulty.0.len(), "the catalogue in force stays");
            }
        }
    }
    std::future::pending().await
}
