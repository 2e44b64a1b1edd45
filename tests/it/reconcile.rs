//! Another system's form and list beside our own, by the command and a real server: what is told of each difference.

use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::support::engine::OPCENTRE;
use crate::support::server::Server;

/// Friday 2 August 2024, 08:00 in Hanoi.
const NOW: &str = "2024-08-02T08:00:00+07:00";
const UNITS: &str = "code,parent,kind,category,name_vi\n17,,province,tỉnh,Hòa Bình\n148,17,district,huyện,Thành phố\n\
    150,17,district,huyện,Lạc Thủy\n";

/// Ten dossiers of unit 148, received on 1 to 10 July, due on the 20th; those with an even number are done on the 15th.
async fn filled(folder: &Path) -> Server {
    let server = Server::start(folder, &["--now", NOW]).await;
    server.put_units(UNITS).await;
    let mut lines = Vec::new();
    for number in 1..=10 {
        let received = format!("2024-07-{number:02}T08:00:00+07:00");
        let field = if number > 6 { "Hộ tịch" } else { "Đất đai" };
        lines.push(
            json!({"type": "dossier", "id": format!("D-{number}"), "unit": "148", "at": received, "status": "accepted",
            "received_at": received, "due_at": "2024-07-20", "field": field}),
        );
        if number % 2 == 0 {
            lines.push(
                json!({"type": "dossier", "id": format!("D-{number}"), "unit": "148", "at": "2024-07-15T08:00:00+07:00",
                "status": "done"}),
            );
        }
    }
    lines.push(
        json!({"type": "dossier", "id": "D-V", "unit": "148", "at": "2024-07-03T08:00:00+07:00", "status": "accepted",
        "void": "sent twice"}),
    );
    lines.push(
        json!({"type": "dossier", "id": "D-O", "unit": "150", "at": "2024-07-03T08:00:00+07:00", "status": "accepted"}),
    );
    lines.push(json!({"type": "dossier", "id": "D-R", "unit": "148", "at": "2024-07-03T08:00:00+07:00", "status": "registered"}));
    let body: Vec<String> = lines.iter().map(ToString::to_string).collect();
    let (status, answer) = server.post("motcua", body.join("\n")).await.unwrap();
    assert_eq!(status, 202, "{answer}");
    server.reach("17", answer["seq"].as_u64().unwrap()).await;
    server
}

/// Runs the command for unit 148 on a file; its exit code and what it said.
fn reconcile(server: &Server, folder: &Path, name: &str, text: &[u8], more: &[&str]) -> (i32, String) {
    reconcile_of("148", server, folder, (name, text), more)
}

fn reconcile_of(
    unit: &str,
    server: &Server,
    folder: &Path,
    (name, text): (&str, &[u8]),
    more: &[&str],
) -> (i32, String) {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    let mut command = Command::new(OPCENTRE);
    command.arg("reconcile").arg(path).args(["--url", &server.url, "--unit", unit, "--window", "2024-07"]);
    let output = command.args(["--scheme", "calendar"]).args(more).output().unwrap();
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stdout).unwrap() + &String::from_utf8_lossy(&output.stderr),
    )
}

