//! The national portal's messages over real HTTP: one dossier's life in every order, the dirt of real feeds, and no trace of
//! a person.

use std::fs::File;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::server::Server;

/// Friday 2 August 2024, 08:00 in Hanoi.
const NOW: &str = "2024-08-02T08:00:00+07:00";
pub(crate) const UNITS: &str =
    "code,parent,kind,category,name_vi\n17,,province,tỉnh,Hòa Bình\n148,17,district,huyện,Thành phố\n";
const ALIAS: &str = "source,raw,unit\nmc,UBND thành phố Hòa Bình,148\n";

/// Sends dossiers in one message; the status and the answer.
pub(crate) async fn send(server: &Server, service: &str, dossiers: &[Value]) -> (u16, Value) {
    send_as(server, "s3cr3t", service, dossiers).await
}

async fn send_as(server: &Server, session: &str, service: &str, dossiers: &[Value]) -> (u16, Value) {
    let body =
        json!({"session": session, "madonvi": "H28", "service": service, "isUpdating": "False", "data": dossiers});
    server.post_to("/api/v1/adapters/dvcqg?source=mc", body.to_string()).await
}

pub(crate) async fn start(folder: &Path) -> Server {
    let server = Server::start(folder, &["--now", NOW]).await;
    server.put_units(UNITS).await;
    let http = reqwest::Client::new();
    let put = http.put(format!("{}/api/v1/aliases", server.url)).header("content-type", "text/csv").body(ALIAS);
    assert!(put.send().await.unwrap().status().is_success());
    server
}

/// A dossier's fields: what all messages of it have, with more.
pub(crate) fn dossier(id: &str, more: Value) -> Value {
    let mut fields = json!({
        "MaHoSo": id, "MaTTHC": "1.002835.000.00.00.H28", "TenTTHC": "Cấp giấy", "MaLinhVuc": "G03-GD10",
        "KenhThucHien": "2", "DonViXuLy": "UBND thành phố Hòa Bình", "NgayNopHoSo": "20240701080000",
        "NgayTiepNhan": "", "NgayHenTra": "00010101000000", "NgayKetThucXuLy": null, "NgayTra": "00010101000000",
        "DanhSachHoSoBoSung": [], "TaiLieuNop": [], "DanhSachLePhi": [], "DanhSachGiayToKetQua": [],
    });
    fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    fields
}

/// A dossier in progress, with more.
fn taken(id: &str, more: Value) -> Value {
    let mut of = json!({"TrangThaiHoSo": "4", "NgayTiepNhan": "20240701080000", "NgayHenTra": "20240705000000"});
    of.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    dossier(id, of)
}

/// Seven dossiers that are refused, and seven that aren't.
fn dirty() -> Vec<Value> {
    vec![
        // Refused: nobody knows when it ended; a code that nobody listed; a time ahead of the clock; no time at all.
        taken("no-end", json!({"TrangThaiHoSo": "9"})),
        taken("no-code", json!({"TrangThaiHoSo": "77"})),
        taken("ahead", json!({"TrangThaiHoSo": "9", "NgayKetThucXuLy": "20250101080000"})),
        taken("garbled", json!({"NgayTiepNhan": "hôm qua"})),
        taken("nameless", json!({"MaHoSo": ""})),
        taken("where", json!({"DonViXuLy": "Ủy ban nhân dân một nơi có cái tên dài hơn mọi mã đơn vị"})),
        json!("no object"),
        // Taken: overdue by its moved date only; ended before it was received; 5 rewritten to 9; sent on elsewhere; numbers
        // and booleans that aren't texts; a foreign id; no channel is the counter.
        taken("late", json!({})),
        taken("before", json!({"TrangThaiHoSo": "9", "NgayKetThucXuLy": "20240630080000"})),
        taken("rewritten", json!({"TrangThaiHoSo": "9", "NgayKetThucXuLy": "20240704080000"})),
        taken("sent-on", json!({"TrangThaiHoSo": "0"})),
        taken(
            "numbers",
            json!({"TrangThaiHoSo": 9, "NgayKetThucXuLy": 20_240_706_080_000_i64, "KenhThucHien": 1,
            "HoSoCoThanhPhanSoHoa": true}),
        ),
        taken("000.00.01.H22-240701-12345", json!({"KenhThucHien": null})),
        taken(
            "papers",
            json!({"TaiLieuNop": [{"DuocSoHoa": "0", "DuocTaiSuDung": "2"}, {"DuocSoHoa": "1", "IsDeleted": "1"}]}),
        ),
    ]
}

