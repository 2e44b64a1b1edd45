//! Taking an import back: what only it brought counts no more, what else is known stays and is named, and a corrected file
//! comes back only where it counts as it alone would.

use std::fs;
use std::process::{Command, Output};

use reqwest::Method;
use serde_json::{Value, json};

use crate::guards::world::{OWN, Who, World};
use crate::support::engine::OPCENTRE;
use crate::support::server::Server;

const NOW: &str = "2024-08-02T08:00:00+07:00";
const UNITS: &str = "code,parent,kind,category,name_vi\n17,,province,tỉnh,Hòa Bình\n148,17,district,huyện,Hòa Bình\n";
const MAPPING: &str = "type = \"dossier\"\nsource = \"motcua\"\n[fields]\nid = \"id\"\nunit = \"unit\"\n\
    received_at = \"received\"\nfinished_at = \"finished\"\ndue_at = \"due\"\n\
    at = { latest = [\"received_at\", \"finished_at\"] }\n\
    status = { column = \"status\", map = { Xong = \"done\", \"Chờ\" = \"processing\" } }\n";
const HEADER: &str = "id,unit,received,finished,due,status\n";

struct Desk {
    folder: tempfile::TempDir,
    server: Server,
}

impl Desk {
    async fn start() -> Desk {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(&folder.path().join("data"), &["--now", NOW]).await;
        server.put_units(UNITS).await;
        Desk { folder, server }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    /// Imports a table; the exit code and what was printed.
    fn import(&self, name: &str, mapping: &str, table: &str, further: &[&str]) -> (Option<i32>, String) {
        fs::write(self.path(name), table).unwrap();
        fs::write(self.path("map.toml"), mapping).unwrap();
        let map = self.path("map.toml");
        let file = self.path(name);
        told(&self.run(&[&[file.to_str().unwrap(), "--mapping", map.to_str().unwrap()], further].concat()))
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(OPCENTRE).arg("import").args(arguments).args(["--url", &self.server.url]).output().unwrap()
    }

    async fn measures(&self, names: &[&str]) -> Vec<i64> {
        let figures = self.server.kpis("17", "2024-07").await;
        names.iter().map(|name| figures["measures"][name].as_i64().unwrap()).collect()
    }

    /// Sends records from elsewhere.
    async fn send(&self, records: &[Value]) {
        let body = records.iter().map(|record| format!("{record}\n")).collect();
        let (status, answer) = self.server.post("motcua", body).await.unwrap();
        assert_eq!(status, 202, "{answer}");
        self.server.reach("17", answer["seq"].as_u64().unwrap()).await;
    }

    /// Waits until everything that was journalled is in the figures; their sequence.
    async fn settled(&self) -> Value {
        let (status, answer) = self.server.get("/api/v1/unresolved").await;
        assert_eq!(status, 200, "{answer}");
        answer["seq"].clone()
    }
}

fn told(output: &Output) -> (Option<i32>, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout) + &text(&output.stderr))
}

fn row(id: &str, unit: &str, finished: &str, status: &str) -> String {
    format!("{id},{unit},2024-07-01T08:00:00,{finished},2024-07-10,{status}\n")
}

const MEASURES: [&str; 5] = ["received", "resolved_early", "resolved_late", "in_progress", "ratings"];

