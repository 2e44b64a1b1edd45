//! The opcentre binary: chooses a command and reports its exit code.

fn main() {}
