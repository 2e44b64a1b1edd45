//! Rules about tests: none is skipped, none sleeps, and each invariant has one.

use std::collections::BTreeSet;

use super::size::function_name;
use super::source::{Source, files, sources, text};

/// Invariants without a test of their own yet, and why.
const LATER: [(&str, &str); 0] = [];

fn tests() -> Vec<Source> {
    sources("src").into_iter().chain(sources("tests")).filter(Source::is_test).collect()
}

#[test]
fn no_test_is_skipped() {
    let all = sources("src").into_iter().chain(sources("tests"));
    let mut wrong: Vec<String> = all.flat_map(|source| source.places(|line| line.contains("#[ignore"))).collect();
    for path in page_tests() {
        let marks = [".skip(", ".todo(", ".only(", "xit(", "skip: true", "test.fixme"];
        wrong.extend(lines_with(&path, &marks));
    }
    assert_eq!(wrong, Vec::<String>::new(), "a test runs or it isn't there");
}

#[test]
fn no_test_sleeps() {
    let sleeps = |line: &str| ["sleep(", "sleep_ms(", "thread::park_timeout("].iter().any(|word| line.contains(word));
    let mut wrong: Vec<String> = tests().iter().flat_map(|source| source.places(sleeps)).collect();
    for path in page_tests() {
        wrong.extend(lines_with(&path, &["waitForTimeout("]));
    }
    assert_eq!(wrong, Vec::<String>::new(), "wait for what is to happen, not for a while");
}

fn page_tests() -> Vec<String> {
    let page = files("dashboards/web/src").into_iter().filter(|path| path.contains(".test."));
    page.chain(files("tests/browser")).filter(|path| path.ends_with("js") || path.ends_with("ts")).collect()
}

fn lines_with(path: &str, words: &[&str]) -> Vec<String> {
    let text = text(path);
    let lines = text.lines().enumerate().filter(|(_, line)| words.iter().any(|word| line.contains(word)));
    lines.map(|(number, line)| format!("{path}:{}: {}", number + 1, line.trim())).collect()
}

/// The numbers of the invariants in the crate's documentation, as `j1`.
fn invariants() -> BTreeSet<String> {
    let text = text("src/lib.rs");
    let marked = text.split("**").filter(|part| part.len() < 6 && part.contains('-'));
    let numbers: BTreeSet<String> = marked.map(|mark| mark.replace('-', "").to_lowercase()).collect();
    assert!(numbers.len() > 20, "no invariants in src/lib.rs");
    numbers
}

#[test]
fn every_invariant_and_rule_has_a_test_that_names_it() {
    let tests = tests();
    let names: Vec<&str> =
        tests.iter().flat_map(|source| &source.code).filter_map(|line| function_name(line)).collect();
    let tested: BTreeSet<&str> = names.iter().flat_map(|name| name.split('_')).collect();
    // speak of what isn't built in full.
    let rules = (1..=19).chain([21]).map(|number| format!("r{number}"));
    let later: BTreeSet<String> = LATER.iter().map(|(name, _)| name.replace('-', "").to_lowercase()).collect();
    let untested: Vec<String> =
        invariants().into_iter().chain(rules).filter(|n| !tested.contains(n.as_str())).collect();
    let missing: Vec<&String> = untested.iter().filter(|number| !later.contains(*number)).collect();
    assert_eq!(missing, Vec::<&String>::new(), "name a test after each, such as `j4_a_torn_tail_is_cut`");
    let stale: Vec<&String> = later.iter().filter(|number| !untested.contains(number)).collect();
    assert_eq!(stale, Vec::<&String>::new(), "these have a test by now");
}