#[tokio::test]
async fn an_import_is_taken_back_but_for_what_is_known_from_elsewhere_and_comes_back_corrected() {
    let desk = Desk::start().await;
    desk.send(&[
        json!({"type": "dossier", "id": "live", "unit": "148", "at": "2024-07-01T08:00:00+07:00", "status": "processing"}),
    ])
    .await;
    let before = desk.measures(&MEASURES).await;
    assert_eq!(before, [1, 0, 0, 1, 0]);
    // The wrong file: `b` in a wrong unit, `c` still waiting, `live` known before.
    let wrong = [
        HEADER.to_owned(),
        row("a", "148", "2024-07-05T16:00:00", "Xong"),
        row("b", "17", "2024-07-05T16:00:00", "Xong"),
        row("c", "148", "", "Chờ"),
        row("live", "148", "2024-07-20T08:00:00", "Xong"),
    ]
    .concat();
    let (code, out) = desk.import("wrong.csv", MAPPING, &wrong, &[]);
    assert_eq!(code, Some(0), "{out}");
    assert!(out.contains("import 1; to take it back: opcentre import undo 1"), "{out}");
    desk.settled().await;
    assert_eq!(desk.measures(&MEASURES).await, [4, 2, 1, 1, 0]);
    let (_, listed) = told(&desk.run(&["batches"]));
    assert!(listed.contains("1\tmotcua\twrong.csv\t") && listed.contains("4 rows, 4 accepted\tsent\t"), "{listed}");

    let (code, out) = told(&desk.run(&["undo", "1", "--dry-run"]));
    assert_eq!(code, Some(1), "{out}");
    desk.settled().await;
    assert_eq!(desk.measures(&MEASURES).await, [4, 2, 1, 1, 0], "a dry run changes nothing");
    let (code, out) = told(&desk.run(&["undo", "1"]));
    assert_eq!(code, Some(1), "{out}");
    assert!(out.contains("4 dossiers: 3 taken out of all figures, 0 were already, 1 stay"), "{out}");
    assert!(out.contains("live stays: also known from other sending, 1 records"), "{out}");
    desk.server.verified().await;
    assert_eq!(desk.measures(&MEASURES).await, [1, 0, 1, 0, 0]);
    let (_, dossier) = desk.server.get("/api/v1/dossiers/motcua/a").await;
    assert_eq!(dossier["registers"]["void"]["value"], "import 1 undone");
    // It can be done again, and nothing can be added to what was taken back.
    let seq = desk.settled().await;
    let (code, out) = told(&desk.run(&["undo", "1"]));
    assert_eq!(code, Some(1), "{out}");
    assert!(out.contains("4 dossiers: 0 taken out of all figures, 3 were already, 1 stay"), "{out}");
    assert_eq!(desk.settled().await, seq, "nothing was written");
    let (status, answer) = desk.server.post_to("/api/v1/events?source=motcua&batch=1", String::new()).await;
    assert_eq!((status, &answer["code"]), (409, &json!("import_undone")));
    // Whoever sends something for such a dossier hears that it counts nowhere.
    let late =
        json!({"type": "dossier", "id": "a", "unit": "148", "at": "2024-07-30T08:00:00+07:00", "status": "delivered"});
    let (status, answer) = desk.server.post_to("/api/v1/events?source=motcua&dry_run=true", late.to_string()).await;
    assert_eq!((status, &answer["void"]), (200, &json!({"records": 1, "dossiers": 1, "ids": ["a"]})));

    // The numbers, and what they stand for, outlive the process.
    let Desk { folder, server } = desk;
    assert_eq!(server.stop(), Some(0));
    let server = Server::start(&folder.path().join("data"), &["--now", NOW]).await;
    let desk = Desk { folder, server };
    assert!(told(&desk.run(&["batches"])).1.contains("4 rows, 4 accepted\tundone 2024-08-02"));
    comes_back_corrected(&desk).await;
}

