//! Raw values that name no unit: listed with the units that may be meant, and settled by aliases, retroactively.

use std::fs;
use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::support::engine::OPCENTRE;
use crate::support::server::Server;

const NOW: &str = "2024-08-02T08:00:00+07:00";
const UNITS: &str = "code,parent,kind,category,name_vi,valid_from\n\
    17,,province,tỉnh,Hòa Bình,\n\
    150,17,district,huyện,Đà Bắc,\n\
    04903,150,commune,xã,Xã Tu Lý,\n\
    04831,150,commune,xã,Xã Tân Pheo,\n\
    05099,150,commune,xã,Xã Mới,2025-07-01\n\
    99,,province,tỉnh,Tỉnh khác,\n\
    09931,99,commune,xã,Xã Tân Pheo,\n";

/// A dossier of a raw value, received and done on the 1st.
fn dossier(id: &str, unit: &str) -> String {
    let day = |hour: u32| format!("2024-07-01T{hour:02}:00:00+07:00");
    json!({"type": "dossier", "id": id, "unit": unit, "at": day(16), "status": "done", "received_at": day(8),
        "finished_at": day(16), "due_at": "2024-07-10"})
    .to_string()
        + "\n"
}

fn units(server: &Server, arguments: &[&str]) -> Output {
    Command::new(OPCENTRE).arg("units").args(arguments).args(["--url", &server.url]).output().unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

async fn received(server: &Server, unit: &str) -> i64 {
    server.kpis(unit, "2024-07").await["measures"]["received"].as_i64().unwrap()
}

#[tokio::test]
async fn r23_raw_values_become_aliases_that_a_person_let_pass_and_figures_move() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder.path().join("data"), &["--now", NOW]).await;
    server.put_units(UNITS).await;
    let mut sent = String::new();
    let raws =
        [("4903", 3), ("UBND xã Tân Pheo", 2), ("Xã Tân Peo", 1), ("05099", 1), ("phòng nào đó", 1), ("04903", 4)];
    for (raw, count) in raws {
        sent.extend((0..count).map(|number| dossier(&format!("{raw} {number}"), raw)));
    }
    sent += &json!({"type": "rating", "id": "r", "unit": "4903", "at": "2024-07-02T08:00:00+07:00", "score": 5})
        .to_string();
    let (status, answer) = server.post("motcua", sent).await.unwrap();
    assert_eq!((status, &answer["rejected"]), (202, &json!(0)), "{answer}");

    let (status, list) = server.get("/api/v1/unresolved").await;
    assert_eq!((status, &list["counted"]), (200, &json!(8)), "{list:#}");
    let row = |raw: &str| -> Value {
        list["values"].as_array().unwrap().iter().find(|row| row["raw"] == raw).cloned().unwrap()
    };
    assert_eq!(row("4903")["dossiers"], 3);
    assert_eq!((&row("4903")["ratings"], &row("4903")["why"]), (&json!(1), &json!("unknown_code")));
    assert_eq!(row("4903")["suggestions"][0]["parent_name"], "Đà Bắc");
    assert_eq!(row("4903")["alias"], json!({"source": "motcua", "raw": "4903", "unit": "04903"}));
    // The commune of the same name in the other province is behind that of the source's own.
    assert_eq!(row("UBND xã Tân Pheo")["alias"]["unit"], "04831");
    assert_eq!(row("UBND xã Tân Pheo")["suggestions"][1]["unit"], "09931");
    // A similar name is shown, and taken by nobody but a person.
    assert_eq!(row("Xã Tân Peo")["suggestions"][0]["reason"], "similar_name");
    assert_eq!(row("Xã Tân Peo")["alias"], Value::Null);
    assert_eq!((&row("05099")["why"], &row("05099")["alias"]), (&json!("not_yet_valid"), &Value::Null));
    assert_eq!((&row("phòng nào đó")["suggestions"], &row("phòng nào đó")["alias"]), (&json!([]), &Value::Null));
    // The code `unresolved` is a row of figures and no unit of the list, as before.
    assert_eq!(server.get("/api/v1/units/unresolved").await.0, 404);
    assert_eq!(received(&server, "unresolved").await, 8);

    let file = folder.path().join("aliases.csv");
    let shown = units(&server, &["unresolved", "--out", file.to_str().unwrap()]);
    assert_eq!(shown.status.code(), Some(1), "{shown:?}");
    assert!(
        told(&shown).contains("motcua \"4903\": 3 dossiers, 1 ratings, 2024-07-01 to 2024-07-02"),
        "{}",
        told(&shown)
    );
    assert!(
        told(&shown).contains("04903 Xã Tu Lý, Đà Bắc (its code without zeros at the front; 95 of 100)"),
        "{}",
        told(&shown)
    );
    let written = fs::read_to_string(&file).unwrap();
    assert_eq!(written.lines().count(), 6, "{written}");
    // As it is, what is likely is settled, and the others wait for somebody to say what they are.
    let loaded = units(&server, &["aliases", file.to_str().unwrap()]);
    assert!(loaded.status.success(), "{loaded:?}");
    assert!(told(&loaded).contains("motcua \"4903\" is 04903\n"), "{}", told(&loaded));
    assert!(told(&loaded).contains("motcua \"phòng nào đó\" has no unit: no alias\n"), "{}", told(&loaded));
    assert!(told(&loaded).contains("2 aliases, 3 lines without a unit\n"), "{}", told(&loaded));
    server.until("/api/v1/unresolved", |list| list["counted"] == 3 && list["units_pending"] == false).await;
    let fill = |list: String, raw: &str, unit: &str| {
        let empty = format!("motcua,{raw},\n");
        assert!(list.contains(&empty), "{raw} in\n{list}");
        list.replace(&empty, &format!("motcua,{raw},{unit}\n"))
    };
    let filled = [("phòng nào đó", "150"), ("05099", "04831"), ("Xã Tân Peo", "04831")];
    fs::write(&file, filled.iter().fold(written, |list, (raw, unit)| fill(list, raw, unit))).unwrap();
    let loaded = units(&server, &["aliases", file.to_str().unwrap()]);
    assert!(loaded.status.success(), "{loaded:?}");

    server.until("/api/v1/unresolved", |list| list["values"] == json!([]) && list["units_pending"] == false).await;
    assert_eq!(units(&server, &["unresolved"]).status.code(), Some(0));
    let mut counts = Vec::new();
    for unit in ["unresolved", "04903", "04831", "150", "17", "99"] {
        counts.push(received(&server, unit).await);
    }
    assert_eq!(counts, [0, 7, 4, 12, 12, 0]);
    server.verified().await;
}
