use std::sync::Arc;

use serde_json::json;

use super::super::tests::{NOW, World, zone};
use crate::cube::Cube;
use crate::http::LiveLimits;

fn world() -> World {
    World::new(LiveLimits::default())
}

#[tokio::test]
async fn a_board_is_told_with_the_names_of_the_unit() {
    let answer = world().get("/api/v1/boards/province?unit=17").await.json();
    assert_eq!((&answer["id"], &answer["demo"]), (&json!("province"), &json!(true)));
    assert_eq!(answer["timezone"], "Asia/Ho_Chi_Minh");
    assert_eq!(
        answer["unit"],
        json!({"code": "17", "name": "Tỉnh Hòa Bình", "short_name": "Tỉnh Hòa Bình", "office": {
            "vi": "UBND tỉnh Hòa Bình · Trung tâm điều hành thông minh",
            "en": "People's Committee of Tỉnh Hòa Bình · Smart operation centre"}})
    );
    let panel = &answer["panels"][0];
    assert_eq!(
        (&panel["id"], &panel["kind"], &panel["kpi"]),
        (&json!("on_time"), &json!("kpi"), &json!("on_time_rate"))
    );
    assert_eq!(panel["grid"], json!({"x": 0, "y": 0, "w": 4, "h": 6}));
}

#[tokio::test]
async fn a_board_without_a_unit_is_of_the_top_of_the_tree() {
    for path in ["/api/v1/boards/province", "/api/v1/boards/province?unit="] {
        assert_eq!(world().get(path).await.json()["unit"]["code"], "17", "{path}");
    }
}

#[tokio::test]
async fn an_unknown_board_or_unit_is_not_found() {
    let world = world();
    assert_eq!(world.get("/api/v1/boards/nothing?unit=17").await.problem(), (404, "unknown_board".into()));
    assert_eq!(world.get("/api/v1/boards/province?unit=99").await.problem(), (404, "unknown_unit".into()));
    world.views.send_replace(None);
    assert_eq!(world.get("/api/v1/boards/province?unit=17").await.problem(), (503, "not_ready".into()));
}

#[tokio::test]
async fn while_no_unit_is_known_the_board_of_any_stands_already() {
    let world = world();
    world.views.send_replace(Some(Arc::new(Cube::new(zone(), NOW).view())));
    let answer = world.get("/api/v1/boards/province?unit=17").await.json();
    assert_eq!((&answer["unit"]["code"], &answer["panels"][0]["id"]), (&json!("17"), &json!("on_time")));
    assert_eq!(answer["unit"]["office"]["vi"], "Trung tâm điều hành thông minh");
}
