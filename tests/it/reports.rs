//! Reports over HTTP: every printed figure is the API's at the same sequence number, a page is the same bytes until the
//! figures change, a closed period's report never changes, and the command writes the files.

use std::process::Command;

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::engine::OPCENTRE;
use crate::support::server::Server;

const NOW: &str = "2024-08-02T08:00:00+07:00";
const UNITS: &str = "code,parent,kind,category,name_vi,short_name,lat,lon\n17,,province,tỉnh,Tỉnh Hòa Bình,Hòa Bình,,\n\
                     148,17,district,cấp huyện,TP Hòa Bình,TP Hòa Bình,20.8,105.3\n158,17,district,cấp huyện,Huyện Yên \
                     Thủy,Yên Thủy,20.4,105.6\n05000,158,commune,xã,Xã Bảo Hiệu,Bảo Hiệu,,\n";

/// Taken on and done on days of the month of July (15 June to 14 July), or of June.
fn dossier(id: usize, unit: &str, field: &str, days: [&str; 3]) -> Value {
    let [received, due, finished] = days.map(|day| format!("2024-{day}"));
    json!({
        "type": "dossier", "id": format!("d{id}"), "unit": unit, "at": "2024-07-20T08:00:00+07:00", "field": field,
        "received_at": format!("{received}T08:00:00+07:00"), "due_at": due, "status": "done", "digitised": id.is_multiple_of(3),
        "finished_at": format!("{finished}T09:00:00+07:00"), "channel": if id.is_multiple_of(2) { "online" } else { "counter" },
    })
}

fn month() -> Vec<Value> {
    let mut records = Vec::new();
    for id in 0..80 {
        let unit = ["148", "05000"][id % 2];
        let field = ["Đất đai", "Hộ tịch", "Xây dựng"][id % 3];
        let finished = if id % 20 == 1 { "07-12" } else { "07-02" };
        records.push(dossier(id, unit, field, ["06-20", "07-05", finished]));
    }
    // The month before, and one that is open and overdue.
    records.extend((80..120).map(|id| dossier(id, "148", "Đất đai", ["05-20", "06-05", "06-03"])));
    let mut open = dossier(120, "05000", "Đất đai", ["06-20", "07-05", "07-02"]);
    open["status"] = json!("processing");
    open.as_object_mut().unwrap().remove("finished_at");
    records.push(open);
    records
}

async fn started(dir: &std::path::Path) -> Server {
    let server = Server::start(dir, &["--now", NOW]).await;
    server.put_units(UNITS).await;
    server.until("/api/v1/units/05000", |unit| unit["unit"]["code"] == "05000").await;
    send(&server, &month()).await;
    server
}

async fn send(server: &Server, records: &[Value]) {
    let body = records.iter().map(|record| format!("{record}\n")).collect();
    let (status, answer) = server.post("motcua", body).await.unwrap();
    assert_eq!(status, 202, "{answer}");
    server.reach("17", answer["seq"].as_u64().unwrap()).await;
}

async fn file(server: &Server, path: &str) -> (StatusCode, Option<String>, Vec<u8>) {
    let answer = reqwest::get(format!("{}{path}", server.url)).await.unwrap();
    let tag = answer.headers().get("etag").map(|tag| tag.to_str().unwrap().to_owned());
    (answer.status(), tag, answer.bytes().await.unwrap().to_vec())
}

/// The section of a kind on any page.
fn section<'a>(paper: &'a Value, id: &str) -> &'a Value {
    let pages = paper["pages"].as_array().unwrap();
    pages.iter().flat_map(|page| page.as_array().unwrap()).find(|section| section["id"] == id).unwrap()
}

/// How a figure of the API stands on paper; nothing where there is none.
fn in_print(num: &Value, den: &Value) -> String {
    match (num.as_i64(), den.as_i64()) {
        (None, _) | (_, Some(0)) => "–".to_owned(),
        (Some(num), None) => num.to_string(),
        (Some(num), Some(den)) => format!("{:.2}%", 100.0 * num as f64 / den as f64).replace('.', ","),
    }
}

