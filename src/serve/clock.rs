//! The only place that reads a clock.

use std::sync::Arc;
use std::time::SystemTime;

use crate::config::DomainClock;
use crate::model::{Clock, Instant};

/// The system's time in milliseconds.
pub fn system_now() -> Instant {
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Instant(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
}

/// The system's clock.
pub(super) fn system() -> Clock {
    Arc::new(system_now)
}

/// The clock that records and figures go by.
pub(super) fn domain(kind: &DomainClock) -> Clock {
    match kind {
        DomainClock::System => system(),
        DomainClock::Frozen(now) => {
            let now = *now;
            Arc::new(move || now)
        }
        DomainClock::From(start) => running_from(*start),
        DomainClock::Given(clock) => clock.clone(),
    }
}

/// A clock that runs on from an instant, beginning now.
pub fn running_from(start: Instant) -> Clock {
    let begun = std::time::Instant::now();
    Arc::new(move || start.plus_ms(i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX)))
}