#[tokio::test]
async fn dirt_of_real_feeds_is_taken_or_told() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path()).await;
    let message = dirty();
    let (status, answer) = send(&server, "DongBoHoSoMC", &message).await;
    assert_eq!((status, &answer["error_code"]), (202, &json!("01")), "{answer}");
    assert_eq!((&answer["received"], &answer["accepted"], &answer["rejected"]), (&json!(14), &json!(7), &json!(7)));
    let told: Vec<(u64, &str, &str)> = answer["rejections"]
        .as_array()
        .unwrap()
        .iter()
        .map(|of| (of["line"].as_u64().unwrap(), of["pointer"].as_str().unwrap(), of["code"].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            (1, "/data/0/NgayKetThucXuLy", "missing_field"),
            (2, "/data/1/TrangThaiHoSo", "bad_value"),
            (3, "/data/2/NgayKetThucXuLy", "out_of_range"),
            (4, "/data/3/NgayTiepNhan", "bad_instant"),
            (5, "/data/4/MaHoSo", "missing_field"),
            (6, "/data/5/DonViXuLy", "too_long"),
            (7, "/data/6", "not_an_object"),
        ]
    );
    server.reach("148", answer["seq"].as_u64().unwrap()).await;
    let measures = server.kpis("148", "2024-07").await["measures"].clone();
    for (measure, count) in [
        ("received", 7),
        ("received_online", 5),
        ("received_counter", 2),
        ("resolved", 3),
        ("resolved_late", 1),
        ("in_progress_overdue", 4),
        ("reused_data", 1),
        ("digitised", 1),
    ] {
        assert_eq!(measures[measure], count, "{measure}: {measures}");
    }
    // Progress names no unit: the dossier stays where it is, and one that nobody sent is refused.
    let progress = |id: &str| json!({"MaHoSo": id, "TrangThai": "5", "ThoiDiemXuLy": "20240703080000", "PhongBanXuLy": "Phòng Một"});
    let (status, answer) = send(&server, "CapNhatTienDoHoSoMC", &[progress("late"), progress("unheard-of")]).await;
    assert_eq!((status, &answer["rejections"][0]["code"]), (202, &json!("unknown_dossier")), "{answer}");
    server.reach("148", answer["seq"].as_u64().unwrap()).await;
    let (_, late) = server.get("/api/v1/dossiers/mc/late").await;
    assert_eq!(
        (&late["unit"]["unit"], &late["derived"]["newest_status"]),
        (&json!("148"), &json!("supplement_requested"))
    );
    for (body, code) in [
        (json!({"service": "TraCuuHoSo", "mahoso": "1"}), "no_message"),
        (json!({"service": "DongBoHoSoMC", "data": "x"}), "no_message"),
        (json!([]), "no_message"),
    ] {
        let (status, answer) = server.post_to("/api/v1/adapters/dvcqg?source=mc", body.to_string()).await;
        assert_eq!((status, &answer["code"]), (400, &json!(code)), "{answer}");
    }
    let (status, answer) = send(&server, "DongBoHoSoMC", &[taken("x", json!({"TrangThaiHoSo": "9"}))]).await;
    assert_eq!((status, &answer["code"], &answer["error_code"]), (422, &json!("none_accepted"), &json!("01")));
}

