//! Things that have one home: SQL, the clock, tasks, unsafe code.

use super::source::{Source, files, sources, text};

/// How a text begins that is SQL.
const SQL: [&str; 15] = [
    "SELECT ",
    "INSERT INTO ",
    "CREATE ",
    "ALTER ",
    "DROP ",
    "TRUNCATE ",
    "OPTIMIZE ",
    "DESCRIBE ",
    "SHOW ",
    "SYSTEM ",
    "EXPLAIN ",
    "KILL QUERY",
    "SET ",
    "EXCHANGE TABLES",
    "DELETE FROM ",
];
/// Where else, and why.
const SQL_ELSEWHERE: [(&str, &str); 1] =
    [("src/engine/session.rs", "bounds and ends the queries of others inside the engine; it knows no table")];
/// What reads a clock. Timers of tokio don't: they measure how long something takes.
const CLOCKS: [&str; 5] = ["SystemTime::now", "Instant::now", "Timestamp::now", "Zoned::now", "ZonedDateTime::now"];
/// What starts a task or a thread.
const SPAWNS: [&str; 5] = ["tokio::spawn", "task::spawn(", "spawn_blocking", "thread::spawn", "thread::Builder"];

/// Outside `serve`, where a task ends with the request or the process that it serves, and why.
const SPAWNS_ELSEWHERE: &[(&str, &str)] = &[
    ("src/engine/supervise.rs", "starts the engine's process and collects it when it ends"),
    ("src/engine/departure.rs", "a client that hung up: its query is ended off the runtime's threads"),
    ("src/engine/server.rs", "the end of all queries at the stop, off the runtime's threads"),
    ("src/engine/handler.rs", "a query blocks its thread until it is answered"),
    ("src/http/events.rs", "a body is unpacked and checked off the runtime's threads; the request waits for it"),
    ("src/http/adapters.rs", "a message is unpacked and checked off the runtime's threads; the request waits for it"),
    ("src/http/rejects.rs", "refused lines are on disk: read and written off the runtime's threads; the request waits"),
    ("src/http/imports.rs", "imports are on disk: read and written off the runtime's threads; the request waits"),
    ("src/http/returns.rs", "one request reads and writes the store, and waits for it"),
    ("src/cli/demo/command.rs", "a history is made up off the runtime's threads; the command waits for it"),
    ("src/http/tokens/keeper.rs", "tokens are written down off the runtime's threads; the request waits for it"),
    ("src/http/drill.rs", "every dossier is looked at off the runtime's threads; the request waits for it"),
    ("src/http/units_load.rs", "a list of units is checked off the runtime's threads; the request waits for it"),
];

fn production() -> Vec<Source> {
    sources("src").into_iter().filter(|source| !source.is_test()).collect()
}

fn has_any(line: &str, words: &[&str]) -> bool {
    words.iter().any(|word| line.contains(word))
}

#[test]
fn s1_only_store_speaks_sql() {
    let mut wrong = Vec::new();
    let excused = |source: &Source| SQL_ELSEWHERE.iter().any(|(path, _)| *path == source.path);
    for source in production().iter().filter(|source| source.module() != Some("store") && !excused(source)) {
        let sql = source.texts.iter().filter(|(_, text)| SQL.iter().any(|word| text.trim_start().starts_with(word)));
        wrong.extend(sql.map(|(line, text)| format!("{}:{line}: {text}", source.path)));
    }
    assert_eq!(wrong, Vec::<String>::new(), "SQL has its home in src/store and sql/");
}

#[test]
fn s1_every_file_of_sql_is_used() {
    let texts: Vec<String> = production().into_iter().flat_map(|source| source.texts).map(|(_, text)| text).collect();
    let unused = files("sql").into_iter().filter(|path| !texts.iter().any(|text| text.ends_with(path.as_str())));
    assert_eq!(unused.collect::<Vec<_>>(), Vec::<String>::new(), "these files are read by nothing in src");
}

#[test]
fn c1_only_serve_and_telemetry_read_a_clock() {
    let at_home = |source: &&Source| !matches!(source.module(), Some("serve" | "telemetry"));
    let found = |line: &str| has_any(line, &CLOCKS) && !line.contains("tokio::time::Instant::now");
    let wrong: Vec<String> = production().iter().filter(at_home).flat_map(|source| source.places(found)).collect();
    assert_eq!(wrong, Vec::<String>::new(), "take the instant as an argument");
}

#[test]
fn p1_only_serve_starts_tasks() {
    let mut wrong = Vec::new();
    let mut excused = Vec::new();
    for source in production().iter().filter(|source| source.module() != Some("serve")) {
        let places = source.places(|line| has_any(line, &SPAWNS));
        match SPAWNS_ELSEWHERE.iter().find(|(path, _)| *path == source.path) {
            Some(exception) if !places.is_empty() => excused.push(exception.0),
            _ => wrong.extend(places),
        }
    }
    assert_eq!(wrong, Vec::<String>::new(), "offer `run` and let serve spawn it");
    let stale: Vec<&str> = SPAWNS_ELSEWHERE.iter().map(|(path, _)| *path).filter(|p| !excused.contains(p)).collect();
    assert_eq!(stale, Vec::<&str>::new(), "these exceptions are no longer needed");
}

#[test]
fn unsafe_code_is_in_one_file() {
    let is_unsafe = |line: &str| line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == "unsafe");
    let all = sources("src").into_iter().chain(sources("tests")).filter(|source| source.path != "src/engine/ffi.rs");
    let wrong: Vec<String> = all.flat_map(|source| source.places(is_unsafe)).collect();
    assert_eq!(wrong, Vec::<String>::new(), "unsafe code has its home in src/engine/ffi.rs");
}

#[test]
fn no_migration_is_without_a_word() {
    let silent = files("sql").into_iter().filter(|path| !text(path).trim_start().starts_with("--"));
    assert_eq!(silent.collect::<Vec<_>>(), Vec::<String>::new(), "these files don't begin with what they are for");
}
