//! What integrators build on, against a real server with its real engine: the schema, the guide, the examples of
//! senders, and old data.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::support::server::Server;

const NOW: &str = "2024-08-02T08:00:00+07:00";
const UNITS: &str = "code,parent,kind,category,name_vi\n17,,province,tỉnh,Hòa Bình\n148,17,district,huyện,Đà Bắc\n";
/// The examples send so few lines at once, so that the lines below are more than one batch.
const BATCH: &str = "40";
const GOOD: usize = 100;

/// A file of a hundred good lines, with a bad one in the second batch.
fn records(folder: &Path) -> PathBuf {
    let mut lines: Vec<String> = (0..GOOD)
        .map(|number| {
            json!({"type": "dossier", "id": format!("HS-{number}"), "unit": "148", "at": "2024-08-01T08:00:00+07:00",
                "status": "processing", "received_at": "2024-08-01T08:00:00+07:00", "field": "Đất đai"})
            .to_string()
        })
        .collect();
    lines.insert(50, r#"{"type":"dossier","id":"bad","unit":"148","at":"yesterday"}"#.to_owned());
    let file = folder.join("records.ndjson");
    fs::write(&file, lines.join("\n") + "\n").unwrap();
    file
}

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("dashboards/guide/examples").join(name)
}

async fn run(mut command: Command, url: &str, query: &str) -> Output {
    command.env("OPCENTRE_URL", url).env("OPCENTRE_QUERY", query).env("OPCENTRE_BATCH", BATCH);
    tokio::task::spawn_blocking(move || command.output().unwrap_or_else(|error| panic!("{command:?}: {error}")))
        .await
        .unwrap()
}

/// An example sends the file: it takes the good lines, names the bad one by its line in the file, and says so by its
/// exit code; without the bad line it ends well. Nobody at the address is a failure, not a success.
async fn sends(name: &str, command: impl Fn() -> Command) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder.path().join("data"), &["--now", NOW]).await;
    server.put_units(UNITS).await;
    let file = records(folder.path());
    let with = |path: &Path| {
        let mut command = command();
        command.arg(path);
        command
    };
    let output = run(with(&file), &server.url, &format!("source={name}")).await;
    let (said, faults) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(1), "{said}\n{faults}");
    assert!(said.contains("line 51: bad_instant /at: "), "{said}\n{faults}");
    assert!(
        said.contains("40 received, 39 accepted, 1 rejected") && said.contains("21 received, 21 accepted"),
        "{said}"
    );
    server.until("/api/v1/units/148/kpis?window=2024-08", |kpis| kpis["measures"]["received"] == GOOD).await;
    // Again, without the bad line: nothing counts twice.
    let good = folder.path().join("good.ndjson");
    let lines: Vec<String> = fs::read_to_string(&file)
        .unwrap()
        .lines()
        .filter(|line| !line.contains("yesterday"))
        .map(str::to_owned)
        .collect();
    fs::write(&good, lines.join("\n") + "\n").unwrap();
    let output = run(with(&good), &server.url, &format!("source={name}")).await;
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let (status, answer) = server.get(&format!("/api/v1/dossiers/{name}/HS-99")).await;
    assert_eq!((status, &answer["unit"]["unit"]), (200, &json!("148")), "{answer}");
    assert_eq!(server.kpis("148", "2024-08").await["measures"]["received"], GOOD);
    // A file of nothing but bad lines is a refusal of the whole, told line by line.
    fs::write(&good, "{\"type\":\"dossier\"}\n").unwrap();
    let output = run(with(&good), &server.url, "").await;
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("line 1: missing_field /id"), "{output:?}");
    let output = run(with(&good), &server.url, "no_such=1").await;
    assert_eq!(output.status.code(), Some(1), "a wrong parameter: {output:?}");
    assert_eq!(run(command(), &server.url, "").await.status.code(), Some(2), "without a file");
}

#[tokio::test]
async fn the_example_in_curl_sends() {
    sends("curl", || Command::new(example("send.sh"))).await;
}

#[tokio::test]
async fn the_example_in_python_sends() {
    let command = || {
        let mut command = Command::new("python3");
        command.arg(example("send.py"));
        command
    };
    sends("python", command).await;
}

/// Whether a program is there; if not, the test says that it skips.
fn is_there(program: &str, of: &str) -> bool {
    let there = Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success());
    if !there {
        println!("SKIPPED: {program} is not on this machine, so the example in {of} was not run");
    }
    there
}

#[tokio::test]
async fn the_example_in_java_sends() {
    if is_there("javac", "Java") {
        let command = || {
            let mut command = Command::new("java");
            command.arg(example("Send.java"));
            command
        };
        sends("java", command).await;
    }
}

/// Runs a tool that must succeed.
fn built(tool: &str, arguments: &[&str]) {
    let output = Command::new(tool).args(arguments).output().unwrap_or_else(|error| panic!("{tool}: {error}"));
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{tool}: {}", String::from_utf8_lossy(&said));
}

