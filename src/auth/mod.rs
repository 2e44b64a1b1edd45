//! Who is calling, and what they may see and do.
//!
//! So far there is one mode, `open`: no credentials, but only on this machine. [`OpenMode`] exists only for a
//! loopback address, and every request must show that it was meant for this server and came to it directly. The
//! decisions are pure functions over values; `http` carries them out.

mod open;
mod scope;
#[cfg(test)]
mod tests;

pub use open::{NotLoopback, OpenMode, Refusal, RequestFacts};
pub use scope::{Caller, Role, Scope};
