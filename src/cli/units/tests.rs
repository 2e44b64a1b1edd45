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
    let command = UnitsCommand::Load { file, server: ServerArgs { url, token: None } };
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