#[tokio::test]
async fn each_code_of_the_portal_counts_where_its_state_does() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path()).await;
    let message = [
        // Accepted without a day of receipt: it counts from the time that the message has.
        dossier("unreceived", json!({"TrangThaiHoSo": "2", "NgayHenTra": "20240901000000"})),
        dossier("refused", json!({"TrangThaiHoSo": "3", "NgayTuChoi": "20240702090000"})),
        // Without a time of the request nobody knows since when it waits.
        taken("paying", json!({"TrangThaiHoSo": "6", "NgayHenTra": "20240901000000"})),
        taken(
            "waiting",
            json!({"TrangThaiHoSo": "5", "NgayHenTra": "20240901000000",
            "DanhSachHoSoBoSung": [{"HoSoBoSungId": "1", "NgayBoSung": "20240703080000", "NgayHenTraTruoc": "20240901000000"}]}),
        ),
        taken("withdrawn", json!({"TrangThaiHoSo": "7", "NgayTra": "20240703090000"})),
        taken("stopped", json!({"TrangThaiHoSo": "8", "NgayKetThucXuLy": "20240703090000"})),
        taken("endless", json!({"TrangThaiHoSo": "8"})),
        taken("received-ahead", json!({"NgayTiepNhan": "20250101080000"})),
    ];
    let (status, answer) = send(&server, "DongBoHoSoMC", &message).await;
    assert_eq!((status, &answer["accepted"]), (202, &json!(6)), "{answer}");
    let told = |of: usize| (&answer["rejections"][of]["pointer"], &answer["rejections"][of]["code"]);
    assert_eq!(told(0), (&json!("/data/6/NgayKetThucXuLy"), &json!("missing_field")));
    assert_eq!(told(1), (&json!("/data/7/NgayTiepNhan"), &json!("out_of_range")));
    server.reach("148", answer["seq"].as_u64().unwrap()).await;
    let measures = server.kpis("148", "2024-07").await["measures"].clone();
    for (measure, count) in [
        ("received", 5),
        ("sent_back", 1),
        ("resolved", 2),
        ("resolved_withdrawn", 2),
        ("in_progress", 3),
        ("in_progress_within", 2),
        ("in_progress_waiting", 1),
    ] {
        assert_eq!(measures[measure], count, "{measure}: {measures}");
    }
    let (_, one) = server.get("/api/v1/dossiers/mc/unreceived").await;
    assert_eq!(one["derived"]["taken_on"], "2024-07-01T08:00:00.000+07:00");
    server.verified().await;
}

/// Whether any file below a folder has these bytes.
fn found_in(folder: &Path, mark: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(found_in(&path, mark));
        } else if let Ok(bytes) = std::fs::read(&path)
            && bytes.windows(mark.len()).any(|window| window == mark)
        {
            found.push(path.display().to_string());
        }
    }
    found
}

/// It is in no message but as something of a person.
const MARK: &str = "Nguyen-Bi-Mat-0912345678";

/// A dossier with the mark wherever the portal has something of a person.
fn personal(id: &str, more: Value) -> Value {
    let mut of = json!({"TrangThaiHoSo": "2", "NgayTiepNhan": "20240701080000", "DonViXuLy": "148"});
    for name in [
        "ChuHoSo",
        "SoGiayToChuHoSo",
        "MaDoiTuong",
        "Email",
        "Fax",
        "SoDienThoai",
        "TrichYeuHoSo",
        "ThongTinKhac",
        "GhiChu",
        "ThongTinTra",
        "TenTTHC",
        "TenLinhVuc",
        "DiaChi",
        "NguoiXuLy",
        "ChucDanh",
        "NoiDungXuLy",
    ] {
        of[name] = json!(MARK);
    }
    of["DinhDanhCHS"] = json!([{"LoaiDinhDanh": "1", "SoDinhDanh": MARK}]);
    of["TaiLieuNop"] = json!([{"TenTepDinhKem": MARK, "DuongDanTaiTepTin": MARK, "DuocSoHoa": "1"}]);
    of["DanhSachLePhi"] = json!([{"TenPhiLePhi": MARK, "Gia": "1"}]);
    of["DanhSachHoSoBoSung"] = json!([{"HoSoBoSungId": "1", "NguoiYeuCauBoSung": MARK, "NoiDungBoSung": MARK, "NgayBoSung": "20240702080000"}]);
    of["DanhSachGiayToKetQua"] = json!([{"TenGiayTo": MARK, "DuongDanTepTinKetQua": MARK}]);
    of.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    dossier(id, of)
}