/// A KPI or a measure of an answer in print.
fn printed(of: &Value, id: &str) -> String {
    match &of["kpis"][id] {
        Value::Null => in_print(&of["measures"][id], &Value::Null),
        kpi => in_print(&kpi["num"], &kpi["den"]),
    }
}

/// Every printed figure beside the API's.
async fn check_figures(server: &Server, unit: &str) {
    let paper = server.get(&format!("/reports/monthly.json?unit={unit}&period=2024-07")).await.1;
    let asked = format!("/api/v1/units/{unit}");
    let kpis = server.get(&format!("{asked}/kpis?window=2024-07&scheme=report")).await.1;
    assert_eq!((&paper["heading"]["seq"], &paper["heading"]["window"]), (&kpis["seq"], &kpis["window"]), "{paper:#}");
    let counts = |figure: &Value| json!([figure["num"], figure["den"]]);
    let of_kpi = |id: &str| json!([kpis["kpis"][id]["num"], kpis["kpis"][id]["den"]]);
    for list in ["figures", "further"] {
        for one in section(&paper, list)["figures"].as_array().unwrap() {
            let id = one["id"].as_str().unwrap();
            let expected = if kpis["kpis"][id].is_object() { of_kpi(id) } else { json!([kpis["measures"][id], null]) };
            assert_eq!(counts(&one["figure"]), expected, "{id} of {unit}");
            assert_eq!(one["figure"]["text"], printed(&kpis, id), "{id} of {unit} in print");
            let band = if kpis["kpis"][id].is_object() { &kpis["kpis"][id]["band"] } else { &Value::Null };
            assert_eq!(&one["figure"]["band"], band, "{id} of {unit}");
        }
    }
    assert_eq!(counts(&section(&paper, "digitisation")["figure"]), of_kpi("digitisation_rate"));
    check_fields(server, unit, &paper).await;
    // Each period of the trend is what `kpis` says of it.
    let points = section(&paper, "trend")["points"].as_array().unwrap().clone();
    assert_eq!(points.len(), 12);
    for point in points.iter().rev().take(3) {
        let period = point["period"].as_str().unwrap();
        let then = server.get(&format!("{asked}/kpis?window={period}&scheme=report")).await.1;
        let rate = &then["kpis"]["on_time_rate"];
        let expected = if rate["value"].is_null() { json!([null, null]) } else { json!([rate["num"], rate["den"]]) };
        assert_eq!(counts(&point["now"]), expected, "{period} of {unit}");
    }
    let index = server.get(&format!("{asked}/indices/qd766?period=2024-07")).await.1;
    let printed = section(&paper, "index");
    let points = |of: &Value| ["score", "measurable", "max"].map(|name| of[name].as_f64());
    assert_eq!(points(&printed["total"]), points(&index));
    for (group, of) in printed["groups"].as_array().unwrap().iter().zip(index["groups"].as_array().unwrap()) {
        assert_eq!((&group["id"], points(group)), (&of["id"], points(of)));
    }
    check_tables(server, unit, (&paper, &kpis)).await;
}

/// Every cell of form II.06a and of the table of units.
async fn check_tables(server: &Server, unit: &str, (paper, kpis): (&Value, &Value)) {
    let form = server.get(&format!("/api/v1/units/{unit}/forms/ii06a?period=2024-07")).await.1;
    let cells = |counts: &Value| -> Value {
        (3..=13).map(|column| counts[column.to_string()].to_string()).collect::<Vec<_>>().into()
    };
    let mut expected = vec![cells(&form["total"])];
    for group in form["groups"].as_array().unwrap() {
        expected.push(cells(&group["counts"]));
        expected.extend(group["rows"].as_array().unwrap().iter().map(|row| cells(&row["counts"])));
    }
    let rows = section(paper, "form")["rows"].as_array().unwrap();
    assert!(rows.iter().map(|row| &row["cells"]).eq(&expected), "form II.06a of {unit}: {rows:#?} {expected:#?}");
    let shown = ["received", "resolved", "resolved_late", "in_progress", "in_progress_overdue"];
    let ratios = ["on_time_rate", "digitisation_rate", "online_rate"];
    let table = section(paper, "units")["rows"].as_array().unwrap();
    let of_row =
        |of: &Value| -> Value { shown.iter().chain(&ratios).map(|id| printed(of, id)).collect::<Vec<_>>().into() };
    assert_eq!(table[0]["cells"], of_row(kpis), "the whole of {unit}");
    for row in &table[1..] {
        let of = kpis["children"].as_array().unwrap().iter().find(|child| match child["own"].as_bool() {
            Some(true) => row["name"] == "Trực tiếp giải quyết",
            _ => row["name"] == child["name"],
        });
        // A unit without any below it has its fields there, which `check_fields` looks at.
        if let Some(of) = of {
            assert_eq!(row["cells"], of_row(of), "{} of {unit}", row["name"]);
        }
    }
    assert!(unit == "05000" || table.len() > 1, "the units below {unit} are told");
}

