use super::*;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::put;

/// Loads a file into a server that answers like this; what was printed and the exit code.
async fn check(status: StatusCode, answer: &'static str, says: &str, code: ExitCode) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("units.csv");
    std::fs::write(&file, "code,parent,kind,category,name_vi\n").unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().route(
        "/api/v1/units",
        put(async move |body: String| {
            assert!(body.starts_with("code,parent"));
            (status, answer)
        }),
    );
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let command = UnitsCommand::Load { file, successions: None, server: ServerArgs { url, token: None } };
    let mut out = Vec::new();
    let found = run(&command, &mut out).await.unwrap();
    let out = String::from_utf8(out).unwrap();
    assert!(out.contains(says), "{out}");
    assert_eq!(format!("{found:?}"), format!("{code:?}"));
}

#[tokio::test]
async fn a_loaded_list_is_counted() {
    check(StatusCode::OK, r#"{"accepted":3}"#, "units.csv: 3 units loaded", ExitCode::SUCCESS).await;
}

#[tokio::test]
async fn a_refused_list_is_told_line_by_line() {
    let answer = r#"{"code":"units_refused","detail":"1 of 3 units refused",
        "rejections":[{"line":3,"pointer":"/parent","code":"unknown_parent","reason":"parent `9` …"}]}"#;
    let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
    check(unprocessable, answer, "line 3, parent: unknown_parent: parent `9`", ExitCode::FAILURE).await;
    check(unprocessable, answer, "422 (units_refused): 1 of 3 units refused; no unit was loaded", ExitCode::FAILURE)
        .await;
}

/// Loads units and successions into a server that answers the former so; what was printed.
async fn both(units: StatusCode) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        file
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let successions = put(async |body: String| {
        assert!(body.starts_with("old,new"));
        r#"{"accepted":2}"#
    });
    let router = Router::new()
        .route("/api/v1/units", put(async move || (units, r#"{"accepted":3}"#)))
        .route("/api/v1/successions", successions);
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let command = UnitsCommand::Load {
        file: file("units.csv", "code,parent,kind,category,name_vi\n"),
        successions: Some(file("successions.csv", "old,new,share,effective\n")),
        server: ServerArgs { url, token: None },
    };
    let mut out = Vec::new();
    run(&command, &mut out).await.unwrap();
    String::from_utf8(out).unwrap()
}

#[tokio::test]
async fn successions_follow_their_units_and_not_refused_ones() {
    let out = both(StatusCode::OK).await;
    assert!(out.contains("units.csv: 3 units loaded\n"), "{out}");
    assert!(out.contains("successions.csv: 2 successions loaded\n"), "{out}");
    let out = both(StatusCode::UNPROCESSABLE_ENTITY).await;
    assert!(!out.contains("successions.csv"), "{out}");
}