#[tokio::test]
async fn a_form_is_compared_cell_by_cell() {
    let folder = tempfile::tempdir().unwrap();
    let server = filled(&folder.path().join("data")).await;
    let form = |format: &str| {
        format!("/api/v1/units/148/forms/ii06a?period=2024-07&scheme=calendar&rows=field&format={format}")
    };
    let own = server.text(&form("csv")).await;
    let (code, said) = reconcile(&server, folder.path(), "own.csv", own.as_bytes(), &[]);
    assert_eq!(code, 0, "our own form agrees: {said}");
    assert!(said.contains("khớp: 44 agree"), "{said}");
    // As the office prints it.
    let printed = reqwest::get(format!("{}{}", server.url, form("xlsx"))).await.unwrap().bytes().await.unwrap();
    let (code, said) = reconcile(&server, folder.path(), "own.xlsx", &printed, &[]);
    assert_eq!((code, said.contains("khớp")), (0, true), "{said}");

    // Without a total a row is a row.
    let bare = "Lĩnh vực,3,4,5,6,7,8,9,10,11,12,13\nHộ tịch,4,0,4,0,2,2,0,0,2,0,2\nĐất đai,6,0,6,0,3,3,0,0,3,0,3\n";
    let (code, said) = reconcile(&server, folder.path(), "bare.csv", bare.as_bytes(), &[]);
    assert_eq!((code, said.contains("khớp: 22 agree")), (0, true), "{said}");

    // Three cells are others, a row is missing and one is new.
    let theirs = "STT,Lĩnh vực,Tổng,,,,,,,,,,\n,,(3)=(4)+(5)+(6),(4),(5),(6),(7)=(8)+(9)+(10),(8),(9),(10),(11),(12),(13)\n\
        ,TỔNG SỐ,11,0,10,0,5,5,0,0,5,0,5\n1,Đất đai,6,0,6,0,2,3,0,0,3,0,3\n2,Môi trường,1,0,1,0,0,0,0,0,1,1,0\n";
    let out = folder.path().join("out.csv");
    let (code, said) =
        reconcile(&server, folder.path(), "theirs.csv", theirs.as_bytes(), &["--out", out.to_str().unwrap()]);
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("row 3  TỔNG SỐ  column 3: theirs 11, ours 10  see /api/v1/units/148/dossiers?measure=taken_on&"),
        "{said}"
    );
    assert!(said.contains("row 4  Đất đai  column 7: theirs 2, ours 3"), "{said}");
    assert!(said.contains("row 5  Môi trường  row: theirs 1, ours -  no such row here"), "{said}");
    assert!(said.contains("Hộ tịch  row: theirs -, ours 4  no such row there"), "{said}");
    let written = std::fs::read_to_string(out).unwrap();
    let lines = written.lines().count() - 1;
    assert!(said.contains(&format!("lệch {lines}:")), "everything is written: {said}\n{written}");
    assert!(written.starts_with("row,what,of,theirs,ours,reason,why\n3,TỔNG SỐ,column 3,11,10,cell,"), "{written}");
}

