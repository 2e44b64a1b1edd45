use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode as Status;
use axum::routing::post;

use super::*;
use crate::ingest::{Context, Limits, read_batch};
use crate::model::Text;

const MAPPING: &str = "type = \"rating\"\nsource = \"kiosk 1\"\n[fields]\nid = \"no\"\nunit = \"office\"\n\
    at = { column = \"when\", format = \"%d/%m/%Y %H:%M\" }\nscore = { column = \"mark\", map = { good = 5, bad = 1 } }\n";
const NOW: Instant = Instant(1_722_560_400_000);
const QUICK: Retry = Retry { attempts_max: 3, wait_ms: 1, wait_ms_max: 2 };

/// What reached the server: query and number of lines of every request; it is busy for the first ones.
#[derive(Default)]
struct Seen {
    busy: usize,
    requests: Vec<(String, usize)>,
}

/// Reads bodies as the server does and lists 2 rejections at most.
async fn events(State(seen): State<Arc<Mutex<Seen>>>, RawQuery(query): RawQuery, body: Bytes) -> (Status, String) {
    let mut seen = seen.lock().unwrap();
    if seen.busy > 0 {
        seen.busy -= 1;
        return (Status::SERVICE_UNAVAILABLE, String::new());
    }
    let zone = Zone::named("Asia/Ho_Chi_Minh").unwrap();
    let limits = Limits { rejections_max: 2, ..Limits::default() };
    let context = Context { source: Text::new("kiosk 1"), now: NOW, zone, limits };
    let batch = read_batch(&body, Some("application/x-ndjson"), None, &context).unwrap();
    seen.requests.push((query.unwrap_or_default(), batch.received));
    let answer = serde_json::json!({ "received": batch.received, "accepted": batch.records.len(),
        "rejected": batch.rejected, "rejections": batch.rejections });
    (if batch.records.is_empty() { Status::UNPROCESSABLE_ENTITY } else { Status::ACCEPTED }, answer.to_string())
}

struct World {
    folder: tempfile::TempDir,
    seen: Arc<Mutex<Seen>>,
    args: ImportArgs,
}

