use super::super::tests::World;
use super::*;
use crate::cube::Cube;
use crate::http::LiveLimits;
use crate::model::{Instant, Zone};

fn page() -> Page {
    Page { content: Bytes::from_static(b"<p>"), hash: "ab12".into(), mime: "text/html; charset=utf-8".into() }
}

/// Status, tag and type of the page for a caller that knows these tags.
fn answer(known: Option<&'static str>) -> (u16, String, String) {
    let mut headers = HeaderMap::new();
    if let Some(known) = known {
        headers.insert(header::IF_NONE_MATCH, HeaderValue::from_static(known));
    }
    let response = serve(page(), &headers, CACHE_FOR_GOOD);
    let text = |name| response.headers().get(name).map_or("", |value: &HeaderValue| value.to_str().unwrap()).to_owned();
    assert_eq!(text(header::CACHE_CONTROL), CACHE_FOR_GOOD);
    (response.status().as_u16(), text(header::ETAG), text(header::CONTENT_TYPE))
}

#[test]
fn a_page_that_the_browser_has_is_not_sent_again() {
    let fresh = (200, "W/\"ab12\"".to_owned(), "text/html; charset=utf-8".to_owned());
    let known = (304, "W/\"ab12\"".to_owned(), String::new());
    assert_eq!(answer(None), fresh);
    assert_eq!(answer(Some("\"other\"")), fresh);
    assert_eq!(answer(Some("W/\"ab12\"")), known);
    assert_eq!(answer(Some("\"other\", \"ab12\"")), known);
    assert_eq!(answer(Some("*")), known);
}

#[test]
fn only_a_name_with_a_hash_is_kept_for_good() {
    for (name, expected) in [
        ("assets/index-CiT0nImV.js", true),
        ("assets/be-vietnam-pro-latin-700-normal-DlW1Zbsh.woff2", true),
        ("assets/icon.svg", false),
        ("assets/index.js", false),
        ("assets/x", false),
        ("assets/tiếng-việt.js", false),
    ] {
        assert_eq!(has_hash(name), expected, "{name}");
    }
}

#[test]
fn a_screen_without_a_unit_goes_to_the_top_of_the_tree_and_keeps_the_rest() {
    let world = World::new(LiveLimits::default());
    let uri = Uri::from_static("/wall/province?lang=en&unit=&theme=light");
    let response = to_root(&world.state, &crate::auth::Scope::all(), "tỉnh", &uri);
    assert_eq!(response.status(), StatusCode::TEMPORARY_REDIRECT);
    assert_eq!(response.headers()[header::LOCATION], "/wall/t%E1%BB%89nh?unit=17&lang=en&theme=light");
}

#[test]
fn a_screen_without_a_unit_asks_again_while_none_is_known() {
    let world = World::new(LiveLimits::default());
    let empty = Cube::new(Zone::named("Asia/Ho_Chi_Minh").unwrap(), Instant(0)).view();
    for view in [None, Some(std::sync::Arc::new(empty))] {
        world.views.send_replace(view);
        let response =
            to_root(&world.state, &crate::auth::Scope::all(), "province", &Uri::from_static("/wall/province"));
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()[header::REFRESH], "3");
    }
}