#[tokio::test]
async fn nothing_of_a_person_is_kept_of_any_message_accepted_or_refused() {
    const KEPT: &str = "H28.148-240701-7531";
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let data = folder.path().join("data");
    let arguments = ["--now", NOW, "--log", "trace,hyper=off,h2=off"];
    let server = Server::spawn_logging(&data, &arguments, File::create(&log).unwrap());
    server.ready().await;
    server.put_units(UNITS).await;
    let message = [
        personal(KEPT, json!({})),
        personal("late-end", json!({"TrangThaiHoSo": "9"})),
        personal("odd-state", json!({"TrangThaiHoSo": MARK})),
        personal("odd-time", json!({"NgayTiepNhan": MARK})),
        personal("odd-channel", json!({"KenhThucHien": MARK})),
        personal("odd-unit", json!({"DonViXuLy": MARK.repeat(4)})),
        personal("ahead", json!({"NgayTiepNhan": "20250101080000"})),
        json!({"x": MARK}),
        json!(MARK),
    ];
    let body = json!({"session": MARK, "madonvi": "148", "service": "DongBoHoSoMC", "data": message});
    let (status, answer) = server.post_to("/api/v1/adapters/dvcqg?source=mc", body.to_string()).await;
    assert_eq!((status, &answer["accepted"], &answer["rejected"]), (202, &json!(1), &json!(8)), "{answer}");
    let progress = |id: &str, state: &str, time: &str| {
        json!({"MaHoSo": id, "TrangThai": state, "ThoiDiemXuLy": time, "NguoiXuLy": MARK, "ChucDanh": MARK, "NoiDungXuLy": MARK,
            "NgayBatDau": MARK, "NgayKetThucTheoQuyDinh": MARK})
    };
    let told = [
        progress(KEPT, "4", "20240703080000"),
        progress(KEPT, "9", MARK),
        progress(KEPT, MARK, "20240703080000"),
        progress("unheard-of", "4", "20240703080000"),
    ];
    let (status, answer) = send_as(&server, MARK, "CapNhatTienDoHoSoMC", &told).await;
    assert_eq!((status, &answer["accepted"], &answer["rejected"]), (202, &json!(1), &json!(3)), "{answer}");
    let nonsense = format!("{{\"service\": \"{MARK}\", \"data\": [{{\"ChuHoSo\": \"{MARK}\"");
    assert_eq!(server.post_to("/api/v1/adapters/dvcqg?source=mc", nonsense).await.0, 400);
    server.reach("148", answer["seq"].as_u64().unwrap()).await;
    let rejects = server.text("/api/v1/rejects").await;
    assert!(rejects.contains("/data/1/NgayKetThucXuLy") && !rejects.contains(MARK), "{rejects}");
    server.verified().await;
    assert_eq!(server.stop(), Some(0));
    // What is kept is found in each of the places that are looked through.
    for (place, kept) in [("journal", KEPT), ("engine", KEPT)] {
        assert!(!found_in(&data.join(place), kept.as_bytes()).is_empty(), "{kept} isn't in {place}");
    }
    let held = std::fs::read(data.join("facts.redb")).unwrap();
    assert!(held.windows(15).any(|of| of == b"NgayKetThucXuLy"), "no refused dossier is kept");
    assert!(std::fs::read_to_string(&log).unwrap().contains("TRACE"), "nothing was traced");
    for mark in [MARK, "0912345678"] {
        assert_eq!(found_in(folder.path(), mark.as_bytes()), Vec::<String>::new(), "{mark}");
    }
}
