//! The router and its areas.