#[tokio::test]
async fn a_list_is_compared_id_by_id_and_each_difference_has_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let server = filled(&folder.path().join("data")).await;
    let row =
        |number: u32, status: &str, received: &str| format!("{number};D-{number};Nguyễn Văn A;{status};{received}\n");
    let state = |number: u32| if number.is_multiple_of(2) { "Đã xử lý xong" } else { "Được tiếp nhận" };
    let agreeing: String = (1..=10).map(|number| row(number, state(number), &format!("{number:02}/07/2024"))).collect();
    let header = "Danh sách hồ sơ\n\nSTT;Mã hồ sơ;Họ tên;Trạng thái;Ngày tiếp nhận\n";
    let (code, said) = reconcile(&server, folder.path(), "same.csv", format!("{header}{agreeing}").as_bytes(), &[]);
    assert_eq!((code, said.contains("khớp: 10 agree, none differs")), (0, true), "{said}");

    let mut theirs = String::from(header);
    theirs.extend((2..=9).map(|number| row(number, state(number), &format!("{number:02}/07/2024"))));
    theirs.push_str(&row(10, "Đang xử lý", "11/07/2024"));
    for id in ["D-V", "D-O", "D-R", "D-X", "D-9"] {
        theirs.push_str(&format!("0;{id};Trần Thị B;Được tiếp nhận;03/07/2024\n"));
    }
    let (code, said) = reconcile(&server, folder.path(), "theirs.csv", theirs.as_bytes(), &[]);
    assert_eq!(code, 1, "{said}");
    for told in [
        "D-10  status: theirs processing, ours done",
        "D-10  received_at: theirs 11/07/2024, ours 2024-07-10",
        "D-V  dossier: theirs there, ours missing here  void here",
        "D-O  dossier: theirs there, ours missing here  here under unit 150, taken on 2024-07-03T08:00:00.000+07:00: another unit",
        "D-R  dossier: theirs there, ours missing here  not taken on here, its status is registered",
        "D-X  dossier: theirs there, ours missing here  never sent here",
        "D-9  id: theirs twice",
        "row -  D-1  dossier: theirs missing there, ours here",
    ] {
        assert!(said.contains(told), "{told} in\n{said}");
    }
    assert!(said.contains("lệch 8:"), "{said}");
    assert!(!said.contains("Nguyễn") && !said.contains("Trần"), "nothing of a person: {said}");
    // Whose list it is must be said once a second source has any there.
    let other =
        json!({"type": "dossier", "id": "D-1", "unit": "148", "at": "2024-07-05T08:00:00+07:00", "status": "accepted"});
    assert_eq!(server.post("mot-cua-cu", other.to_string()).await.unwrap().0, 202);
    let same = format!("{header}{agreeing}");
    let (code, said) = reconcile(&server, folder.path(), "same.csv", same.as_bytes(), &[]);
    assert_eq!(
        (code, said.contains("whose list it is is said by `source`, one of: mot-cua-cu, motcua")),
        (2, true),
        "{said}"
    );
    let named = ["--source", "motcua"];
    let (code, said) = reconcile(&server, folder.path(), "same.csv", same.as_bytes(), &named);
    assert_eq!((code, said.contains("source motcua: 10 there, 10 here")), (0, true), "{said}");
    let (code, said) = reconcile(&server, folder.path(), "nothing.csv", b"x,y\n1,2\n", &[]);
    assert_eq!((code, said.contains("neither the columns 3 to 13")), (2, true), "{said}");
}

#[tokio::test]
async fn units_of_one_name_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let server = filled(&folder.path().join("data")).await;
    let communes =
        "code,parent,kind,category,name_vi\n04903,150,commune,xã,Xã Tân Lập\n04904,150,commune,xã,Xã Tân Lập\n";
    server.put_units(communes).await;
    let line = |id: &str, unit: &str| {
        json!({"type": "dossier", "id": id, "unit": unit, "at": "2024-07-04T08:00:00+07:00", "status": "accepted"})
            .to_string()
    };
    let lines = [line("A", "04903"), line("B", "04904"), line("C", "04904")].join("\n");
    let (_, answer) = server.post("motcua", lines).await.unwrap();
    server.reach("17", answer["seq"].as_u64().unwrap()).await;
    for format in ["csv", "xlsx"] {
        let form = format!(
            "{}/api/v1/units/150/forms/ii06a?period=2024-07&scheme=calendar&rows=unit&format={format}",
            server.url
        );
        let form = reqwest::get(form).await.unwrap().bytes().await.unwrap();
        let file = (format!("own.{format}"), form);
        let (code, said) = reconcile_of("150", &server, folder.path(), (&file.0, &file.1), &["--rows", "unit"]);
        assert_eq!((code, said.contains("khớp")), (0, true), "{format}: {said}");
    }
    // By their codes, whatever their order and name.
    let theirs = "Mã,Đơn vị,3,4,5,6,7,8,9,10,11,12,13\n04904,Xã Tân Lập,2,0,2,0,0,0,0,0,2,2,0\n\
        04903,Xã Tân Lập,7,0,1,0,0,0,0,0,1,1,0\n,Huyện Lạc Thủy,1,0,1,0,0,0,0,0,1,1,0\n";
    let (_, said) = reconcile_of("150", &server, folder.path(), ("theirs.csv", theirs.as_bytes()), &["--rows", "unit"]);
    assert!(said.contains("row 3  Xã Tân Lập  column 3: theirs 7, ours 1  see /api/v1/units/04903/dossiers"), "{said}");
    assert!(!said.contains("row 2  "), "{said}");
}
