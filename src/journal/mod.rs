//! The append-only log of opaque frames.
