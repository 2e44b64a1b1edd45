//! The proposal as a file.

use super::dates::{Dates, shown};
use super::look::{Column, Look};
use super::words::{is_null, is_personal, meaning, portal_meaning};
use super::{Guess, Guesses, Kind, Suggestion};

/// Examples of a column, and how long each may be.
const EXAMPLES_MAX: usize = 3;
const EXAMPLE_CHARS_MAX: usize = 40;

/// The mapping under writing.
#[derive(Default)]
struct Draft {
    text: String,
    todos: usize,
}

impl Draft {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// A line for a person to decide on.
    fn todo(&mut self, line: &str, what: &str) {
        self.todos += 1;
        let gap = if line.is_empty() { "" } else { "   " };
        self.line(&format!("{line}{gap}# TODO {what}"));
    }
}

pub(super) fn suggestion(file_name: &str, source: Option<&str>, look: &Look, guesses: &Guesses<'_>) -> Suggestion {
    let mut draft = Draft::default();
    let more = if look.is_cut { "the first " } else { "" };
    draft.line(&format!("# Proposed for {}: {more}{} rows were looked at.", one_line(file_name), thousands(look.rows)));
    draft.line("# Go through every line. What is marked TODO is yours to decide; until then the mapping is not taken.");
    draft.line("type = \"dossier\"");
    match source {
        Some(source) => draft.line(&format!("source = {}", quoted(source))),
        None => draft.todo(
            "source = \"\"",
            "the name of the sending system, the same for all its files: a dossier is known by source and id",
        ),
    }
    layout(&mut draft, look);
    not_taken(&mut draft, guesses);
    draft.line("\n[fields]");
    needed(&mut draft, guesses);
    for guess in &guesses.taken {
        match &guess.kind {
            Kind::Text => text(&mut draft, guess),
            Kind::Time(dates) => time(&mut draft, guess, dates),
            Kind::Words => {}
        }
    }
    at(&mut draft, guesses);
    for guess in guesses.taken.iter().filter(|guess| matches!(guess.kind, Kind::Words)) {
        words(&mut draft, guess);
    }
    Suggestion {
        toml: draft.text,
        todos: draft.todos,
        rows: look.rows,
        fields: guesses.taken.iter().map(|guess| guess.field).collect(),
        personal: guesses.personal.iter().map(|column| column.name.clone()).collect(),
    }
}

/// Where the table stands in the file.
fn layout(draft: &mut Draft, look: &Look) {
    if let Some(sheet) = &look.sheet {
        let others = if look.has_other_sheets { "   # the likeliest of several" } else { "" };
        draft.line(&format!("sheet = {}{others}", quoted(sheet)));
    }
    if look.header_row > 1 {
        draft.line(&format!("header_row = {}", look.header_row));
    }
    if let Some(delimiter) = look.delimiter {
        draft.line(&format!("delimiter = {}", quoted(&char::from(delimiter).to_string())));
    }
    match look.encoding {
        Some("utf-16") => draft.line("encoding = \"utf-16\""),
        Some(name) => {
            draft.line(&format!("encoding = {}   # no UTF-8; see whether the words below are right", quoted(name)));
            draft.line(
                "# Letters of old fonts (TCVN3, VNI) come out wrong in any case: save such a file as UTF-8 first.",
            );
        }
        None => {}
    }
    let cells = || look.columns.iter().flat_map(|column| column.cells.iter().flatten());
    let mut nulls: Vec<&str> = cells().map(|cell| cell.trim()).filter(|cell| is_null(cell)).collect();
    if !nulls.is_empty() {
        let count = nulls.len();
        nulls.sort_unstable();
        nulls.dedup();
        let list: Vec<String> = nulls.into_iter().map(quoted).collect();
        draft.line(&format!("nulls = [{}]   # {} cells", list.join(", "), thousands(count)));
    }
    let commas = cells().filter(|cell| has_decimal_comma(cell)).count();
    if commas > 0 {
        draft.line(&format!("decimal_comma = true   # {} cells are numbers such as 1.234,5", thousands(commas)));
    }
}

fn has_decimal_comma(cell: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    cell.trim().split_once(',').is_some_and(|(whole, part)| {
        // Three digits behind it may also be thousands.
        is_number(whole) && part.bytes().all(|byte| byte.is_ascii_digit()) && matches!(part.len(), 1 | 2 | 4..)
    })
}

