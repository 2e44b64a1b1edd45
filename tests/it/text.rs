//! Text that breaks careless programs survives the whole way: HTTP, journal, ClickHouse, a start from ClickHouse, HTTP.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::server::Server;

const NOW: &str = "2024-08-02T08:00:00+07:00";
const AT: &str = "2024-07-01T08:00:00+07:00";

/// What has broken a protocol, a quoting or a terminal somewhere, in at most 64 bytes, in NFC.
const TEXTS: [&str; 26] = [
    "\n\n",
    "\n\n\n\n\n\n\n\n\n\n",
    "a\n\nb",
    "{\"a\":1}\n\nDROP TABLE records",
    "\n\nTRUNCATE TABLE dossier_state\n\n",
    "'); DROP TABLE records; --",
    "{x:String} {{y}} ?? ?",
    "\"quotes\" 'single' `back`",
    "tab\tcr\rcrlf\r\nend\t",
    "nul\0nul\0",
    "\0",
    "\\ \\n \\0 \\' \\N \\x0A",
    "\\N",
    "NULL",
    "null",
    "😀👩‍👩‍👧‍👦🇻🇳",
    "Hòa Bình, Đà Bắc",
    "x\u{323}\u{302} mark on x",
    "\u{feff}bom\u{200b}\u{2028}",
    "\u{1}\u{7f}\u{1b}[31m",
    "/a/b?c=d&e#f %00 %2F +",
    " spaces on both ends ",
    "000",
    "0123456789012345678901234567890123456789012345678901234567890123",
    "đđđđđđđđđđđđđđđđđđđđđđđđđđđđđđđđ",
    "😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀",
];

/// The text at this place as the name of a source, the one text that may have no control characters.
fn source(place: usize) -> String {
    after(place, 0).chars().map(|each| if each.is_control() { '·' } else { each }).collect()
}

/// The text so many places after another.
fn after(place: usize, steps: usize) -> &'static str {
    TEXTS[(place + steps) % TEXTS.len()]
}

fn units() -> String {
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(["code", "parent", "kind", "category", "name_vi", "name_en", "short_name"]).unwrap();
    csv.write_record(["17", "", "province", "tỉnh", "Hòa Bình", "", ""]).unwrap();
    for (place, text) in TEXTS.iter().enumerate() {
        csv.write_record([text, "17", "office", after(place, 1), after(place, 2), after(place, 3), after(place, 4)])
            .unwrap();
    }
    String::from_utf8(csv.into_inner().unwrap()).unwrap()
}

/// A dossier with the text at this place as its id, and others in every other field.
fn dossier(place: usize) -> Value {
    json!({
        "type": "dossier", "id": TEXTS[place], "unit": TEXTS[place], "at": AT, "status": "accepted",
        "procedure": after(place, 1), "field": after(place, 2), "received_by": after(place, 3),
        "holder": after(place, 4), "late_cause": after(place, 5),
        "pauses": [{"id": after(place, 6), "kind": "payment", "from": AT, "to": AT}],
    })
}

async fn send(server: &Server, source: &str, lines: &[Value]) -> u64 {
    let body: Vec<String> = lines.iter().map(Value::to_string).collect();
    let (status, answer) = server.post(source, body.join("\n")).await.unwrap();
    assert_eq!(status, 202, "{answer}");
    assert_eq!(
        (&answer["received"], &answer["accepted"], &answer["rejected"]),
        (&json!(lines.len()), &json!(lines.len()), &json!(0)),
        "{source:?} {answer}"
    );
    answer["seq"].as_u64().unwrap()
}

