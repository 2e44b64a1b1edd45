//! What a request's text asks for, as far as the HTTP interface has to know: is it an insert whose data comes apart,
//! where does inline data begin, and which output format does it name. Everything else is the engine's parser's.
//!
//! A text is read with ClickHouse's lexical rules (strings, quoted names, comments, heredocs, brackets) and only as
//! far as needed: what follows `FORMAT name` in an insert is data and may be any bytes.

use super::failure::{Failure, Refusal};

/// The shape of a request's text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Shape<'a> {
    /// An insert with data in `format`: those behind the text in the same body, and those that come apart.
    Insert {
        /// The statement without its FORMAT clause.
        sql: &'a str,
        /// The name of the data's format.
        format: &'a str,
        /// Data found behind the statement.
        inline: &'a [u8],
    },
    /// Anything else, run as it is.
    Other {
        /// The whole text.
        sql: &'a str,
        /// The format its FORMAT clause names.
        format: Option<&'a str>,
    },
}

/// Reads the shape of `body`.
pub(super) fn shape(body: &[u8]) -> Result<Shape<'_>, Failure> {
    let mut tokens = Tokens { bytes: body, at: 0, depth: 0 };
    match tokens.next() {
        Some(first) if first.is_word(body, "insert") => insert_shape(body, tokens),
        _ => {
            let sql = text(body)?;
            Ok(Shape::Other { sql, format: output_format(sql) })
        }
    }
}

/// The format that the FORMAT clause at the end of a statement names.
fn output_format(sql: &str) -> Option<&str> {
    let bytes = sql.as_bytes();
    let tokens: Vec<Token> = Tokens { bytes, at: 0, depth: 0 }.filter(|token| token.depth == 0).collect();
    tokens.windows(2).enumerate().rev().find_map(|(at, pair)| {
        let closes = match tokens.get(at + 2) {
            None => true,
            Some(after) => after.is_word(bytes, "settings") || after.kind == Kind::Mark(b';'),
        };
        (closes && pair[0].is_word(bytes, "format") && pair[1].kind == Kind::Word)
            .then(|| &sql[pair[1].start..pair[1].end])
    })
}

fn insert_shape<'a>(body: &'a [u8], mut tokens: Tokens<'a>) -> Result<Shape<'a>, Failure> {
    skip_target(body, &mut tokens);
    while let Some(token) = tokens.next() {
        if token.depth > 0 {
            continue;
        }
        if token.is_word(body, "format")
            && let Some(name) = tokens.next().filter(|name| name.kind == Kind::Word)
        {
            let inline = &body[name.end + blank_before_data(&body[name.end..])..];
            return Ok(Shape::Insert {
                sql: text(&body[..token.start])?,
                format: text(&body[name.start..name.end])?,
                inline,
            });
        }
        if token.is_word(body, "values") {
            // Rows that follow are literals: part of the statement, they may use parameters.
            return match tokens.next() {
                None => Ok(Shape::Insert { sql: text(&body[..token.start])?, format: "Values", inline: &[] }),
                Some(_) => Ok(Shape::Other { sql: text(body)?, format: None }),
            };
        }
        if ["select", "with", "from", "watch"].iter().any(|word| token.is_word(body, word)) {
            return Ok(Shape::Other { sql: text(body)?, format: None });
        }
    }
    let sql = text(body)?;
    Ok(Shape::Insert { sql: sql.trim_end().trim_end_matches(';'), format: "Values", inline: &[] })
}

/// Passes `INTO [TABLE | FUNCTION] a.b`, so that a table called `format` is a table.
fn skip_target(body: &[u8], tokens: &mut Tokens<'_>) {
    let mut name = tokens.next();
    while name.as_ref().is_some_and(|token| ["into", "table", "function"].iter().any(|word| token.is_word(body, word)))
    {
        name = tokens.next();
    }
    loop {
        let before = (tokens.at, tokens.depth);
        if tokens.next().is_none_or(|token| token.kind != Kind::Mark(b'.')) {
            (tokens.at, tokens.depth) = before;
            return;
        }
        tokens.next();
    }
}

