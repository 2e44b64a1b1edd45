//! The hierarchy of units with its time: which unit a code names on a day, and under which it stands.