/// Everything the dossier of this place and source shows is what was sent.
async fn assert_survived(server: &Server, source: &str, place: usize) {
    let (status, answer) = server.get_at(&["api", "v1", "dossiers", source, TEXTS[place]]).await;
    assert_eq!(status, 200, "{source:?} {:?}: {answer}", TEXTS[place]);
    let sent = dossier(place);
    let registers = &answer["registers"];
    assert_eq!((&answer["source"], &answer["id"]), (&json!(source), &sent["id"]));
    assert_eq!((&answer["unit"]["unit"], &answer["unit"]["name"]), (&sent["unit"], &json!(after(place, 2))));
    for name in ["unit", "procedure", "field", "received_by", "holder", "late_cause"] {
        assert_eq!(registers[name]["value"], sent[name], "{name} of {answer}");
        assert!(registers[name]["seq"].is_u64(), "{name} is stored: {answer}");
    }
    assert_eq!(registers["pauses"][0]["id"], sent["pauses"][0]["id"], "{answer}");
    assert!(registers["pauses"][0]["kind"]["seq"].is_u64(), "{answer}");
}

async fn assert_all_survived(server: &Server) {
    let root = server.kpis("17", "2024-07").await;
    assert_eq!(root["measures"]["received"], TEXTS.len() * 3, "{root}");
    assert_eq!(root["measures"]["ratings"], TEXTS.len(), "{root}");
    for (place, text) in TEXTS.iter().enumerate() {
        for source in [place, place + 7, place + 11].map(source) {
            assert_survived(server, &source, place).await;
        }
        let (status, unit) = server.get_at(&["api", "v1", "units", text]).await;
        assert_eq!(status, 200, "{text:?}: {unit}");
        let (status, figures) = server.get_at(&["api", "v1", "units", text, "kpis"]).await;
        assert_eq!(status, 200, "{text:?}: {figures}");
        let (status, void) = server.get_at(&["api", "v1", "dossiers", "void", text]).await;
        assert_eq!((status, &void["registers"]["void"]["value"]), (200, &json!(after(place, 1))), "{void}");
    }
}

/// Takes the journal's segments away but leaves the cursor: what the next start shows comes from ClickHouse.
fn forget_journal(data_dir: &Path) {
    let mut segments = 0;
    for entry in std::fs::read_dir(data_dir.join("journal")).unwrap() {
        let entry = entry.unwrap();
        if !matches!(entry.file_name().to_str(), Some("cursor" | "lock")) {
            std::fs::remove_file(entry.path()).unwrap();
            segments += 1;
        }
    }
    assert!(segments > 0, "there was a journal");
}

#[tokio::test]
async fn i4_any_text_in_any_field_survives_the_whole_way() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path(), &["--now", NOW]).await;
    server.put_units(&units()).await;
    for place in 0..TEXTS.len() {
        // This source's own place, and those for which it is seven and eleven places further.
        let count = TEXTS.len();
        let places = [place, (place + count - 7) % count, (place + count - 11) % count];
        let mut lines: Vec<Value> = places.into_iter().map(dossier).collect();
        lines.push(json!({
            "type": "rating", "id": after(place, 1), "unit": after(place, 2), "at": AT, "score": 5,
            "dossier": after(place, 3),
        }));
        lines.push(json!({
            "type": "indicator", "code": after(place, 4), "unit": after(place, 5), "period": "2024-07", "at": AT,
            "value": 1,
        }));
        send(&server, &source(place), &lines).await;
    }
    let voids = TEXTS.iter().enumerate().map(|(place, text)| {
        json!({"type": "dossier", "id": text, "unit": "17", "at": AT, "status": "accepted", "void": after(place, 1)})
    });
    let seq = send(&server, "void", &voids.collect::<Vec<_>>()).await;
    server.reach("17", seq).await;
    server.verified().await;
    assert_all_survived(&server).await;

    server.kill();
    forget_journal(dir.path());
    let server = Server::start(dir.path(), &["--now", NOW]).await;
    assert_all_survived(&server).await;
    let report = server.verified().await;
    assert_eq!(report["seq"], seq, "nothing was added on the way");
    let next = send(&server, "next", &[dossier(0)]).await;
    assert_eq!(next, seq + 1, "J-2: also without the journal a number is never given again");
    assert_eq!(server.stop(), Some(0));
}

