//! Screens as devices: how one is let in, what it shows, what it is told, and what is known of it.
//!
//! A wall without a mouse can't type a password. So an unpaired screen asks for a short code and shows it
//! ([`Pairings`], the shape of RFC 8628); somebody who may approves the code and says which unit and which
//! [`Program`] it is for; the screen, which polls meanwhile, then gets a credential of its own. Of that only the hash
//! is kept, in the [`Screen`]'s row. [`ScreenList`] holds all rows in memory with what changes from second to second:
//! who is connected, what each shows, and the newest [`Command`] for each.
//!
//! Nothing here reads a clock, makes a random number or writes a disk: instants and random numbers are handed in, `http`
//! keeps the rows. Every number is bounded (P-2).

mod code;
mod pairing;
mod program;
mod screen;
mod reading;
mod command;
mod list;
#[cfg(test)]
mod tests;

pub use code::UserCode;
pub use command::{COMMAND_S_MAX, Command, Order, OrderFault};
pub use list::{Known, Link, Presence, SCREENS_MAX, ScreenList, Seen, Told};
pub use pairing::{Begun, PAIRING_S, PAIRINGS_MAX, POLL_S, Pairings, Poll, TooManyPairings};
pub use program::{Language, Night, Program, ProgramFault, Slot, Theme};
pub use reading::Reading;
pub use screen::{Claim, Place, Screen, ScreenFault};