/// The corrected file, after its first form was taken back.
async fn comes_back_corrected(desk: &Desk) {
    // Without more: the rows of void dossiers are told, loudly.
    let right = [
        HEADER.to_owned(),
        row("a", "148", "2024-07-05T16:00:00", "Xong"),
        row("b", "148", "2024-07-06T16:00:00", "Xong"),
        row("c", "148", "2024-07-20T16:00:00", "Xong"),
        row("d", "148", "2024-07-20T16:00:00", "Xong"),
    ]
    .concat();
    let (code, out) = desk.import("right.csv", MAPPING, &right, &[]);
    assert_eq!(code, Some(1), "{out}");
    assert!(
        out.contains("NOT COUNTED: 3 accepted rows are of 3 dossiers that are void, in no figure:\n  a, b, c\n"),
        "{out}"
    );
    desk.settled().await;
    assert_eq!(desk.measures(&MEASURES).await, [2, 0, 2, 0, 0]);
    let (code, out) = desk.import("right.csv", MAPPING, &right, &["--revive"]);
    assert!(out.contains("the same file was imported before, as import 2"), "{out}");
    assert!(out.contains("2 dossiers count again"), "{out}");
    // As it was first, `b` was in the other unit, which can't be taken out again: it isn't let back with a wrong place.
    assert!(out.contains("b stays void: what was taken back would still show in unit"), "{out}");
    assert!(
        out.contains("NOT COUNTED: 1 accepted rows are of 1 dossiers that are void, in no figure:\n  b\n"),
        "{out}"
    );
    assert_eq!(code, Some(1), "{out}");
    desk.server.verified().await;
    assert_eq!(desk.measures(&MEASURES).await, [4, 1, 3, 0, 0]);
    // What two imports brought goes only when both are taken back.
    let (code, out) = told(&desk.run(&["undo", "3"]));
    assert!(out.contains("a stays: also known from import 2, 1 records"), "{out}");
    assert_eq!(code, Some(1), "{out}");
    let (code, out) = told(&desk.run(&["undo", "2"]));
    assert_eq!(code, Some(0), "{out}");
    assert!(out.contains("4 dossiers: 3 taken out of all figures, 1 were already, 0 stay"), "{out}");
    desk.settled().await;
    assert_eq!(desk.measures(&MEASURES).await, [1, 0, 1, 0, 0]);
}

#[tokio::test]
async fn ratings_and_indicators_of_an_import_are_cleared() {
    let desk = Desk::start().await;
    let rating =
        |id: &str| json!({"type": "rating", "id": id, "unit": "148", "at": "2024-07-03T08:00:00+07:00", "score": 5});
    desk.send(&[rating("known")]).await;
    let mapping = "type = \"rating\"\nsource = \"motcua\"\n[fields]\nid = \"id\"\nunit = \"unit\"\nat = \"at\"\nscore = \"score\"\n";
    let table = "id,unit,at,score\nnew,148,2024-07-03T23:59:59.999,4\nknown,148,2024-07-04T08:00:00,1\n";
    let (code, out) = desk.import("ratings.csv", mapping, table, &[]);
    assert_eq!(code, Some(0), "{out}");
    let mapping = "type = \"indicator\"\nsource = \"motcua\"\n[fields]\ncode = \"code\"\nunit = \"unit\"\nperiod = \"period\"\n\
        at = \"at\"\nnumerator = \"num\"\ndenominator = \"den\"\n";
    let table = "code,unit,period,at,num,den\ndossiers.digitised,148,2024-H1,2024-07-03T08:00:00,3,4\n";
    let (code, out) = desk.import("indicators.csv", mapping, table, &[]);
    assert_eq!(code, Some(0), "{out}");
    desk.settled().await;
    assert_eq!(desk.measures(&["ratings", "ratings_satisfied"]).await, [2, 1]);
    let reports = async || {
        let (_, answer) = desk.server.get("/api/v1/units/148/indicators?period=2024-H1").await;
        answer["indicators"].as_array().unwrap().iter().filter(|row| !row["num"].is_null()).count()
    };
    assert_eq!(reports().await, 1);
    let (code, out) = told(&desk.run(&["undo", "1"]));
    assert_eq!(code, Some(1), "{out}");
    assert!(out.contains("2 ratings: 1 taken out of all figures, 0 were already, 1 stay\n  known stays: "), "{out}");
    let (code, out) = told(&desk.run(&["undo", "2"]));
    assert_eq!(code, Some(0), "{out}");
    assert!(out.contains("1 indicators: 1 taken out of all figures, 0 were already, 0 stay"), "{out}");
    desk.server.verified().await;
    assert_eq!(desk.measures(&["ratings", "ratings_satisfied"]).await, [1, 0]);
    assert_eq!(reports().await, 0);
    let (code, out) = told(&desk.run(&["undo", "2"]));
    assert_eq!(code, Some(0), "{out}");
    assert!(out.contains("1 indicators: 0 taken out of all figures, 1 were already, 0 stay"), "{out}");
}