#[tokio::test]
async fn i2_blank_lines_inside_binary_rows_lose_no_row() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path(), &["--now", NOW]).await;
    server.put_units("code,parent,kind,category,name_vi\n17,,province,tỉnh,Hòa Bình\n").await;
    // In a row's binary form a text of ten bytes that begins with a line feed is 0A 0A, and so is the number 2570.
    let count = 2_700;
    let line = |number: usize| {
        json!({
            "type": "dossier", "id": format!("\n{number:09}"), "unit": "17", "at": AT, "status": "done",
            "holder": "\n\nDROP TB", "procedure": "\n\n\n\n\n\n\n\n\n\n", "late_cause": "{}\n\nDROP TABLE records",
        })
    };
    let mut seq = 0;
    for first in (0..count).step_by(900) {
        seq = send(&server, "s", &(first..first + 900).map(line).collect::<Vec<_>>()).await;
    }
    assert!(seq >= 2_570, "{seq}");
    server.reach("17", seq).await;
    server.verified().await;
    server.kill();
    forget_journal(dir.path());
    let server = Server::start(dir.path(), &["--now", NOW]).await;
    let figures = server.kpis("17", "2024-07").await;
    assert_eq!((&figures["measures"]["received"], &figures["seq"]), (&json!(count), &json!(seq)), "{figures}");
    assert_eq!(figures["measures"]["resolved"], count);
    server.verified().await;
    let (status, dossier) = server.get_at(&["api", "v1", "dossiers", "s", "\n000002569"]).await;
    assert_eq!((status, &dossier["registers"]["holder"]["value"]), (200, &json!("\n\nDROP TB")));
}

#[tokio::test]
async fn r2_composed_and_decomposed_text_is_one_key() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path(), &["--now", NOW]).await;
    let (composed, decomposed) = ("h\u{1ed3} s\u{1a1}", "ho\u{302}\u{300} so\u{31b}");
    server.put_units(&format!("code,parent,kind,category,name_vi\n{decomposed},,province,tỉnh,{decomposed}\n")).await;
    let line = |text: &str, status: &str| json!({"type": "dossier", "id": text, "unit": text, "at": AT, "status": status, "holder": text});
    send(&server, composed, &[line(decomposed, "accepted"), line(composed, "accepted")]).await;
    let seq = send(&server, decomposed, &[line(decomposed, "done")]).await;
    server.reach(composed, seq).await;
    let figures = server.kpis(decomposed, "2024-07").await;
    assert_eq!((&figures["unit"], &figures["measures"]["received"]), (&json!(composed), &json!(1)), "{figures}");
    for text in [composed, decomposed] {
        let (status, dossier) = server.get_at(&["api", "v1", "dossiers", text, text]).await;
        assert_eq!((status, &dossier["registers"]["holder"]["value"]), (200, &json!(composed)), "{dossier}");
        assert_eq!(dossier["derived"]["newest_status"], "done");
    }
    server.verified().await;
}

#[tokio::test]
async fn s3_registers_name_the_record_that_wrote_them() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path(), &["--now", NOW]).await;
    let line = |at: &str, more: Value| {
        let mut line = json!({"type": "dossier", "id": "1", "unit": "17", "at": at});
        line.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        line
    };
    let later = "2024-07-02T08:00:00+07:00";
    let seq = send(
        &server,
        "s",
        &[
            line(AT, json!({"status": "accepted", "holder": "a", "due_at": "2024-07-09"})),
            line(later, json!({"status": "processing", "holder": "b"})),
            line(later, json!({"holder": "b", "pauses": [{"id": "p", "from": AT}]})),
        ],
    )
    .await;
    assert_eq!(seq, 3);
    server.verified().await;
    let (_, answer) = server.get("/api/v1/dossiers/s/1").await;
    let registers = &answer["registers"];
    let seqs = [
        (&registers["status"][0]["first"], 1),
        (&registers["status"][1]["last"], 2),
        (&registers["holder"], 2),
        (&registers["unit"], 2),
        (&registers["due_at"][0], 1),
        (&registers["pauses"][0]["from"], 3),
    ];
    for (write, seq) in seqs {
        assert_eq!((&write["seq"], write.get("node")), (&json!(seq), None), "{answer:#}");
    }
}