async fn check_fields(server: &Server, unit: &str, paper: &Value) {
    let fields = server.get(&format!("/api/v1/units/{unit}/breakdown?by=field&window=2024-07&scheme=report")).await.1;
    for row in section(paper, "fields")["rows"].as_array().unwrap() {
        let of = fields["rows"].as_array().unwrap().iter().find(|field| field["value"] == row["name"]).unwrap();
        let of = ["resolved_early", "resolved_on_time", "resolved_late"].map(|name| of["measures"][name].clone());
        assert_eq!(["early", "on_time", "late"].map(|part| row[part].clone()), of, "{} of {unit}", row["name"]);
    }
    let kpis = server.get(&format!("/api/v1/units/{unit}/kpis?window=2024-07&scheme=report")).await.1;
    for row in section(paper, "ranking")["rows"].as_array().unwrap() {
        let key = row["key"].as_str().unwrap();
        let of_unit = kpis["children"].as_array().unwrap().iter().find(|child| child["unit"] == key);
        let of_field = || fields["rows"].as_array().unwrap().iter().find(|field| field["value"] == key);
        let of = &of_unit.or_else(of_field).unwrap()["kpis"]["on_time_rate"];
        assert_eq!((&row["figure"]["num"], &row["figure"]["den"]), (&of["num"], &of["den"]), "{key} of {unit}");
    }
    if let Some(cells) = section(paper, "map")["cells"].as_array() {
        for cell in cells {
            let of = kpis["children"].as_array().unwrap().iter().find(|child| child["unit"] == cell["unit"]).unwrap();
            let of = &of["kpis"]["on_time_rate"];
            assert_eq!((&cell["figure"]["num"], &cell["figure"]["den"]), (&of["num"], &of["den"]), "{cell}");
        }
    }
}

#[tokio::test]
async fn printed_figures_are_those_of_the_api_and_a_page_is_kept_until_they_change() {
    let dir = tempfile::tempdir().unwrap();
    let server = started(dir.path()).await;
    for unit in ["17", "158", "05000"] {
        check_figures(&server, unit).await;
    }
    let path = "/reports/monthly.png?unit=17&period=2024-07";
    let (status, tag, png) = file(&server, path).await;
    assert_eq!((status, &png[..4]), (StatusCode::OK, &b"\x89PNG"[..]));
    // Something of another period changes nothing that is printed: the page is still the same bytes.
    send(&server, &[dossier(500, "148", "Hộ tịch", ["08-01", "08-05", "08-01"])]).await;
    let again = file(&server, path).await;
    assert!(again.2 == png && again.1 == tag, "the same figures are the same bytes");
    let http = reqwest::Client::new();
    let asked = http.get(format!("{}{path}", server.url)).header("if-none-match", tag.clone().unwrap());
    assert_eq!(asked.send().await.unwrap().status(), StatusCode::NOT_MODIFIED);
    send(&server, &[dossier(501, "148", "Hộ tịch", ["06-20", "07-05", "07-03"])]).await;
    let changed = file(&server, path).await;
    assert!(changed.2 != png && changed.1 != tag, "other figures are other bytes");
    assert_eq!(file(&server, "/reports/monthly.png?unit=17&period=2024-07&page=4").await.0, StatusCode::BAD_REQUEST);
    assert_eq!(file(&server, "/reports/nothing.png?unit=17").await.0, StatusCode::NOT_FOUND);
    assert_eq!(file(&server, "/reports/monthly.gif?unit=17").await.0, StatusCode::NOT_FOUND);
    assert_eq!(file(&server, "/reports/monthly.png?unit=99").await.0, StatusCode::NOT_FOUND);
    let text = server.text("/reports/monthly.txt?unit=17&period=2024-07").await;
    assert!(
        text.starts_with(
            "Trong tháng 7/2024 (15/06–14/07/2024), toàn tỉnh tiếp nhận 82 hồ sơ, giải quyết 81 hồ sơ, đạt 95,06%"
        ),
        "{text}"
    );
    check_command(&server, &changed.2);
}

