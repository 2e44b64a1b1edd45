//! Small pieces: files of at most 400 lines, functions of at most 70; tests apart.

use super::source::{Source, files, sources, text};

const FILE_LINES_MAX: usize = 400;
const FUNCTION_LINES_MAX: usize = 70;

#[test]
fn files_are_short() {
    let rust = sources("src").into_iter().filter(|source| !source.is_test()).map(|source| source.path);
    let page = files("dashboards/web/src").into_iter().filter(|path| !path.contains(".test."));
    let sql = files("sql");
    let long: Vec<String> = rust
        .chain(page.filter(|path| path.ends_with(".ts") || path.ends_with(".svelte") || path.ends_with(".css")))
        .chain(sql)
        .map(|path| (text(&path).lines().count(), path))
        .filter(|(lines, _)| *lines > FILE_LINES_MAX)
        .map(|(lines, path)| format!("{path}: {lines} lines"))
        .collect();
    assert_eq!(long, Vec::<String>::new(), "at most {FILE_LINES_MAX} lines a file");
}

#[test]
fn functions_are_short() {
    let production = sources("src").into_iter().filter(|source| !source.is_test());
    let long: Vec<String> = production.flat_map(|source| long_functions(&source)).collect();
    assert_eq!(long, Vec::<String>::new(), "at most {FUNCTION_LINES_MAX} lines a function");
}

fn long_functions(source: &Source) -> Vec<String> {
    let mut long = Vec::new();
    for (first, line) in source.code.iter().enumerate() {
        let Some(name) = function_name(line) else { continue };
        let lines = function_lines(&source.code[first..]);
        if lines > FUNCTION_LINES_MAX {
            long.push(format!("{}:{}: fn {name} has {lines} lines", source.path, first + 1));
        }
    }
    long
}

/// The name of a function that begins in this line.
pub fn function_name(line: &str) -> Option<&str> {
    let (before, after) = line.split_once("fn ")?;
    let starts_word = before.is_empty() || before.ends_with([' ', '(']);
    let name = after.split(|c: char| !c.is_alphanumeric() && c != '_').next()?;
    (starts_word && !name.is_empty()).then_some(name)
}

/// From the line of `fn` to the one of its last brace; a declaration has as many lines as it takes to its semicolon.
fn function_lines(code: &[String]) -> usize {
    let mut depth = 0_usize;
    let mut brackets = 0_usize;
    for (number, line) in code.iter().enumerate() {
        for c in line.chars() {
            match c {
                '(' | '[' => brackets += 1,
                ')' | ']' => brackets = brackets.saturating_sub(1),
                '{' => depth += 1,
                '}' if depth <= 1 => return number + 1,
                '}' => depth -= 1,
                ';' if depth == 0 && brackets == 0 => return number + 1,
                _ => {}
            }
        }
    }
    code.len()
}

#[test]
fn the_length_of_a_function_is_seen() {
    let code: Vec<String> =
        "fn a(x: [u8; 2]) -> u8 {\n if b {\n }\n 1\n}\nfn c() {}".lines().map(str::to_owned).collect();
    assert_eq!((function_lines(&code), function_lines(&code[5..])), (5, 1));
    assert_eq!(function_name("    pub(super) async fn go(self) {"), Some("go"));
}