fn not_taken(draft: &mut Draft, guesses: &Guesses<'_>) {
    let names = |columns: &mut dyn Iterator<Item = &Column>| {
        columns.map(|column| format!("`{}`", one_line(&column.name))).collect::<Vec<_>>().join(", ")
    };
    if !guesses.personal.is_empty() {
        let list = names(&mut guesses.personal.iter().copied());
        draft.line(&format!("# Not taken, personal: {list}"));
    }
    for (column, why) in guesses.others.iter().filter(|(_, why)| !why.is_empty()) {
        draft.line(&format!("# Not taken: `{}`: {why}", one_line(&column.name)));
    }
    let others = names(&mut guesses.others.iter().filter(|(_, why)| why.is_empty()).map(|(column, _)| *column));
    if !others.is_empty() {
        draft.line(&format!("# Not taken, not known: {others}"));
    }
}

/// What every dossier needs and no column gives.
fn needed(draft: &mut Draft, guesses: &Guesses<'_>) {
    let has = |field: &str| guesses.taken.iter().any(|guess| guess.field == field);
    if !has("id") {
        draft.todo("", "id = \"COLUMN\": the column with the dossier's number is not known");
    }
    if !has("unit") {
        draft.todo("", "unit = \"COLUMN\", or unit = { const = \"CODE\" } when all rows are of one unit");
    }
}

fn text(draft: &mut Draft, guess: &Guess<'_>) {
    let Guess { field, column, .. } = guess;
    let rows = column.cells.len();
    let filled = column.filled().count();
    let mut evidence = format!("{} are filled", share(filled, rows));
    let values = column.values();
    if *field == "id" {
        let mut shapes: Vec<(String, usize)> = Vec::new();
        for (value, count) in &values {
            let shape = shape(value);
            match shapes.iter_mut().find(|(known, _)| *known == shape) {
                Some((_, known)) => *known += count,
                None => shapes.push((shape, *count)),
            }
        }
        shapes.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let list: Vec<&str> = shapes.iter().take(EXAMPLES_MAX).map(|(shape, _)| shape.as_str()).collect();
        evidence += &format!(", written as {}", list.join(" or "));
        let double = values.iter().filter(|(_, count)| *count > 1).count();
        if double > 0 {
            evidence += &format!("; {} stand in more than one row, which are joined", thousands(double));
        }
    } else {
        evidence += &format!(", {} values{}", thousands(values.len()), examples(&values));
    }
    draft.line(&format!("# {evidence}"));
    let column_name = quoted(&column.name);
    match pad(field, column) {
        Some((width, short)) => {
            draft.line(&format!(
                "# {} of the codes have fewer than {width} digits: a spreadsheet drops zeros at the front",
                thousands(short)
            ));
            if width == 5 && column.filled().any(|cell| matches!(cell.trim().len(), 2 | 3)) {
                draft.line(
                    "# AMBIGUOUS: some have two or three digits: of provinces and districts these are whole codes",
                );
            }
            draft.line(&format!("{field} = {{ column = {column_name}, pad = {width} }}"));
        }
        None => draft.line(&format!("{field} = {column_name}")),
    }
}

/// To how many digits the codes of a column of units are to be filled up, and how many of them are shorter.
fn pad(field: &str, column: &Column) -> Option<(usize, usize)> {
    if !matches!(field, "unit" | "received_by") {
        return None;
    }
    let (codes, others): (Vec<&str>, Vec<&str>) =
        column.filled().map(str::trim).partition(|cell| cell.bytes().all(|byte| byte.is_ascii_digit()));
    let longest = codes.iter().map(|code| code.len()).max()?;
    // Provinces have two digits, districts three, communes five; of a commune's code one or two zeros are lost.
    let width = if longest == 4 { 5 } else { longest };
    let short = codes.iter().filter(|code| code.len() < width).count();
    let fits = matches!(width, 2 | 3 | 5) && others.iter().all(|other| other.chars().count() >= width);
    (fits && short > 0).then_some((width, short))
}

fn time(draft: &mut Draft, guess: &Guess<'_>, dates: &Dates) {
    let Guess { field, column, .. } = guess;
    let filled = column.filled().count();
    let mut forms = Vec::new();
    let texts = dates.formats.iter().filter(|(_, count)| *count > 0);
    forms.extend(texts.clone().map(|(format, count)| format!("{} {}", thousands(*count), shown(format))));
    forms.extend((dates.iso > 0).then(|| format!("{} as ISO 8601 or cells with a date", thousands(dates.iso))));
    forms.extend((dates.serials > 0).then(|| format!("{} serial numbers of a spreadsheet", thousands(dates.serials))));
    let values = column.values();
    draft.line(&format!("# {} are dates: {}{}", share(dates.read, filled), forms.join(", "), examples(&values)));
    if dates.read < filled {
        let rest = filled - dates.read;
        draft.line(&format!("# {} cells are in no such form: their rows will be refused", thousands(rest)));
    }
    if dates.is_ambiguous {
        draft.line("# AMBIGUOUS: no day is later than the 12th, so day and month may be changed over; make sure of it");
    }
    let mut keys = vec![format!("column = {}", quoted(&column.name))];
    let formats: Vec<String> = dates.formats.iter().map(|(format, _)| quoted(format)).collect();
    match formats.as_slice() {
        [] => {}
        [one] => keys.push(format!("format = {one}")),
        several => keys.push(format!("format = [{}]", several.join(", "))),
    }
    if dates.days > 0 {
        let days = thousands(dates.days);
        if *field == "due_at" {
            draft.line(&format!("# {days} have no time: the end of their day"));
        } else {
            draft.line(&format!("# {days} have no time: they count from 00:00"));
            keys.push("time_of_day = \"00:00\"".to_owned());
        }
    }
    match keys.as_slice() {
        [_] => draft.line(&format!("{field} = {}", quoted(&column.name))),
        keys => draft.line(&format!("{field} = {{ {} }}", keys.join(", "))),
    }
}

