//! Configuration: text, then meaning.
