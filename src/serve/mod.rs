//! The process: starts, watches and stops tasks.
