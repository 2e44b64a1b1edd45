use axum::body::Body;
use axum::http::Request;
use serde_json::json;

use super::super::tests::World;
use crate::http::LiveLimits;

const SQUARE: &str = "[[[105.0,20.0],[106.0,20.0],[106.0,21.0],[105.0,21.0],[105.0,20.0]]]";

fn feature(code: &str) -> String {
    format!(
        r#"{{"type":"Feature","properties":{{"code":"{code}"}},"geometry":{{"type":"Polygon","coordinates":{SQUARE}}}}}"#
    )
}

async fn put(world: &World, features: &[&str]) -> serde_json::Value {
    let features: Vec<String> = features.iter().map(|code| feature(code)).collect();
    let body = format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","));
    let request = Request::put("/api/v1/geometry").header("host", "localhost:8080").body(Body::from(body)).unwrap();
    world.ask(request).await.json()
}

#[tokio::test]
async fn outlines_are_kept_and_drawn_for_the_unit_above_and_another_file_replaces_them() {
    let world = World::new(LiveLimits::default());
    assert_eq!(put(&world, &["158", "999"]).await, json!({"outlines": 2, "unknown": ["999"]}));
    let map = world.get("/api/v1/units/17/geometry").await.json();
    assert_eq!((&map["units"], &map["width"]), (&json!(["158"]), &json!(1000.0)));
    assert!(map["shapes"][0]["path"].as_str().unwrap().starts_with('M'));
    put(&world, &["999"]).await;
    assert_eq!(world.get("/api/v1/units/17/geometry").await.json()["units"], json!([]));
}

#[tokio::test]
async fn h1_only_units_that_may_be_seen_have_a_map_and_a_bad_file_changes_nothing() {
    let world = World::new(LiveLimits::default());
    put(&world, &["158"]).await;
    assert_eq!(world.get("/api/v1/units/99/geometry").await.problem(), (404, "unknown_unit".into()));
    let request = Request::put("/api/v1/geometry").header("host", "localhost:8080").body(Body::from("{}")).unwrap();
    assert_eq!(world.ask(request).await.problem(), (400, "bad_parameter".into()));
    assert_eq!(world.get("/api/v1/units/17/geometry").await.json()["units"], json!(["158"]));
}
