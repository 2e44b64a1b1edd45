//! What is taken from others: under which licence, and from where.

use std::process::Command;

use serde_json::Value;

use super::source::{files, root, text};

/// Licences that may be linked into a program under Apache-2.0.
const LICENCES: [&str; 13] = [
    "MIT",
    "MIT-0",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "0BSD",
    "Unlicense",
    "CC0-1.0",
    "Unicode-3.0",
    "BSL-1.0",
];

fn packages() -> Vec<Value> {
    // Offline: what the tests were built from is there.
    let arguments = ["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform"];
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .arg(format!("{}-unknown-linux-gnu", std::env::consts::ARCH))
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let used: Vec<&str> =
        metadata["resolve"]["nodes"].as_array().unwrap().iter().filter_map(|n| n["id"].as_str()).collect();
    let all = metadata["packages"].as_array().unwrap().iter();
    all.filter(|package| package["id"].as_str().is_some_and(|id| used.contains(&id))).cloned().collect()
}

/// Whether an SPDX expression can be met by the licences above.
fn is_allowed(expression: &str) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    any_of(&mut rest) && rest.is_empty()
}

fn any_of(rest: &mut &[&str]) -> bool {
    let mut met = all_of(rest);
    while rest.first() == Some(&"OR") {
        *rest = &rest[1..];
        // Read also what is no longer needed.
        let other = all_of(rest);
        met = met || other;
    }
    met
}

fn all_of(rest: &mut &[&str]) -> bool {
    let mut met = one(rest);
    while rest.first() == Some(&"AND") {
        *rest = &rest[1..];
        let other = one(rest);
        met = met && other;
    }
    met
}

fn one(rest: &mut &[&str]) -> bool {
    let Some((first, after)) = rest.split_first() else { return false };
    *rest = after;
    if *first == "(" {
        let met = any_of(rest);
        let closed = rest.first() == Some(&")");
        *rest = rest.get(1..).unwrap_or_default();
        return met && closed;
    }
    if let ["WITH", exception, after @ ..] = *rest {
        *rest = after;
        return LICENCES.contains(&format!("{first} WITH {exception}").as_str());
    }
    LICENCES.contains(first)
}

#[test]
fn licences_of_all_dependencies_are_allowed() {
    let licence = |package: &Value| package["license"].as_str().unwrap_or("none named").to_owned();
    let packages = packages();
    let wrong = packages.iter().filter(|package| !is_allowed(&licence(package)));
    let wrong: Vec<String> =
        wrong.map(|package| format!("{} {}: {}", package["name"], package["version"], licence(package))).collect();
    assert_eq!(wrong, Vec::<String>::new(), "allowed are {LICENCES:?}");
}

#[test]
fn dependencies_come_from_the_registry() {
    let packages = packages();
    let from_registry = |package: &&Value| package["source"].as_str().is_some_and(|from| from.starts_with("registry+"));
    let others: Vec<&str> = packages
        .iter()
        .filter(|package| !from_registry(package))
        .filter_map(|package| package["name"].as_str())
        .collect();
    assert_eq!(others, ["opcentre"], "no dependency by git or path");
}

#[test]
fn lock_files_of_the_page_name_no_addresses() {
    let locks = files("").into_iter().filter(|path| path.ends_with("package-lock.json"));
    let wrong: Vec<String> = locks.filter(|path| text(path).contains("\"resolved\"")).collect();
    assert_eq!(wrong, Vec::<String>::new(), "npm config set omit-lockfile-registry-resolved true");
}

#[test]
fn no_path_of_a_machine_is_named() {
    let above = root().parent().and_then(|folder| folder.to_str()).filter(|folder| folder.len() > 1);
    let homes = ["home", "root", "Users"].map(|name| format!("/{name}/"));
    let names: Vec<String> = homes.into_iter().chain(above.map(|folder| format!("{folder}/"))).collect();
    let mut wrong = Vec::new();
    for path in files("") {
        let Ok(text) = std::fs::read_to_string(root().join(&path)) else { continue };
        let lines = text.lines().enumerate().filter(|(_, line)| names.iter().any(|name| line.contains(name.as_str())));
        wrong.extend(lines.map(|(number, line)| format!("{path}:{}: {}", number + 1, line.trim())));
    }
    assert_eq!(wrong, Vec::<String>::new(), "a path of one machine is wrong on every other");
}

#[test]
fn a_licence_expression_is_read() {
    assert!(
        is_allowed("MIT OR GPL-3.0")
            && is_allowed("MIT/Apache-2.0")
            && is_allowed("(MIT OR Apache-2.0) AND Unicode-3.0")
    );
    assert!(is_allowed("Apache-2.0 WITH LLVM-exception") && !is_allowed("GPL-3.0") && !is_allowed("MIT AND GPL-3.0"));
}