fn check_command(server: &Server, page: &[u8]) {
    let dir = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let output = Command::new(OPCENTRE).args(arguments).args(["--url", &server.url]).output().unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        (output.status.code(), said)
    };
    let out = dir.path().join("thang.png");
    let of = ["--unit", "17", "--period", "2024-07", "--out", out.to_str().unwrap()];
    let (code, said) = run(&[&["report", "render", "monthly"], &of[..]].concat());
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(std::fs::read(dir.path().join("thang-1.png")).unwrap(), page);
    let all = dir.path().join("all");
    let of = ["--all-units", "--period", "2024-W27", "--out", all.to_str().unwrap()];
    let (code, said) = run(&[&["report", "render", "weekly"], &of[..]].concat());
    assert!(code == Some(0) && said.contains("4 units, 4 pages"), "{said}");
    assert_eq!(std::fs::read_dir(&all).unwrap().count(), 4);
    assert!(all.join("weekly_05000_2024-W27_1.png").is_file());
    let (code, said) = run(&["report", "render", "luck", "--out", out.to_str().unwrap()]);
    assert!(code == Some(1) && said.contains("unknown_report"), "{said}");
}

#[tokio::test]
async fn the_report_of_a_closed_period_never_changes() {
    let dir = tempfile::tempdir().unwrap();
    let server = started(dir.path()).await;
    let close = json!({"unit": "17"}).to_string();
    let (status, closed) = server.post_to("/api/v1/periods/report/2024-07/close", close).await;
    assert_eq!(status, 201, "{closed}");
    let all = async |server: &Server| {
        let mut files = Vec::new();
        for unit in ["17", "158", "05000"] {
            for (ending, page) in [("png", 1), ("png", 2), ("png", 3), ("txt", 1), ("json", 1)] {
                let path = format!("/reports/monthly.{ending}?unit={unit}&period=2024-07&page={page}");
                let (status, tag, bytes) = file(server, &path).await;
                assert_eq!(status, StatusCode::OK, "{path}");
                files.push((tag, bytes));
            }
        }
        files
    };
    let kept = all(&server).await;
    let text = String::from_utf8(kept[3].1.clone()).unwrap();
    assert!(text.contains("Số liệu chốt lần 1, 08:00 02/08/2024"), "{text}");
    // Late, in this period and in the one before: both would be seen.
    send(
        &server,
        &[
            dossier(600, "148", "Y tế", ["06-21", "07-05", "07-12"]),
            dossier(601, "05000", "Y tế", ["05-21", "06-05", "06-10"]),
        ],
    )
    .await;
    assert!(all(&server).await == kept, "a closed period's report never changes");
    let current = file(&server, "/reports/monthly.png?unit=17&period=2024-07&version=current").await;
    assert!(current.2 != kept[0].1, "the current figures have a report of their own");
    let numbered = file(&server, "/reports/monthly.png?unit=17&period=2024-07&version=1").await;
    assert!(numbered.2 == kept[0].1, "a closing can be asked for by its number");
    assert_eq!(server.stop(), Some(0));
    let server = Server::start(dir.path(), &["--now", NOW]).await;
    assert!(all(&server).await == kept, "also after a restart");
}
