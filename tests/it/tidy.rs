//! The project's habits as tests: each rule is small and names the file and line that breaks it.

mod homes;
mod modules;
mod packages;
mod scope;
mod size;
mod source;
mod tests_rules;
