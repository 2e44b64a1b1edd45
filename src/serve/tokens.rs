//! Tokens of the data dir: read at the start; which were used is written down now and then.

use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use crate::config::ZONE_DEFAULT;
use crate::facts::Facts;
use crate::http::{ScreenKeeper, TokenKeeper};
use crate::model::Zone;
use crate::pipeline::stopped;

use super::data_dir::facts_in;

/// How often it is written down which tokens were used and which screens were heard: what a sudden end may lose.
const USES_EVERY: Duration = Duration::from_secs(60);

/// The tokens of a data dir that no server runs on.
///
/// # Errors
/// When a server runs on it, or it can't be opened.
pub fn tokens_in(data_dir: &Path) -> anyhow::Result<TokenKeeper> {
    std::fs::create_dir_all(data_dir).with_context(|| format!("can't make the data dir {}", data_dir.display()))?;
    Ok(TokenKeeper::open(Facts::open(&facts_in(data_dir))?)?)
}

/// The zone of a data dir's days; the usual one where no server has run yet.
///
/// # Errors
/// When the data dir names none that there is.
pub fn zone_of(data_dir: &Path) -> anyhow::Result<Zone> {
    let name = std::fs::read_to_string(data_dir.join("timezone")).unwrap_or_else(|_| ZONE_DEFAULT.to_owned());
    Zone::named(name.trim()).with_context(|| format!("the data dir's time zone {:?} is unknown", name.trim()))
}

/// Writes down which tokens were used and which screens were heard, until told to stop.
pub(super) async fn keep_uses(
    keeper: TokenKeeper,
    displays: ScreenKeeper,
    mut stop: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let mut ticks = interval(USES_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let is_last = tokio::select! {
            _ = ticks.tick() => false,
            () = stopped(&mut stop) => true,
        };
        let (keeper, displays) = (keeper.clone(), displays.clone());
        let write = move || keeper.write_uses().and_then(|()| displays.write_heard());
        let written = tokio::task::spawn_blocking(write).await?;
        if let Err(error) = written {
            // Nobody is let in or kept out by it.
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "it can't be written down which tokens were used and which screens were heard"
            );
        }
        if is_last {
            return Ok(());
        }
    }
}
