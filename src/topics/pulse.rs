//! The sign of life of the live figures.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::model::Instant;

/// The real time of the last tick that passed through the cube. Screens judge by it whether what they show is live,
/// so only the task that ticks the cube may stamp it, and only after a tick went through.
#[derive(Clone, Debug)]
pub struct LivePulse {
    at_ms: Arc<AtomicI64>,
}

impl LivePulse {
    /// A pulse that has not beaten yet.
    pub fn new() -> LivePulse {
        // 1970 and not "never": every reader, also one that only subtracts, finds it far too old to be live.
        LivePulse { at_ms: Arc::new(AtomicI64::new(0)) }
    }

    /// A tick passed through the cube at this real time.
    pub fn stamp(&self, at: Instant) {
        // Not the greatest ever: when the real clock is set back, an old stamp must not look younger than it is.
        self.at_ms.store(at.0, Ordering::Release);
    }

    /// The real time of the last tick; 1970-01-01T00:00:00Z before the first one.
    pub fn live_at(&self) -> Instant {
        Instant(self.at_ms.load(Ordering::Acquire))
    }
}

impl Default for LivePulse {
    fn default() -> LivePulse {
        LivePulse::new()
    }
}
