//! The figures that the rules give, by SQL.
