//! The live aggregates in memory.