async fn world(mapping: &str, table: &str, busy: usize) -> World {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("map.toml"), mapping).unwrap();
    std::fs::write(path("table.csv"), table).unwrap();
    let seen = Arc::new(Mutex::new(Seen { busy, requests: Vec::new() }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let begun = || async { (Status::CREATED, r#"{"id": 7, "same_file": [3]}"#) };
    let router = Router::new().route("/api/v1/events", post(events)).route("/api/v1/imports", post(begun));
    let router = router.with_state(Arc::clone(&seen));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let args = ImportArgs {
        action: None,
        file: Some(path("table.csv")),
        mapping: Some(path("map.toml")),
        suggest: false,
        out: None,
        source: None,
        dry_run: false,
        backfill: false,
        revive: false,
        rejects: Some(path("rejects.csv")),
        timezone: "Asia/Ho_Chi_Minh".to_owned(),
        server: ServerArgs { url, token: None },
    };
    World { folder, seen, args }
}

impl World {
    /// Imports; what was printed and the exit code, as text.
    async fn import(&self) -> anyhow::Result<(String, String)> {
        let mut out = Vec::new();
        let code = run_with(&self.args, NOW, &mut out, QUICK).await?;
        Ok((String::from_utf8(out).unwrap(), format!("{code:?}")))
    }
}

fn exit(code: u8) -> String {
    format!("{:?}", ExitCode::from(code))
}

#[tokio::test]
async fn every_row_is_sent_and_counted() {
    let world = world(MAPPING, "no,office,when,mark\n1,17,01/08/2024 08:00,good\n2,17,01/08/2024 08:01,\n", 2).await;
    let (out, code) = world.import().await.unwrap();
    let told = "the same file was imported before, as import 3\n\
        import 7; to take it back: opcentre import undo 7\n2 rows of source kiosk 1: 2 accepted, 0 refused\n";
    assert_eq!((out.as_str(), code), (told, exit(0)));
    assert_eq!(world.seen.lock().unwrap().requests, [("source=kiosk+1&batch=7".to_owned(), 2)]);
}

#[tokio::test]
async fn i2_every_refused_row_is_told_with_row_column_code_and_reason() {
    let table = "no,office,when,mark\n1,17,01/08/2024 08:00,good\n2,17,yesterday,good\n3,17,01/08/2030 08:00,bad\n\
                 4,,01/08/2024 08:00,bad\n5,17,01/08/2024 08:00,fair\n6,17\n,17,01/08/2024 08:00,bad\n";
    let world = world(MAPPING, table, 0).await;
    let (out, code) = world.import().await.unwrap();
    assert_eq!(code, exit(1));
    assert!(out.ends_with("7 rows of source kiosk 1: 1 accepted, 6 refused\n"), "{out}");
    assert!(out.contains("row 4, when: out_of_range: `2030-08-01T01:00:00.000Z` is not between"), "{out}");
    let written = std::fs::read_to_string(world.folder.path().join("rejects.csv")).unwrap();
    let mut rows: Vec<Vec<&str>> = written.lines().map(|line| line.split(',').take(3).collect()).collect();
    rows.sort();
    let expected = [
        ["3", "when", "bad_instant"],
        ["4", "when", "out_of_range"],
        ["5", "office", "missing_field"],
        ["6", "mark", "unmapped_value"],
        ["7", "", "ragged_row"],
        ["8", "no", "missing_field"],
        ["row", "column", "code"],
    ];
    assert_eq!(rows, expected);
    // The server lists two rejections at a time; the rest is asked for without storing.
    let requests = world.seen.lock().unwrap().requests.clone();
    assert_eq!(requests, [("source=kiosk+1&batch=7".to_owned(), 4), ("source=kiosk+1&dry_run=true".to_owned(), 1)]);
}

#[tokio::test]
async fn old_data_is_said_to_be_such_and_its_end_is_told() {
    let mut world = world(MAPPING, "no,office,when,mark\n1,17,01/08/2024 08:00,good\n", 1).await;
    world.args.backfill = true;
    assert_eq!(world.import().await.unwrap().1, exit(0));
    let told = [("source=kiosk+1&backfill=true&batch=7".to_owned(), 1), ("source=kiosk+1&backfill=done".to_owned(), 0)];
    assert_eq!(world.seen.lock().unwrap().requests, told);
}

#[tokio::test]
async fn a_dry_run_says_that_nothing_was_stored() {
    let mut world = world(MAPPING, "no,office,when,mark\n1,17,01/08/2024 08:00,good\n", 0).await;
    world.args.dry_run = true;
    let (out, _) = world.import().await.unwrap();
    assert!(out.contains("nothing was stored"), "{out}");
    assert_eq!(world.seen.lock().unwrap().requests[0].0, "source=kiosk+1&dry_run=true");
}

#[tokio::test]
async fn a_mapping_that_does_not_fit_is_wrong_usage() {
    let (out, code) = world(MAPPING, "no,office,when\n", 0).await.import().await.unwrap();
    assert_eq!(code, exit(2));
    assert!(out.contains("map.toml: fields.score: the table has no column `mark`; it has no, office, when"), "{out}");
    let (out, code) = world(&MAPPING.replace("score", "scroe"), "no\n", 0).await.import().await.unwrap();
    assert_eq!(code, exit(2));
    assert!(out.contains("map.toml: fields.scroe"), "{out}");
}

#[tokio::test]
async fn a_server_that_stays_away_ends_the_import_with_an_error() {
    let world = world(MAPPING, "no,office,when,mark\n1,17,01/08/2024 08:00,good\n", 9).await;
    let error = world.import().await.unwrap_err().to_string();
    assert_eq!(error, "the server answered 503: no reason given; given up after 3 attempts");
}

#[tokio::test]
async fn p2_a_long_table_goes_in_bounded_requests() {
    let rows = (0..BATCH_LINES_MAX + 1).map(|no| format!("{no},17,01/08/2024 08:00,good\n"));
    let world = world(MAPPING, &format!("no,office,when,mark\n{}", rows.collect::<String>()), 0).await;
    world.import().await.unwrap();
    let sizes: Vec<usize> = world.seen.lock().unwrap().requests.iter().map(|(_, lines)| *lines).collect();
    assert_eq!(sizes, [BATCH_LINES_MAX, 1]);
}