/// The example in C#, compiled by Mono in a folder, in the language's version that .NET Framework 4.8 has, without warnings.
fn by_mono(folder: &Path) -> PathBuf {
    let program = folder.join("Send.exe");
    let references = ["-r:System.Net.Http", "-r:System.Runtime.Serialization"];
    let (out, source) = (format!("-out:{}", program.display()), example("Send.cs"));
    built("mcs", &[&references[..], &["-langversion:7", "-warnaserror", &out, source.to_str().unwrap()][..]].concat());
    program
}

#[tokio::test]
async fn the_example_in_csharp_sends() {
    if is_there("mcs", "C#") {
        let folder = tempfile::tempdir().unwrap();
        let program = by_mono(folder.path());
        let command = || {
            let mut command = Command::new("mono");
            command.arg(&program);
            command
        };
        sends("csharp", command).await;
    }
}

#[tokio::test]
async fn the_example_in_csharp_sends_by_dotnet() {
    if is_there("dotnet", "C#, by .NET,") {
        let folder = tempfile::tempdir().unwrap();
        let project = folder.path().join("send");
        let place = project.to_str().unwrap();
        built("dotnet", &["new", "console", "-o", place]);
        fs::copy(example("Send.cs"), project.join("Program.cs")).unwrap();
        built("dotnet", &["build", place, "-o", &format!("{place}/out")]);
        let command = || {
            let mut command = Command::new("dotnet");
            command.arg(project.join("out/send.dll"));
            command
        };
        sends("csharp", command).await;
    }
}

/// A server that is too busy twice, once it names a time, then takes what comes.
async fn busy_twice() -> (String, tokio::task::JoinHandle<Vec<Vec<u8>>>) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answers = [
        ("429 Too Many Requests", "Retry-After: 1\r\n", "{}"),
        ("503 Service Unavailable", "Retry-After: 0\r\n", "{}"),
        ("202 Accepted", "", r#"{"received":1,"accepted":1,"rejected":0,"rejections":[],"seq":1,"node":"n"}"#),
    ];
    let served = tokio::spawn(async move {
        let mut bodies = Vec::new();
        for (status, head, body) in answers {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            let whole = |request: &[u8]| {
                let end = request.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
                let head = String::from_utf8_lossy(&request[..end]).to_lowercase();
                let length: usize =
                    head.lines().find_map(|line| line.strip_prefix("content-length:"))?.trim().parse().unwrap();
                (request.len() >= end + length).then(|| request[end..].to_vec())
            };
            let sent = loop {
                socket.read_buf(&mut request).await.unwrap();
                if let Some(body) = whole(&request) {
                    break body;
                }
            };
            bodies.push(sent);
            let answer =
                format!("HTTP/1.1 {status}\r\n{head}Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
            socket.write_all(answer.as_bytes()).await.unwrap();
            socket.shutdown().await.unwrap();
        }
        bodies
    });
    (url, served)
}

#[tokio::test]
async fn the_examples_send_the_same_batch_again_after_429_and_503() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("one.ndjson");
    fs::write(&file, "{\"type\":\"dossier\"}\n").unwrap();
    let mut senders = vec![("bash", example("send.sh")), ("python3", example("send.py"))];
    senders.extend(is_there("javac", "Java").then(|| ("java", example("Send.java"))));
    senders.extend(is_there("mcs", "C#").then(|| ("mono", by_mono(folder.path()))));
    for (program, name) in senders {
        let (url, served) = busy_twice().await;
        let mut command = Command::new(program);
        command.arg(&name).arg(&file);
        let output = run(command, &url, "").await;
        assert_eq!(output.status.code(), Some(0), "{program}: {output:?}");
        let bodies = served.await.unwrap();
        let unpacked = bodies.iter().map(|body| {
            let mut text = String::new();
            std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(body.as_slice()), &mut text).unwrap();
            text
        });
        assert_eq!(unpacked.collect::<Vec<_>>(), ["{\"type\":\"dossier\"}\n"; 3], "{program}");
    }
}

