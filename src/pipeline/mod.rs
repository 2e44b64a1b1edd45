//! The stages between journal, cube, topics and store.
//!
//! `live` and `sink` are the two readers of the journal and know nothing of one another; `verify` brings both to
//! the same sequence and compares what they made of it.

pub mod catalogues;
pub mod tiles;
pub mod feeds;
pub mod backfill;
pub mod closed;
mod reach;
pub mod outbox;
pub mod alerts;
pub mod reports;
pub mod screens;
pub mod live;
pub mod sink;
pub mod verify;
#[cfg(test)]
mod worlds;

/// Waits until told to stop; a closed channel means the same.
pub async fn stopped(stop: &mut tokio::sync::watch::Receiver<bool>) {
    drop(stop.wait_for(|stop| *stop).await);
}
