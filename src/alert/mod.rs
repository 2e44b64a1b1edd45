//! When an alert is raised and when it is over: a pure state machine over places of figures and instants.
//!
//! It reads no clock and does no I/O. What is seen at one instant holds until the next, so that what happens, and when,
//! doesn't depend on how often it is looked at: an alert is raised at the instant when its duration was over, not when
//! somebody looked. After a gap in which nobody looked (the process was down, figures stood still) nothing is made up
//! about the time in between.
//!
//! A figure of which nothing is known (no data, too small a denominator, a source that is late, old data on its way)
//! neither raises nor clears: what was raised stays, what was on its way begins anew.

mod watcher;
#[cfg(test)]
mod tests;

pub use watcher::{Phase, Sighting, Step, Timing, Watcher};