#[tokio::test]
async fn schema_and_guide_are_served_to_anybody() {
    let folder = tempfile::tempdir().unwrap();
    // Who may see nothing else hears them all the same, also before there are figures.
    let server = Server::spawn(folder.path(), &["--now", NOW, "--auth-mode", "required"]);
    let (status, schema) = server.get("/api/schemas/records.json").await;
    assert_eq!(status, 200);
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let fixture = include_str!("../fixtures/section0.ndjson");
    for line in fixture.lines() {
        let record: Value = serde_json::from_str(line).unwrap();
        assert!(validator.is_valid(&record), "{line}");
    }
    assert!(!validator.is_valid(&json!({"type": "dossier", "id": "1", "unit": "17"})));
    for lang in ["vi", "en"] {
        let page = server.text(&format!("/guide/{lang}")).await;
        assert!(page.contains(&format!("<html lang=\"{lang}\">")) && page.contains("unknown_outcome"), "{page}");
        // Every address of this server that the page names is there; the desk may wait for units, the icon is built.
        for place in page.split("href=\"/").skip(1).filter_map(|rest| rest.split('"').next()) {
            let answer = reqwest::get(format!("{}/{place}", server.url)).await.unwrap();
            assert!(
                answer.status().is_success() || ["ops", "assets/"].iter().any(|start| place.starts_with(start)),
                "/{place}: {}",
                answer.status()
            );
        }
    }
    for name in ["send.sh", "send.py", "Send.java", "Send.cs"] {
        assert_eq!(server.text(&format!("/guide/examples/{name}")).await, fs::read_to_string(example(name)).unwrap());
    }
    for path in ["/guide/fr", "/guide/examples/other"] {
        assert_eq!(server.get(path).await.0, 404, "{path}");
    }
}

/// The next frame of a screen in which a tile has, or has no, mark.
async fn until_tiles(
    screen: &mut (impl StreamExt<Item = Result<Message, tokio_tungstenite::tungstenite::Error>> + Unpin),
    is_marked: bool,
) -> Value {
    loop {
        let frame = screen.next().await.expect("the wall stays connected").unwrap();
        let Ok(frame) = serde_json::from_str::<Value>(frame.to_text().unwrap()) else { continue };
        let Some(tiles) = frame["tiles"].as_object().filter(|tiles| !tiles.is_empty()) else { continue };
        if tiles.values().all(|tile| tile["backfill"].is_array() == is_marked) {
            return frame;
        }
    }
}

fn old(id: &str) -> String {
    json!({"type": "dossier", "id": id, "unit": "148", "at": "2023-05-02T08:00:00+07:00", "status": "done",
        "received_at": "2023-05-01T08:00:00+07:00"})
    .to_string()
}

#[tokio::test]
async fn old_data_marks_figures_and_walls_until_all_of_it_is_in_also_over_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &["--now", NOW]).await;
    server.put_units(UNITS).await;
    let kpis = "/api/v1/units/148/kpis?window=2023";
    let events = |backfill: &str| format!("/api/v1/events?source=motcua{backfill}");
    let (mut screen, _) =
        tokio_tungstenite::connect_async(format!("{}/api/v1/live", server.url.replace("http", "ws"))).await.unwrap();
    screen.send(Message::text(r#"{"op":"subscribe","board":"province","unit":"17"}"#)).await.unwrap();
    until_tiles(&mut screen, false).await;

    // Neither a dry run nor a batch of which nothing is taken begins anything, nor does an ordinary one.
    assert_eq!(server.post_to(&events("&backfill=true&dry_run=true"), old("1")).await.0, 200);
    assert_eq!(server.post_to(&events("&backfill=true"), "{}".to_owned()).await.0, 422);
    assert_eq!(server.post_to(&events("&backfill=yes"), old("1")).await.0, 400);
    let (_, taken) = server.post_to(&events(""), old("1")).await;
    server.reach("148", taken["seq"].as_u64().unwrap()).await;
    assert_eq!(server.get(kpis).await.1["backfill"], Value::Null);

    let (status, taken) = server.post_to(&events("&backfill=true"), old("2")).await;
    assert_eq!(status, 202, "{taken}");
    server.reach("148", taken["seq"].as_u64().unwrap()).await;
    let marked = server.get(kpis).await.1;
    assert_eq!(marked["backfill"], json!([{"source": "motcua", "since": "2024-08-02T08:00:00.000+07:00"}]));
    assert_eq!(marked["measures"]["received"], 2);
    let (_, breakdown) = server.get("/api/v1/units/17/breakdown?by=unit&window=2023").await;
    assert_eq!(breakdown["backfill"], marked["backfill"]);
    let frame = until_tiles(&mut screen, true).await;
    assert!(frame["tiles"].as_object().unwrap().values().all(|tile| tile["backfill"][0]["source"] == "motcua"));
    drop(screen);
    server.kill();

    let server = Server::start(folder.path(), &["--now", NOW]).await;
    server.until(kpis, |answer| answer["backfill"] == marked["backfill"]).await;
    let (mut screen, _) =
        tokio_tungstenite::connect_async(format!("{}/api/v1/live", server.url.replace("http", "ws"))).await.unwrap();
    screen.send(Message::text(r#"{"op":"subscribe","board":"province","unit":"148"}"#)).await.unwrap();
    until_tiles(&mut screen, true).await;
    // The last batch may be empty.
    assert_eq!(server.post_to(&events("&backfill=done"), String::new()).await.0, 202);
    server.until(kpis, |answer| answer["backfill"].is_null() && answer["measures"]["received"] == 2).await;
    until_tiles(&mut screen, false).await;
    server.verified().await;
}
