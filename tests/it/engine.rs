//! chDB behind ClickHouse's HTTP interface, as the `clickhouse` crate and plain HTTP see it.

mod inserts;
mod processes;
mod reads;

use clickhouse::{Client, Row, error::Error};
use reqwest::{Response, StatusCode};
use serde::{Deserialize, Serialize};

use crate::support::engine::TestEngine;

#[derive(Debug, Clone, PartialEq, Row, Serialize, Deserialize)]
struct Pair {
    n: u64,
    text: String,
}

const PAIRS: &str = "CREATE TABLE t (n UInt64, text String) ENGINE = MergeTree ORDER BY n";

async fn execute(client: &Client, sql: &str) {
    client.query(sql).execute().await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

async fn number(client: &Client, sql: &str) -> u64 {
    client.query(sql).fetch_one().await.unwrap_or_else(|error| panic!("{sql}: {error}"))
}

/// The words of a refused request.
fn refusal<T>(result: Result<T, Error>) -> String {
    match result.map(|_| "an answer") {
        Err(Error::BadResponse(words)) => words,
        other => panic!("not a refusal: {other:?}"),
    }
}

/// A request as any HTTP client would send it: `query` of the URL, body.
async fn post(engine: &TestEngine, query: &str, body: &'static [u8]) -> Response {
    let url = format!("{}/?{query}", engine.url());
    reqwest::Client::new().post(url).header("X-ClickHouse-Key", engine.key()).body(body).send().await.unwrap()
}

fn code(response: &Response) -> Option<&str> {
    response.headers().get("x-clickhouse-exception-code").map(|code| code.to_str().unwrap())
}

/// Waits, by asking, until no other query runs.
async fn until_idle(client: &Client) {
    let others = "SELECT count() FROM system.processes WHERE query NOT LIKE '%system.processes%'";
    for _ in 0..10_000 {
        if number(client, others).await == 0 {
            return;
        }
    }
    panic!("a query is still running");
}

#[tokio::test]
async fn only_the_key_of_this_start_opens() {
    let engine = TestEngine::start();
    let base = Client::default().with_url(engine.url());
    let query = |client: Client| async move { client.query("SELECT 1").fetch_one::<u8>().await };
    for stranger in
        [base.clone(), base.clone().with_user("default").with_password("x"), base.clone().with_access_token("x")]
    {
        let words = refusal(query(stranger).await);
        assert!(words.contains("Code: 516"), "{words}");
    }
    assert_eq!(query(base.clone().with_access_token(engine.key())).await.unwrap(), 1);
    assert_eq!(query(engine.client()).await.unwrap(), 1);
    let ping = reqwest::get(format!("{}/ping", engine.url())).await.unwrap();
    assert_eq!(ping.text().await.unwrap(), "Ok.\n");
    let elsewhere = reqwest::get(format!("{}/play", engine.url())).await.unwrap();
    assert_eq!(elsewhere.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn what_is_not_supported_is_refused_in_words() {
    let engine = TestEngine::start();
    for (query, expected, word) in [
        ("decompress=1&query=INSERT+INTO+t+FORMAT+CSV", "48", "compression"),
        ("compress=1", "48", "compression"),
        ("session_id=a&session_check=1", "372", "no session a"),
        ("nope=1", "115", "nope"),
        ("a%20b=1", "115", "a b"),
    ] {
        let response = post(&engine, query, b"SELECT 1").await;
        assert_eq!(code(&response), Some(expected), "{query}");
        let words = response.text().await.unwrap();
        assert!(words.contains(word), "{query}: {words}");
    }
}

#[tokio::test]
async fn several_statements_are_refused_and_none_is_run() {
    let engine = TestEngine::start();
    let client = engine.database("several").await;
    execute(&client, PAIRS).await;
    for (sql, code) in [
        ("SELECT 1; SELECT 2", "Code: 62"),
        ("INSERT INTO t VALUES (1, 'a'); DROP TABLE t", "Code: 62"),
        // The parser takes what follows for another row.
        ("INSERT INTO t VALUES (1, 'a')\n\nDROP TABLE t", "Code: 27"),
        ("INSERT INTO t VALUES (1, 'a'); DROP TABLE t; nonsense", "Code: 62"),
        ("TRUNCATE TABLE t; DROP TABLE t", "Code: 62"),
    ] {
        let words = refusal(client.query(sql).execute().await);
        assert!(words.contains(code), "{sql}: {words}");
    }
    assert_eq!(number(&client, "SELECT count() FROM t").await, 0);
    execute(&client, "INSERT INTO t VALUES (1, 'a\n\nb'), (2, '');").await;
    assert_eq!(number(&client, "SELECT count() FROM t").await, 2);
}

#[tokio::test]
async fn settings_and_databases_hold_for_one_request() {
    let engine = TestEngine::start();
    let client = engine.database("settings").await;
    let rows =
        client.clone().with_setting("max_result_rows", "10").query("SELECT number FROM numbers(11)").fetch_all::<u64>();
    assert!(refusal(rows.await).contains("Code: 396"));
    assert_eq!(client.query("SELECT number FROM numbers(11)").fetch_all::<u64>().await.unwrap().len(), 11);
    execute(&client, "SET max_result_rows = 10").await;
    assert_eq!(client.query("SELECT number FROM numbers(11)").fetch_all::<u64>().await.unwrap().len(), 11);
    let quoted = client.clone().with_setting("format_csv_delimiter", "'");
    assert_eq!(quoted.query("SELECT getSetting('format_csv_delimiter')").fetch_one::<String>().await.unwrap(), "'");
    let database = "SELECT currentDatabase()";
    assert_eq!(client.query(database).fetch_one::<String>().await.unwrap(), "settings");
    assert_eq!(engine.client().query(database).fetch_one::<String>().await.unwrap(), "default");
    let readonly = client.clone().with_setting("readonly", "1");
    assert!(refusal(readonly.query("CREATE TABLE x (a UInt8) ENGINE = Memory").execute().await).contains("Code: 164"));
}
