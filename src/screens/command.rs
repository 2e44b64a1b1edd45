//! What a screen is told to do, once.

use serde::{Deserialize, Serialize};

use crate::model::Instant;

/// The longest time that a command holds: a day.
pub const COMMAND_S_MAX: u32 = 86_400;
/// The longest message.
const TEXT_CHARS_MAX: usize = 300;
/// How long an order holds by itself, in seconds.
const IDENTIFY_S: u32 = 15;
const RELOAD_S: u32 = 600;
const SHOW_S: u32 = 600;
const BLANK_S: u32 = 12 * 3_600;

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Order {
    /// Show your name large.
    Identify,
    /// Load the page anew.
    Reload,
    /// Show this board, whatever is due.
    Go {
        /// Id of the board.
        board: String,
    },
    /// Show nothing.
    Blank,
    /// Show this sentence.
    Message {
        /// The sentence.
        text: String,
    },
    /// Go on as if nothing had been said.
    Resume,
}

/// What is wrong with an order.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OrderFault {
    /// A message must be readable.
    #[error("a message has 1 to {TEXT_CHARS_MAX} characters and no control characters")]
    Text,
    /// Too long or no time at all.
    #[error("seconds is from 1 to {COMMAND_S_MAX}, not {0}")]
    Seconds(u32),
}

/// An order to one screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Its number, by which the screen acknowledges it.
    pub id: u64,
    /// What is to be done.
    pub order: Order,
    /// When it was given, by the real clock.
    pub given: Instant,
    /// Until when it holds.
    pub until: Instant,
    /// When the screen said that it did it.
    pub acknowledged: Option<Instant>,
}

impl Command {
    /// An order at a real time, for so many seconds; without, as long as is usual for it.
    ///
    /// # Errors
    /// When it can't be carried out.
    pub fn new(order: Order, seconds: Option<u32>, id: u64, now: Instant) -> Result<Command, OrderFault> {
        if let Order::Message { text } = &order {
            let length = text.trim().chars().count();
            if length == 0 || length > TEXT_CHARS_MAX || text.chars().any(char::is_control) {
                return Err(OrderFault::Text);
            }
        }
        let usual = match order {
            Order::Identify | Order::Resume => IDENTIFY_S,
            Order::Reload => RELOAD_S,
            Order::Go { .. } | Order::Message { .. } => SHOW_S,
            Order::Blank => BLANK_S,
        };
        let seconds = seconds.unwrap_or(usual);
        if !(1..=COMMAND_S_MAX).contains(&seconds) {
            return Err(OrderFault::Seconds(seconds));
        }
        Ok(Command { id, order, given: now, until: now.plus_ms(i64::from(seconds) * 1_000), acknowledged: None })
    }

    /// For how many more milliseconds it is to be told to a screen that comes at this time; none when it is over. What
    /// is done at once isn't done again.
    pub fn left_ms(&self, now: Instant) -> Option<i64> {
        let is_done = self.acknowledged.is_some() && matches!(self.order, Order::Reload | Order::Resume);
        let left_ms = self.until.0 - now.0;
        (!is_done && left_ms > 0).then_some(left_ms)
    }

    /// The board that it sends a screen to, as long as it holds.
    pub fn board(&self, now: Instant) -> Option<&str> {
        match &self.order {
            Order::Go { board } if now < self.until => Some(board),
            _ => None,
        }
    }
}
