//! Wire forms to checked records.