fn at(draft: &mut Draft, guesses: &Guesses<'_>) {
    let has = |field: &&&str| guesses.taken.iter().any(|guess| guess.field == **field);
    let of: Vec<String> =
        ["filed_at", "received_at", "finished_at"].iter().filter(has).map(|field| quoted(field)).collect();
    if of.is_empty() {
        draft.todo("", "at = \"import\": no column says when a row changed; now, then");
    } else {
        draft.line("# when a row changed: the latest of these; \"import\" (now) for a corrected file");
        draft.line(&format!("at = {{ latest = [{}] }}", of.join(", ")));
    }
}

/// A field whose values are mapped one by one.
fn words(draft: &mut Draft, guess: &Guess<'_>) {
    let Guess { field, column, .. } = guess;
    let rows = column.cells.len();
    let values = column.values();
    let filled: usize = values.iter().map(|(_, count)| count).sum();
    draft.line(&format!("\n# {} are filled, {} values", share(filled, rows), thousands(values.len())));
    draft.line(&format!("[fields.{field}]"));
    draft.line(&format!("column = {}", quoted(&column.name)));
    if !matches!(*field, "status" | "channel") && values.iter().all(|(value, _)| meaning(field, value) == Some("true"))
    {
        draft.line("default = false   # only what holds is marked");
    }
    draft.line(&format!("[fields.{field}.map]"));
    let mut hidden = 0;
    for (value, count) in &values {
        let rows = format!("{} rows", thousands(*count));
        match (meaning(field, value), portal_meaning(field, value)) {
            (Some(meaning), _) => {
                let meaning = if matches!(*field, "status" | "channel") { quoted(meaning) } else { meaning.to_owned() };
                draft.line(&format!("{} = {meaning}   # {rows}", quoted(value)));
            }
            _ if is_personal(value) => hidden += count,
            (None, Some(meaning)) => {
                let what = format!("{rows}; in the national portal's list this is {meaning}: is it so here?");
                draft.todo(&format!("{} = \"TODO\"", quoted(value)), &what);
            }
            (None, None) => {
                draft.todo(&format!("{} = \"TODO\"", quoted(value)), &format!("{rows}: what does it mean?"))
            }
        }
    }
    if hidden > 0 {
        let what =
            format!("{} rows hold what looks like a person's data here: not shown, to be refused", thousands(hidden));
        draft.line(&format!("# {what}"));
    }
}

/// Some values of a column behind which nobody stands.
fn examples(values: &[(&str, usize)]) -> String {
    let fit = values.iter().map(|(value, _)| *value).filter(|value| !is_personal(value));
    let some: Vec<String> = fit.take(EXAMPLES_MAX).map(|value| format!("`{}`", one_line(value))).collect();
    if some.is_empty() { String::new() } else { format!(", such as {}", some.join(", ")) }
}

/// Of an id only where letters and digits stand.
fn shape(value: &str) -> String {
    let kind = |c: char| match c {
        c if c.is_numeric() => '0',
        c if c.is_alphabetic() => 'A',
        c if c.is_control() => ' ',
        c => c,
    };
    value.chars().take(EXAMPLE_CHARS_MAX).map(kind).collect()
}

fn one_line(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let cut: String = plain.chars().take(EXAMPLE_CHARS_MAX).collect();
    if cut.len() < plain.len() { format!("{cut}…") } else { cut }
}

fn quoted(text: &str) -> String {
    // As JSON writes it, a text is one of TOML, too.
    serde_json::Value::from(text).to_string()
}

/// `98 % of 1,203 cells`.
pub(super) fn share(part: usize, of: usize) -> String {
    // Not rounded up: 100 % is all of them.
    let percent = (part * 100).checked_div(of).unwrap_or(0);
    format!("{percent} % of {} cells", thousands(of))
}

fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
