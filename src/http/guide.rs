//! `/guide/vi` and `/guide/en`: the integrator's guide, with the examples of senders; the same for everybody.
//!
//! The texts are in `dashboards/guide`. What the code knows stands in no text: fields, codes and examples are put in
//! where a comment like `<!--rejections-->` stands.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::LazyLock;

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;

use crate::ingest::{Code, field_rows};

use super::error::Problem;
use super::extract::PathOf;
use super::openapi::codes_of;
use super::state::AppState;

#[cfg(test)]
mod tests;

const STYLE: &str = include_str!("../../dashboards/guide/guide.css");

/// The examples, by the name under which they can be downloaded.
const EXAMPLES: [(&str, &str); 4] = [
    ("send.sh", include_str!("../../dashboards/guide/examples/send.sh")),
    ("send.py", include_str!("../../dashboards/guide/examples/send.py")),
    ("Send.java", include_str!("../../dashboards/guide/examples/Send.java")),
    ("Send.cs", include_str!("../../dashboards/guide/examples/Send.cs")),
];

/// A language of the guide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lang {
    Vi,
    En,
}

/// A text in both languages.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    vi: String,
    en: String,
}

impl Words {
    fn of(&self, lang: Lang) -> &str {
        match lang {
            Lang::Vi => &self.vi,
            Lang::En => &self.en,
        }
    }
}

/// What to do at each code.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Codes {
    rejection: BTreeMap<String, Words>,
    problem: BTreeMap<String, Words>,
}

static CODES: LazyLock<Codes> = LazyLock::new(|| {
    toml::from_str(include_str!("../../dashboards/guide/codes.toml")).expect("a test reads the words of the codes")
});

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/guide/{page}", get(page)).route("/guide/examples/{file}", get(example))
}

async fn page(PathOf(name): PathOf<String>) -> Result<Response, Problem> {
    static PAGES: LazyLock<[String; 2]> = LazyLock::new(|| [Lang::Vi, Lang::En].map(written));
    let (kind, text) = match name.as_str() {
        "vi" => ("text/html; charset=utf-8", PAGES[0].as_str()),
        "en" => ("text/html; charset=utf-8", PAGES[1].as_str()),
        "guide.css" => ("text/css; charset=utf-8", STYLE),
        _ => return Err(Problem::NoSuchPath { path: format!("/guide/{name}") }),
    };
    Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")], text).into_response())
}

async fn example(PathOf(name): PathOf<String>) -> Result<Response, Problem> {
    let Some((known, text)) = EXAMPLES.into_iter().find(|(known, _)| *known == name) else {
        return Err(Problem::NoSuchPath { path: format!("/guide/examples/{name}") });
    };
    let kept = HeaderValue::try_from(format!("attachment; filename=\"{known}\"")).map_err(Problem::internal)?;
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, kept)], text).into_response())
}

/// The whole page.
fn written(lang: Lang) -> String {
    let text = match lang {
        Lang::Vi => include_str!("../../dashboards/guide/vi.html"),
        Lang::En => include_str!("../../dashboards/guide/en.html"),
    };
    let mut page = text.to_owned();
    for of in ["dossier", "pause", "rating", "indicator"] {
        page = page.replace(&format!("<!--fields {of}-->"), &fields(of, lang));
    }
    for (name, code) in EXAMPLES {
        page = page.replace(&format!("<!--example {name}-->"), &format!("<pre><code>{}</code></pre>", escaped(code)));
    }
    page.replace("<!--rejections-->", &rejections(lang)).replace("<!--problems-->", &problems(lang))
}

fn fields(of: &str, lang: Lang) -> String {
    let heads = match lang {
        Lang::Vi => ["Trường", "Kiểu JSON", "null", "Ý nghĩa"],
        Lang::En => ["Field", "JSON type", "null", "Meaning"],
    };
    let rows = field_rows().into_iter().filter(|row| row.of == of).map(|row| {
        let required = match (row.required, lang) {
            (false, _) => "",
            (true, Lang::Vi) => " <b>(bắt buộc)</b>",
            (true, Lang::En) => " <b>(required)</b>",
        };
        let words: Vec<String> = row.words.iter().map(|word| format!("<code>{word}</code>")).collect();
        let null = match (row.nullable, lang) {
            (false, _) => "–",
            (true, Lang::Vi) => "xóa",
            (true, Lang::En) => "clears",
        };
        let meaning = escaped(if lang == Lang::Vi { row.vi } else { row.en });
        let listed = if words.is_empty() { String::new() } else { format!("<br>{}", words.join(", ")) };
        [format!("<code>{}</code>{required}", row.name), row.json.to_owned(), null.to_owned(), meaning + &listed]
    });
    table(&heads, rows)
}

fn rejections(lang: Lang) -> String {
    let heads =
        if lang == Lang::Vi { ["Mã", "Nguyên nhân và cách xử lý"] } else { ["Code", "Cause, and what to do"] };
    let rows = Code::ALL.into_iter().map(|code| {
        let words = CODES.rejection.get(code.as_str()).map_or("", |words| words.of(lang));
        [format!("<code>{code}</code>"), escaped(words)]
    });
    table(&heads, rows)
}

fn problems(lang: Lang) -> String {
    let heads = match lang {
        Lang::Vi => ["HTTP", "Mã", "Nguyên nhân và cách xử lý"],
        Lang::En => ["HTTP", "Code", "Cause, and what to do"],
    };
    let rows = problem_codes().into_iter().map(|(status, code)| {
        let words = CODES.problem.get(code).map_or("", |words| words.of(lang));
        [status.to_string(), format!("<code>{code}</code>"), escaped(words)]
    });
    table(&heads, rows)
}

/// Why a batch may not be answered, as the described route says; a fault of the server can happen anywhere.
fn problem_codes() -> Vec<(u16, &'static str)> {
    let described = codes_of("post", "/api/v1/events");
    let all = described.into_iter().flat_map(|(status, codes)| codes.into_iter().map(move |code| (status, code)));
    let mut all: Vec<(u16, &'static str)> = all.chain([(500, "internal")]).collect();
    all.sort_unstable();
    all
}

fn table<const N: usize>(heads: &[&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let cells =
        |tag: &str, cells: &[String]| -> String { cells.iter().map(|cell| format!("<{tag}>{cell}</{tag}>")).collect() };
    let heads: Vec<String> = heads.iter().map(|head| (*head).to_owned()).collect();
    let mut text = format!("<div class=\"scroll\"><table><thead><tr>{}</tr></thead><tbody>", cells("th", &heads));
    for row in rows {
        write!(text, "<tr>{}</tr>", cells("td", &row)).expect("writing to memory succeeds");
    }
    text + "</tbody></table></div>"
}

/// Text in a page.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
