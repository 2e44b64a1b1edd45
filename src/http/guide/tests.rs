use std::collections::BTreeSet;

use super::*;

fn names(words: &BTreeMap<String, Words>) -> BTreeSet<&str> {
    words.keys().map(String::as_str).collect()
}

#[test]
fn every_code_that_a_sender_can_meet_is_explained_and_no_other() {
    let rejections: BTreeSet<&str> = Code::ALL.into_iter().map(Code::as_str).collect();
    assert_eq!(names(&CODES.rejection), rejections);
    let problems: BTreeSet<&str> = problem_codes().into_iter().map(|(_, code)| code).collect();
    assert!(problems.len() > 20, "{problems:?}");
    assert_eq!(names(&CODES.problem), problems);
    let texts = CODES.rejection.values().chain(CODES.problem.values());
    assert!(texts.into_iter().all(|words| words.vi.len() > 20 && words.en.len() > 20));
}

#[test]
fn both_pages_hold_every_field_code_and_example_and_no_empty_place() {
    for lang in [Lang::Vi, Lang::En] {
        let page = written(lang);
        assert!(
            !page.contains("<!--"),
            "a place was left empty: {:?}",
            page.split("<!--").nth(1).map(|rest| &rest[..30])
        );
        for row in field_rows() {
            let meaning = escaped(if lang == Lang::Vi { row.vi } else { row.en });
            assert!(page.contains(&meaning), "{}.{} of {lang:?}", row.of, row.name);
        }
        for code in Code::ALL.into_iter().map(Code::as_str).chain(problem_codes().into_iter().map(|(_, code)| code)) {
            assert!(page.contains(&format!("<code>{code}</code></td>")), "{code} of {lang:?}");
        }
        for (name, code) in EXAMPLES {
            assert!(page.contains(&escaped(code)), "{name} of {lang:?}");
            assert!(page.contains(&format!("href=\"/guide/examples/{name}\"")), "{name} of {lang:?}");
        }
    }
}

#[test]
fn the_pages_load_nothing_from_elsewhere_and_bring_no_style_or_script_of_their_own() {
    for lang in [Lang::Vi, Lang::En] {
        let page = written(lang);
        let markup: String = page.split("<pre>").map(|part| part.rsplit("</pre>").next().unwrap_or(part)).collect();
        for forbidden in ["<script", "style=", "<style", "src=\"http", "href=\"http", " onclick"] {
            assert!(!markup.contains(forbidden), "{forbidden} in {lang:?}");
        }
        let anchors = markup.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next());
        for anchor in anchors {
            assert!(markup.contains(&format!("id=\"{anchor}\"")), "#{anchor} of {lang:?}");
        }
    }
}
