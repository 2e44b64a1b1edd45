//! Who may do what: every route and topic for every role and every kind of unit, on a real server that asks for tokens.
//!
//! Units around the one that tokens are bound to are filled with figures and names that stand out, so that a search
//! through every body, every header and the server's log finds any that got through.

mod matrix;
mod tries;
mod periods;
mod rates;
mod sockets;
pub mod world;