/// Data begin behind the blanks of the line and one line end.
fn blank_before_data(rest: &[u8]) -> usize {
    let mut at = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | 0x0c)).count();
    if rest.get(at) == Some(&b';') {
        at += 1;
    }
    if rest.get(at) == Some(&b'\r') {
        at += 1;
    }
    if rest.get(at) == Some(&b'\n') {
        at += 1;
    }
    at
}

fn text(bytes: &[u8]) -> Result<&str, Failure> {
    std::str::from_utf8(bytes).map_err(|_| Refusal::NotUtf8.into())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Word,
    Quoted,
    Mark(u8),
}

#[derive(Debug, Clone, Copy)]
struct Token {
    kind: Kind,
    start: usize,
    end: usize,
    /// Brackets open around it.
    depth: u32,
}

impl Token {
    fn is_word(&self, bytes: &[u8], word: &str) -> bool {
        self.kind == Kind::Word && bytes[self.start..self.end].eq_ignore_ascii_case(word.as_bytes())
    }
}

struct Tokens<'a> {
    bytes: &'a [u8],
    at: usize,
    depth: u32,
}

impl Tokens<'_> {
    fn rest(&self) -> &[u8] {
        &self.bytes[self.at..]
    }

    /// Passes blanks and comments.
    fn skip_blank(&mut self) {
        loop {
            let rest = self.rest();
            let step = match rest {
                [b, ..] if b.is_ascii_whitespace() || *b == 0x0b => 1,
                [b'-', b'-', ..] | [b'#', b' ' | b'!', ..] => line_length(rest),
                [b'/', b'*', ..] => comment_length(rest),
                _ => return,
            };
            self.at += step;
        }
    }
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        self.skip_blank();
        let rest = self.rest();
        let first = *rest.first()?;
        let (kind, length) = match first {
            b'\'' | b'"' | b'`' => (Kind::Quoted, quoted_length(rest, first)),
            b'$' if heredoc_length(rest).is_some() => (Kind::Quoted, heredoc_length(rest)?),
            _ if is_word_byte(first) => (Kind::Word, rest.iter().take_while(|byte| is_word_byte(**byte)).count()),
            _ => (Kind::Mark(first), 1),
        };
        let start = self.at;
        self.at += length;
        if matches!(first, b')' | b']' | b'}') && kind == Kind::Mark(first) {
            self.depth = self.depth.saturating_sub(1);
        }
        let token = Token { kind, start, end: self.at, depth: self.depth };
        if matches!(first, b'(' | b'[' | b'{') {
            self.depth += 1;
        }
        Some(token)
    }
}

fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

fn line_length(rest: &[u8]) -> usize {
    rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |end| end + 1)
}

/// Block comments nest.
fn comment_length(rest: &[u8]) -> usize {
    let (mut at, mut level) = (2, 1);
    while level > 0 && at < rest.len() {
        match &rest[at..] {
            [b'/', b'*', ..] => (at, level) = (at + 2, level + 1),
            [b'*', b'/', ..] => (at, level) = (at + 2, level - 1),
            _ => at += 1,
        }
    }
    at
}

/// A backslash takes the next byte with it; a doubled quote stays inside.
fn quoted_length(rest: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            b'\\' => at += 2,
            byte if byte == quote && rest.get(at + 1) == Some(&quote) => at += 2,
            byte if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// `$tag$ .. $tag$`.
fn heredoc_length(rest: &[u8]) -> Option<usize> {
    let tag = rest[1..].iter().take_while(|byte| is_word_byte(**byte)).count() + 2;
    let opening = rest.get(..tag).filter(|opening| opening.ends_with(b"$"))?;
    let end = rest[tag..].windows(tag).position(|window| window == opening)?;
    Some(tag + end + tag)
}

#[cfg(test)]
mod tests;
