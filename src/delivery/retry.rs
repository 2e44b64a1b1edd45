//! When to try again, and when to give up.

/// After the first failure.
const FIRST_MS: i64 = 1_000;
/// The longest pause.
const PAUSE_MS_MAX: i64 = 15 * 60_000;
/// A message that nobody took within this time is given up: what it says is old.
pub const GIVE_UP_AFTER_MS: i64 = 24 * 3_600_000;

/// What is done after a failed try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Another try after so many milliseconds.
    Again(i64),
    /// It is given up.
    GiveUp,
}

/// After the `tries`-th failure of a message that has been due for `due_ms`. `chance`, from 0 to 1, spreads what failed
/// at the same time: a pause is between three and five quarters of itself.
pub fn next(tries: u32, due_ms: i64, chance: f64) -> Next {
    if due_ms >= GIVE_UP_AFTER_MS {
        return Next::GiveUp;
    }
    let doubled = FIRST_MS.saturating_mul(1_i64 << tries.saturating_sub(1).min(20));
    let pause = doubled.min(PAUSE_MS_MAX);
    // In thousandths, so that no float decides.
    #[expect(clippy::cast_possible_truncation, reason = "0 to 500")]
    let spread = (chance.clamp(0.0, 1.0) * 500.0) as i64;
    Next::Again(pause * (750 + spread) / 1_000)
}
