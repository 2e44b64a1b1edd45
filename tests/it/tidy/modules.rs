//! The table of modules in the crate's documentation, and who may import whom.

use std::collections::BTreeMap;

use super::source::{files, sources, text};

/// Modules with their layer and their place in the table.
fn table() -> BTreeMap<String, (u32, usize)> {
    let mut modules = BTreeMap::new();
    let mut layer = None;
    for line in text("src/lib.rs").lines() {
        let Some(row) = line.strip_prefix("//! |") else { continue };
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let number = cells[0].split(' ').next().and_then(|word| word.parse().ok());
        layer = number.or(layer);
        let (Some(layer), Some(names)) = (layer, cells.get(1)) else { continue };
        for name in names.split(',').map(|name| name.trim().trim_matches(['[', ']', '`'])) {
            modules.insert(name.to_owned(), (layer, modules.len()));
        }
    }
    assert!(modules.len() > 10, "no table of modules in src/lib.rs");
    modules
}

/// Whether one module may import another: a lower layer; in layer 0 also what stands before it; in the process layer
/// anything.
fn may_import(table: &BTreeMap<String, (u32, usize)>, from: &str, to: &str) -> bool {
    let (Some((layer, place)), Some((other_layer, other_place))) = (table.get(from), table.get(to)) else {
        return true;
    };
    match layer {
        _ if other_layer < layer => true,
        0 => other_layer == layer && other_place < place,
        4 => other_layer == layer,
        _ => from == to,
    }
}

/// The modules that a line of code names as `crate::name` or `crate::{name, ..}`.
fn imported(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for after in code.split("crate::").skip(1) {
        let names: Vec<&str> = match after.strip_prefix('{') {
            Some(group) => group.split('}').next().unwrap_or(group).split(',').collect(),
            None => vec![after],
        };
        let word = |name: &str| name.trim().split(|c: char| !c.is_alphanumeric() && c != '_').next().map(str::to_owned);
        found.extend(names.into_iter().filter_map(word));
    }
    found
}

#[test]
fn the_table_names_every_module_and_no_other() {
    let mut named: Vec<String> = table().into_keys().collect();
    let inside = files("src").into_iter().filter_map(|path| Some(path.strip_prefix("src/")?.to_owned()));
    let module = |path: String| path.split('/').next().unwrap_or_default().trim_end_matches(".rs").to_owned();
    let mut there: Vec<String> = inside.map(module).filter(|name| !matches!(name.as_str(), "lib" | "main")).collect();
    there.dedup();
    named.sort();
    there.sort();
    assert_eq!(named, there, "the table in src/lib.rs (left) and the modules below src (right)");
}

#[test]
fn imports_go_only_downwards() {
    let table = table();
    let mut wrong = Vec::new();
    for source in sources("src").iter().filter(|source| !source.is_test()) {
        let Some(from) = source.module() else { continue };
        for (number, line) in source.code.iter().enumerate() {
            let upwards = imported(line).into_iter().filter(|to| to != from && !may_import(&table, from, to));
            wrong.extend(upwards.map(|to| format!("{}:{}: {from} imports {to}", source.path, number + 1)));
        }
    }
    assert_eq!(wrong, Vec::<String>::new(), "the table in src/lib.rs says who may import whom");
}

#[test]
fn every_module_says_what_it_is() {
    let all = sources("src").into_iter().filter(|source| !source.is_test());
    let silent = all.filter(|source| !text(&source.path).starts_with("//!"));
    let silent: Vec<String> = silent.map(|source| source.path).collect();
    assert_eq!(silent, Vec::<String>::new(), "these files don't begin with `//!`");
}

#[test]
fn a_forbidden_import_is_seen() {
    let table = table();
    assert_eq!(imported("use crate::{model::Day, store::Row};"), ["model", "store"]);
    assert!(!may_import(&table, "cube", "store") && !may_import(&table, "model", "units"));
    assert!(may_import(&table, "units", "model") && may_import(&table, "cli", "serve"));
    assert!(!may_import(&table, "http", "serve") && may_import(&table, "http", "pipeline"));
}
