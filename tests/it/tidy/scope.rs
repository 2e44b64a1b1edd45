//! Unit data is read only through a scope (H-1): where a code or a key of a question becomes a unit or a dossier.

use super::source::{Source, sources};

/// What makes a unit of a code, whoever asks; `Sight` does it for somebody.
const READS_A_CODE: [&str; 4] = ["units().ask(", "units().read(", "newest_units().ask(", "newest_units().read("];
/// What reads figures or dossiers of a view.
const READS_FIGURES: [&str; 5] = [".measures(", ".own_measures(", ".first_day(", ".dossier(", ".dossiers("];

/// Where figures are made: from a unit that somebody may see.
const FIGURES_AT: [&str; 2] = ["src/http/answers/", "src/http/sight.rs"];

fn edge(module: &str) -> Vec<Source> {
    let all = sources("src").into_iter();
    all.filter(|source| !source.is_test() && source.module() == Some(module)).collect()
}

fn has_any(line: &str, words: &[&str]) -> bool {
    words.iter().any(|word| line.contains(word))
}

#[test]
fn h1_a_code_becomes_a_unit_only_for_somebody() {
    let all = edge("http").into_iter().chain(edge("pipeline"));
    let wrong: Vec<String> = all.flat_map(|source| source.places(|line| has_any(line, &READS_A_CODE))).collect();
    assert_eq!(wrong, Vec::<String>::new(), "ask the caller's scope: `scope.on(..).unit(code, day)`");
}

#[test]
fn h1_figures_are_read_only_where_a_visible_unit_is_at_hand() {
    let elsewhere = edge("http").into_iter().filter(|source| !FIGURES_AT.iter().any(|at| source.path.starts_with(at)));
    let wrong: Vec<String> = elsewhere.flat_map(|source| source.places(|line| has_any(line, &READS_FIGURES))).collect();
    assert_eq!(wrong, Vec::<String>::new(), "figures of the edge are made in src/http/answers");
}
