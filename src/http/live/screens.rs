//! The places for screens, and their common end.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::super::error::Problem;

/// Bounds of the WebSocket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiveLimits {
    /// How many screens may be connected.
    pub sockets_max: usize,
    /// How many topics one screen may show.
    pub topics_per_socket_max: usize,
    /// The longest frame of a screen.
    pub client_frame_bytes_max: usize,
    /// How many frames a screen may send between two pings.
    pub client_frames_per_ping_max: u32,
    /// Read buffer of a connection.
    pub read_buffer_bytes: usize,
    /// How often the server pings.
    pub ping_ms: u64,
    /// After how many unanswered pings a screen is gone.
    pub pings_unanswered_max: u32,
    /// How long a screen may take to accept a frame.
    pub write_timeout_ms: u64,
    /// How long the server tries to say goodbye.
    pub bye_timeout_ms: u64,
    /// After which time a screen is to come back, at the least.
    pub retry_ms: u64,
    /// Over which further time the screens' return is spread.
    pub retry_spread_ms: u64,
}

impl Default for LiveLimits {
    fn default() -> LiveLimits {
        LiveLimits {
            sockets_max: 256,
            topics_per_socket_max: 8,
            client_frame_bytes_max: 4096,
            client_frames_per_ping_max: 64,
            read_buffer_bytes: 4096,
            ping_ms: 5_000,
            pings_unanswered_max: 3,
            write_timeout_ms: 5_000,
            bye_timeout_ms: 500,
            retry_ms: 1_000,
            retry_spread_ms: 4_000,
        }
    }
}

/// The connected screens. Clones are handles on the same places.
#[derive(Clone, Debug)]
pub struct Screens {
    limits: LiveLimits,
    seats: Arc<Semaphore>,
    sessions: Arc<AtomicU64>,
    is_stopping: watch::Sender<bool>,
}

/// One screen's place; its end frees it.
#[derive(Debug)]
pub(super) struct Seat {
    /// Counts the connections since the start.
    pub(super) session: u64,
    pub(super) is_stopping: watch::Receiver<bool>,
    _permit: OwnedSemaphorePermit,
}

impl Screens {
    /// No screens yet.
    pub fn new(limits: LiveLimits) -> Screens {
        Screens {
            limits,
            seats: Arc::new(Semaphore::new(limits.sockets_max)),
            sessions: Arc::new(AtomicU64::new(0)),
            is_stopping: watch::Sender::new(false),
        }
    }

    /// The bounds.
    pub fn limits(&self) -> LiveLimits {
        self.limits
    }

    /// How many screens are connected.
    pub fn connected(&self) -> usize {
        self.limits.sockets_max - self.seats.available_permits()
    }

    /// Says `bye` to every screen and takes no more (P-3).
    pub fn stop(&self) {
        self.is_stopping.send_replace(true);
    }

    /// Waits until every screen has left; to be bounded by the stop's deadline.
    pub async fn all_left(&self) {
        let all = u32::try_from(self.limits.sockets_max).unwrap_or(u32::MAX);
        // Fails only when closed, which no one does; then there is nobody to wait for either.
        drop(self.seats.acquire_many(all).await);
    }

    /// A place for one more screen.
    pub(super) fn take_seat(&self) -> Result<Seat, Problem> {
        let is_stopping = self.is_stopping.subscribe();
        if *is_stopping.borrow() {
            return Err(Problem::Stopping);
        }
        let permit = Arc::clone(&self.seats)
            .try_acquire_owned()
            .map_err(|_| Problem::TooManyScreens { sockets_max: self.limits.sockets_max })?;
        let session = self.sessions.fetch_add(1, Ordering::Relaxed) + 1;
        Ok(Seat { session, is_stopping, _permit: permit })
    }

    /// When the screen of a session is to come back. Consecutive sessions are spread evenly (by the golden ratio), so
    /// that they don't all return at once, without any random number.
    pub(super) fn retry_ms(&self, session: u64) -> u64 {
        let place = session.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        self.limits.retry_ms + ((place * self.limits.retry_spread_ms) >> 32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn screens_come_back_spread_over_the_whole_time() {
        let screens = Screens::new(LiveLimits { retry_ms: 1000, retry_spread_ms: 4000, ..LiveLimits::default() });
        let mut quarters = [0; 4];
        for session in 1..=100 {
            let retry_ms = screens.retry_ms(session);
            assert!((1000..5000).contains(&retry_ms), "{retry_ms}");
            quarters[((retry_ms - 1000) / 1000) as usize] += 1;
        }
        assert!(quarters.iter().all(|count| (20..=30).contains(count)), "{quarters:?}");
    }
}