#[tokio::test]
async fn what_comes_while_an_import_is_taken_back_counts_or_its_sender_is_told() {
    let desk = Desk::start().await;
    let ids: Vec<String> = (0..150).map(|number| format!("n{number}")).collect();
    let rows: String = ids.iter().map(|id| row(id, "148", "", "Chờ")).collect();
    let (code, out) = desk.import("many.csv", MAPPING, &format!("{HEADER}{rows}"), &[]);
    assert_eq!(code, Some(0), "{out}");
    let send = async |ids: &[String]| {
        let mut told = Vec::new();
        for id in ids {
            let at = "2024-07-20T08:00:00+07:00";
            let record = json!({"type": "dossier", "id": id, "unit": "148", "at": at, "status": "done"});
            let (status, answer) = desk.server.post("motcua", record.to_string()).await.unwrap();
            assert_eq!(status, 202, "{answer}");
            told.push(answer["void"]["records"] == 1);
        }
        told
    };
    let undo = async { desk.server.post_to("/api/v1/imports/1/undo", String::new()).await };
    let (during, after) = ids.split_at(100);
    let (mut told, (status, undone)) = tokio::join!(send(during), undo);
    assert_eq!(status, 200, "{undone}");
    told.extend(send(after).await);
    desk.settled().await;
    let mut void = Vec::new();
    for id in &ids {
        let (_, dossier) = desk.server.get(&format!("/api/v1/dossiers/motcua/{id}?provenance=false")).await;
        void.push(dossier["derived"]["void"] == true);
    }
    let untold: Vec<&String> =
        (0..).zip(&ids).filter(|(place, _)| void[*place] && !told[*place]).map(|(_, id)| id).collect();
    assert!(untold.is_empty(), "{untold:?}");
    assert!(void[100..].iter().all(|void| *void), "what comes afterwards counts nowhere");
    let kept = void.iter().filter(|void| !**void).count() as u64;
    assert_eq!((undone["dossiers"]["kept"].as_u64(), undone["complete"].as_bool()), (Some(kept), Some(kept == 0)));
}

#[tokio::test]
async fn h1_an_import_is_taken_back_by_who_may_send_its_source_and_by_nobody_else() {
    let world = World::start().await;
    let body = |source: &str| json!({"source": source, "file": "a.csv", "sha256": "0".repeat(64)});
    let begin = async |who: Who, source: &str| {
        let answer = world.ask(who, Method::POST, "/api/v1/imports").json(&body(source)).send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    assert_eq!(begin(Who::Ingest, "own-source").await.1["id"], 1);
    assert_eq!(begin(Who::Ingest, "foreign-source").await.0, 403);
    assert_eq!(begin(Who::Whole, "foreign-source").await.1["id"], 2);
    assert_eq!(begin(Who::View, "own-source").await.0, 403);
    let listed = async |who: Who| {
        let answer = world.ask(who, Method::GET, "/api/v1/imports").send().await.unwrap();
        let list: Value = answer.json().await.unwrap();
        list["imports"].as_array().unwrap().iter().map(|row| row["id"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!((listed(Who::Ingest).await, listed(Who::Whole).await), (vec![1], vec![2, 1]));
    let undo = async |who: Who, id: u64| {
        let path = format!("/api/v1/imports/{id}/undo");
        world.ask(who, Method::POST, &path).send().await.unwrap().status().as_u16()
    };
    assert_eq!((undo(Who::Ingest, 2).await, undo(Who::View, 1).await, undo(Who::Ingest, 9).await), (404, 403, 404));
    assert_eq!((undo(Who::Ingest, 1).await, undo(Who::Whole, 2).await), (200, 200));
    let line = json!({"type": "dossier", "id": "m", "unit": OWN, "at": "2024-07-01T08:00:00+07:00"}).to_string();
    let send = async |source: &str, batch: u64| {
        let path = format!("/api/v1/events?source={source}&batch={batch}");
        let request = world.ask(Who::Whole, Method::POST, &path).header("content-type", "application/x-ndjson");
        request.body(line.clone()).send().await.unwrap().status().as_u16()
    };
    assert_eq!(
        (send("own-source", 1).await, send("own-source", 2).await, send("own-source", 7).await),
        (409, 400, 404)
    );
}
