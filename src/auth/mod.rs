//! Who is calling, and what they may see and do.
//!
//! Two modes: `open` takes no credentials, but only on this machine ([`OpenMode`] exists only for a loopback address,
//! and every request must show that it was meant for this server and came to it directly); `required` asks for a
//! bearer token, of which only the hash is kept. A [`Gate`] turns what a request shows into a [`Caller`] with a role
//! and a [`Scope`]; [`Rates`] bounds how often one comes. The decisions are functions over values; `http` carries them
//! out and `facts` keeps the tokens.

mod caller;
mod token;
mod order;
mod tokens;
mod open;
mod gate;
mod rates;
#[cfg(test)]
mod tests;

pub use crate::units::{Scope, ScopeRoot, VisibleUnit};
pub use caller::{Caller, ForeignSource, Role};
pub use gate::{Entry, Gate, Mode};
pub use open::{NotLoopback, OpenMode, Refusal, RequestFacts};
pub use order::{OrderFault, TokenOrder};
pub use rates::{Cost, Payer, Rates, TooOften};
pub use token::{Bound, Denied, SECRET_PREFIX, Secret, Token};
pub use tokens::{TOKENS_MAX, Tokens};
