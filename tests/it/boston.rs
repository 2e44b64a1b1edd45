//! Real requests with an official on-time flag: every figure, every verdict, also when sent again, shuffled, in halves.
//!
//! Needs the request log of `OPCENTRE_REAL_DATA`; without it the test says that it skips.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use futures_util::{StreamExt, stream};
use serde_json::Value;

use crate::support::engine::OPCENTRE;
use crate::support::server::Server;

const WINDOW: &str = "2011-07-01..2019-10-31";
const NOW: &str = "2019-11-01T00:00:00-04:00";
const ROOT: &str = "BOSTON";

struct Case {
    id: String,
    department: String,
    official: String,
}

fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("OPCENTRE_REAL_DATA")?;
    let folder = Path::new(&folder).join("boston311_2011");
    assert!(folder.is_dir(), "OPCENTRE_REAL_DATA has no {}", folder.display());
    Some(folder)
}

fn unpacked(folder: &Path) -> String {
    let file = std::fs::File::open(folder.join("cases.csv.gz")).unwrap();
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
    text
}

fn cases(text: &str) -> Vec<Case> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers().unwrap().clone();
    let column = |name: &str| headers.iter().position(|header| header == name).unwrap();
    let (id, department, official) = (column("case_id"), column("department"), column("official_on_time"));
    let case = |row: csv::StringRecord| Case {
        id: row[id].to_owned(),
        department: row[department].to_owned(),
        official: row[official].to_owned(),
    };
    reader.records().map(|row| case(row.unwrap())).collect()
}

fn import(server: &Server, file: &Path) {
    let mapping = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/boston311.toml");
    let output = Command::new(OPCENTRE)
        .arg("import")
        .arg(file)
        .args(["--mapping", mapping, "--url", &server.url])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn units(cases: &[Case]) -> String {
    let departments: BTreeSet<&str> = cases.iter().map(|case| &*case.department).collect();
    let mut csv = "code,parent,kind,category,name_vi\n".to_owned();
    csv += &format!("{ROOT},,province,city,City of Boston\n");
    for department in departments {
        csv += &format!("\"{department}\",{ROOT},department,department,\"{department}\"\n");
    }
    csv
}

/// Measures by name from an answer's `measures`.
fn measures(answer: &Value) -> BTreeMap<String, i64> {
    let of_row = |(name, value): (&String, &Value)| (name.clone(), value.as_i64().unwrap());
    answer["measures"].as_object().unwrap().iter().map(of_row).collect()
}

async fn assert_totals(server: &Server) {
    let totals = measures(&server.kpis(ROOT, WINDOW).await);
    assert_eq!(totals["received"], 58_251);
    assert_eq!(totals["resolved_early"] + totals["resolved_on_time"], 35_591);
    assert_eq!(totals["resolved_late"], 8_230);
    assert_eq!(totals["resolved_undated"], 10_749);
    assert_eq!(totals["in_progress_overdue"], 3_449);
    assert_eq!(totals["in_progress_undated"], 232);
}

/// Every department and month of closing, exactly as the official file counts them; other months are empty.
async fn assert_months(server: &Server, folder: &Path) {
    let mut expected: BTreeMap<String, BTreeMap<String, [i64; 4]>> = BTreeMap::new();
    let mut reader = csv::Reader::from_path(folder.join("expected_by_department_month_closed.csv")).unwrap();
    for row in reader.deserialize::<BTreeMap<String, String>>() {
        let row = row.unwrap();
        let number = |name: &str| row[name].parse::<i64>().unwrap();
        let counts = [number("n"), number("on_time"), number("late"), number("no_due")];
        expected.entry(row["month"].clone()).or_default().insert(row["unit"].clone(), counts);
    }
    assert!(expected.len() > 12);
    for (month, departments) in &expected {
        let answer = server.kpis(ROOT, month).await;
        let mut counted = BTreeMap::new();
        for child in answer["children"].as_array().unwrap() {
            let measures = measures(child);
            let counts = [
                measures["resolved"],
                measures["resolved_early"] + measures["resolved_on_time"],
                measures["resolved_late"],
                measures["resolved_undated"],
            ];
            if counts[0] > 0 {
                counted.insert(child["unit"].as_str().unwrap().to_owned(), counts);
            }
        }
        assert_eq!(&counted, departments, "{month}");
    }
}

/// The verdict of each request that carries an official flag. The official rule counts what has no due date as on time.
async fn assert_flags(server: &Server, cases: &[Case]) {
    let flagged: Vec<&Case> = cases.iter().filter(|case| !case.official.is_empty()).collect();
    assert_eq!(flagged.len(), 58_093);
    let wrong: Vec<String> = stream::iter(flagged)
        .map(|case| async move {
            let (status, dossier) =
                server.get(&format!("/api/v1/dossiers/boston311/{}?provenance=false", case.id)).await;
            assert_eq!(status, 200, "{}: {dossier}", case.id);
            let class = dossier["verdict"]["code"].as_str().unwrap().to_owned();
            let late = matches!(class.as_str(), "resolved_late" | "in_progress_overdue");
            let official = if late { "OVERDUE" } else { "ONTIME" };
            (official != case.official).then(|| format!("{}: {class}, official {}", case.id, case.official))
        })
        .buffer_unordered(16)
        .filter_map(|wrong| async move { wrong })
        .collect()
        .await;
    assert!(wrong.is_empty(), "{} differ, such as {:?}", wrong.len(), &wrong[..wrong.len().min(5)]);
}

/// The same rows in an order of their own, in two files.
fn shuffled_halves(text: &str, into: &Path) -> [PathBuf; 2] {
    let (header, rows) = text.split_once('\n').unwrap();
    let mut rows: Vec<&str> = rows.lines().collect();
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    for place in (1..rows.len()).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        rows.swap(place, usize::try_from(state % (place as u64 + 1)).unwrap());
    }
    let (first, second) = rows.split_at(rows.len() / 2);
    [("first.csv", first), ("second.csv", second)].map(|(name, rows)| {
        let file = into.join(name);
        std::fs::write(&file, format!("{header}\n{}\n", rows.join("\n"))).unwrap();
        file
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn boston_every_figure_and_official_flag_is_reproduced() {
    let Some(folder) = folder() else {
        println!("skipped: OPCENTRE_REAL_DATA is not set");
        return;
    };
    let text = unpacked(&folder);
    let cases = cases(&text);
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(&dir.path().join("data"), &["--timezone", "America/New_York", "--now", NOW]).await;
    server.put_units(&units(&cases)).await;
    import(&server, &folder.join("cases.csv.gz"));
    server.verified().await;
    assert_totals(&server).await;
    assert_months(&server, &folder).await;
    assert_flags(&server, &cases).await;
    let before = server.kpis(ROOT, WINDOW).await;

    for half in shuffled_halves(&text, dir.path()) {
        import(&server, &half);
    }
    let report = server.verified().await;
    let after = server.kpis(ROOT, WINDOW).await;
    assert!(report["seq"].as_u64() > before["seq"].as_u64(), "the halves were taken in");
    assert_eq!(before["measures"], after["measures"]);
    assert_eq!(before["children"], after["children"]);
}
