//! The router and its areas.

pub mod answers;
