//! Closing within a scope: a token closes only its own subtree, and official answers tell nobody what isn't theirs.

use reqwest::Method;
use serde_json::{Value, json};

use super::world::{CHILD, MARKS, OWN, SIBLING, Who, World};

const PERIOD: &str = "/api/v1/periods/report/2024-07";

async fn close(world: &World, who: Who, unit: &str) -> (u16, Value) {
    let request = world.ask(who, Method::POST, &format!("{PERIOD}/close")).json(&json!({"unit": unit}));
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn text_of(world: &World, who: Who, path: &str) -> (u16, String) {
    let answer = world.ask(who, Method::GET, path).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test]
async fn h1_a_token_closes_its_subtree_and_official_answers_leak_nothing() {
    let world = World::start().await;
    for unit in ["top", SIBLING] {
        let (status, answer) = close(&world, Who::Operate, unit).await;
        assert_eq!((status, &answer["code"]), (404, &json!("unknown_unit")), "{unit}");
    }
    assert_eq!(close(&world, Who::View, OWN).await.0, 403);
    // Everything is closed from above, then the child by the token of its district: the nearest counts.
    assert_eq!(close(&world, Who::Whole, "top").await.0, 201);
    let (status, own) = close(&world, Who::Operate, CHILD).await;
    assert_eq!((status, &own["official"]["by"]), (201, &json!("Operate")));
    let paths = [OWN, CHILD].map(|unit| {
        let kpis = format!("/api/v1/units/{unit}/kpis?window=2024-07&scheme=report&version=official");
        let form = format!("/api/v1/units/{unit}/forms/ii06a?period=2024-07&rows=unit&version=official");
        [kpis, form, format!("{PERIOD}?unit={unit}"), format!("{PERIOD}/difference?unit={unit}")]
    });
    for path in paths.iter().flatten() {
        let (status, said) = text_of(&world, Who::Operate, path).await;
        assert_eq!(status, 200, "{path}: {said}");
        let leaked: Vec<&&str> = MARKS.iter().filter(|mark| said.contains(**mark)).collect();
        assert!(leaked.is_empty(), "{path}: {leaked:?} in {said}");
    }
    let by = |said: &str| serde_json::from_str::<Value>(said).unwrap()["closed"]["by"].clone();
    assert_eq!(by(&text_of(&world, Who::View, &paths[0][0]).await.1), "Whole");
    assert_eq!(by(&text_of(&world, Who::View, &paths[1][0]).await.1), "Operate");
    let (_, form) = text_of(&world, Who::Whole, &paths[0][1]).await;
    assert_eq!(serde_json::from_str::<Value>(&form).unwrap()["receiver"], "Top Province");
    // Closed figures are those of one perspective.
    let (status, other) = text_of(&world, Who::Whole, &format!("{}&hierarchy=was", paths[0][0])).await;
    assert_eq!((status, other.contains("bad_version")), (400, true), "{other}");
}
