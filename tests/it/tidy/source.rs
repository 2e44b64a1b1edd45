//! Rust sources as the rules look at them: code without comments and texts, and the texts by themselves.

use std::fs;
use std::path::{Path, PathBuf};

/// Folders that aren't ours.
const FOREIGN: [&str; 5] = ["target", "node_modules", "dist", ".git", "out"];

/// One source file.
pub struct Source {
    /// From the project's folder, with `/`.
    pub path: String,
    /// Its lines with comments and the insides of texts blanked out.
    pub code: Vec<String>,
    /// The texts in it with their lines, from 1.
    pub texts: Vec<(usize, String)>,
}

impl Source {
    /// Whether it is a test: rules about production code leave it out.
    pub fn is_test(&self) -> bool {
        let inside = |folder: &str| self.path.contains(&format!("/{folder}/"));
        self.path.starts_with("tests/") || self.path.ends_with("/tests.rs") || inside("tests")
    }

    /// The top-level module it belongs to; none for the crate's and the binary's root.
    pub fn module(&self) -> Option<&str> {
        let inside = self.path.strip_prefix("src/")?;
        let name = inside.split('/').next()?.trim_end_matches(".rs");
        (!matches!(name, "lib" | "main")).then_some(name)
    }

    /// Places (`path:line`) of code lines that `found` says yes to.
    pub fn places(&self, found: impl Fn(&str) -> bool) -> Vec<String> {
        let lines = self.code.iter().enumerate().filter(|(_, line)| found(line));
        lines.map(|(number, line)| format!("{}:{}: {}", self.path, number + 1, line.trim())).collect()
    }
}

/// The project's folder.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file of ours below a folder, sorted, from the project's folder.
pub fn files(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            let foreign = path.file_name().is_some_and(|name| FOREIGN.iter().any(|one| name == *one));
            match (foreign, path.is_dir()) {
                (true, _) => {}
                (false, true) => folders.push(path),
                (false, false) => found.push(from_root(path)),
            }
        }
    }
    found.sort();
    found
}

fn from_root(path: PathBuf) -> String {
    path.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/")
}

/// A file's text.
pub fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// All Rust sources below a folder.
pub fn sources(folder: &str) -> Vec<Source> {
    files(folder).into_iter().filter(|path| path.ends_with(".rs")).map(read).collect()
}

fn read(path: String) -> Source {
    let (code, texts) = split(&text(&path));
    Source { path, code: code.lines().map(str::to_owned).collect(), texts }
}

/// Tells code from comments and texts; both keep their lines.
fn split(source: &str) -> (String, Vec<(usize, String)>) {
    let mut code = String::with_capacity(source.len());
    let mut texts = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let (taken, is_text) = token(rest, code.chars().next_back());
        let piece = &rest[..taken.max(first.len_utf8())];
        if is_text {
            texts.push((code.matches('\n').count() + 1, piece.trim_matches(['b', 'r', '#', '"']).to_owned()));
        }
        if taken > 0 {
            code.extend(piece.chars().filter(|c| *c == '\n'));
            code.push(' ');
        } else {
            code.push_str(piece);
        }
        rest = &rest[piece.len()..];
    }
    (code, texts)
}

/// The length of the comment, text or character that begins here (0: code), and whether it is a text.
fn token(rest: &str, before: Option<char>) -> (usize, bool) {
    let in_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    if rest.starts_with("//") {
        return (rest.find('\n').unwrap_or(rest.len()), false);
    }
    if rest.starts_with("/*") {
        return (rest.find("*/").map_or(rest.len(), |end| end + 2), false);
    }
    let plain = rest.strip_prefix('b').filter(|_| !in_word).unwrap_or(rest);
    let prefix = rest.len() - plain.len();
    if let Some(raw) = plain.strip_prefix('r').filter(|_| !in_word) {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        if raw[hashes..].starts_with('"') {
            let end = format!("\"{}", "#".repeat(hashes));
            let begin = prefix + 1 + hashes + 1;
            return (rest[begin..].find(&end).map_or(rest.len(), |at| begin + at + end.len()), true);
        }
    }
    if plain.starts_with('"') {
        return (prefix + quoted(plain, '"'), true);
    }
    // A quote is a character when it closes soon, else a lifetime.
    let mut chars = plain.chars().skip(1);
    if plain.starts_with('\'') && (chars.next() == Some('\\') || chars.next() == Some('\'')) {
        return (prefix + quoted(plain, '\''), false);
    }
    (0, false)
}

fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

#[test]
fn code_comments_and_texts_are_told_apart() {
    let source = "let a = \"x // \\\" y\"; // b\nfn f<'a>(c: char) { r#\"SELECT \"1\"\"# == '\"' /* d\n */ }\n";
    let (code, texts) = split(source);
    let words: Vec<&str> = code.split_whitespace().collect();
    assert_eq!(words.join(" "), "let a = ; fn f<'a>(c: char) { == }");
    assert_eq!(code.lines().count(), source.lines().count());
    assert_eq!(texts, [(1, "x // \\\" y".to_owned()), (2, "SELECT \"1".to_owned())]);
}
