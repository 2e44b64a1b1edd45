//! The portal's messages in every order are one state (I-3).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::portal::{UNITS, dossier, send, start};

/// Six messages of one dossier, in the order of its life.
fn life(id: &str) -> [Value; 6] {
    let accepted = |more: Value| {
        let mut of = json!({"NgayTiepNhan": "20240701080000", "NgayHenTra": "20240715000000"});
        of.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        dossier(id, of)
    };
    let asked = json!([{"HoSoBoSungId": "7", "NgayBoSung": "20240705090000", "NgayHenTraTruoc": "20240715000000"}]);
    let returned = json!([{"HoSoBoSungId": "7", "NgayBoSung": "20240705090000", "NgayTiepNhanBoSung": "20240710090000",
        "NgayHenTraTruoc": "20240715000000", "NgayHenTraMoi": "20240722000000"}]);
    [
        dossier(id, json!({"TrangThaiHoSo": "1"})),
        accepted(json!({"TrangThaiHoSo": "2", "HoSoCoThanhPhanSoHoa": "1"})),
        accepted(json!({"TrangThaiHoSo": "5", "DanhSachHoSoBoSung": asked})),
        accepted(json!({"TrangThaiHoSo": "4", "NgayHenTra": "20240722000000", "DanhSachHoSoBoSung": returned,
            "DanhSachLePhi": [{"TenPhiLePhi": "Phí", "Gia": "50000"}], "DuocThanhToanTrucTuyen": "2"})),
        accepted(json!({"TrangThaiHoSo": "9", "NgayHenTra": "20240722000000", "NgayKetThucXuLy": "20240719160000",
            "DanhSachGiayToKetQua": [{"TenGiayTo": "Giấy", "DuongDanTepTinKetQua": "https://kho/1.pdf"}]})),
        accepted(json!({"TrangThaiHoSo": "10", "NgayHenTra": "20240722000000", "NgayKetThucXuLy": "20240719160000",
            "NgayTra": "20240720090000"})),
    ]
}

/// Every order of so many things.
fn orders(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let shorter = orders(count - 1);
    let with = |order: &Vec<usize>, place: usize| {
        let mut order = order.clone();
        order.insert(place, count - 1);
        order
    };
    shorter.iter().flat_map(|order| (0..count).map(move |place| with(order, place))).collect()
}

#[tokio::test]
async fn i3_a_dossiers_life_in_the_portals_messages_is_one_state_in_every_order() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path()).await;
    let orders = orders(6);
    assert_eq!(orders.len(), 720);
    let id = |number: usize| format!("H28.148-240701-{number:04}");
    let mut seq = 0;
    for step in 0..6 {
        let message: Vec<Value> =
            orders.iter().enumerate().map(|(number, order)| life(&id(number))[order[step]].clone()).collect();
        let (status, answer) = send(&server, "DongBoHoSoMC", &message).await;
        assert_eq!((status, &answer["error_code"], &answer["accepted"]), (202, &json!("00"), &json!(720)), "{answer}");
        seq = answer["seq"].as_u64().unwrap();
    }
    server.reach("148", seq).await;
    let kpis = server.kpis("148", "2024-07").await;
    for (measure, count) in [
        ("received", 720),
        ("received_online", 720),
        ("resolved", 720),
        ("resolved_early", 720),
        ("digitised", 720),
        ("electronic_result", 720),
        ("payable", 720),
        ("paid_online", 720),
        ("in_progress", 0),
    ] {
        assert_eq!(kpis["measures"][measure], count, "{measure}");
    }
    // Every dossier by itself, as people see it.
    let mut states = BTreeSet::new();
    let (_, page) = server.get("/api/v1/units/148/dossiers?measure=resolved_early&window=2024-07&limit=1000").await;
    for row in page["rows"].as_array().unwrap() {
        let mut row = row.clone();
        row.as_object_mut().unwrap().remove("id");
        states.insert(row.to_string());
    }
    assert_eq!(states.len(), 1, "{states:#?}");
    for number in [0, 100, 719] {
        let (_, one) = server.get(&format!("/api/v1/dossiers/mc/{}", id(number))).await;
        let derived = &one["derived"];
        for (what, is) in [
            ("newest_status", json!("delivered")),
            ("taken_on", json!("2024-07-01T08:00:00.000+07:00")),
            ("finish", json!("2024-07-19T16:00:00.000+07:00")),
            ("delivered", json!("2024-07-20T09:00:00.000+07:00")),
            ("due", json!("2024-07-22T23:59:59.999+07:00")),
            ("class", json!("early")),
            ("pauses", json!([{"from": "2024-07-05T09:00:00.000+07:00", "to": "2024-07-10T09:00:00.000+07:00"}])),
        ] {
            assert_eq!(derived[what], is, "{what} of {number}: {derived}");
        }
        assert_eq!(one["unit"]["unit"], "148");
        let seen = one["registers"]["status"].as_array().unwrap().len();
        assert_eq!(seen, 6, "each status was seen: {}", one["registers"]["status"]);
    }
    server.verified().await;
}

#[tokio::test]
async fn i3_progress_moves_no_dossier_and_what_moved_it_before_may_come_after() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path()).await;
    server.put_units(&format!("{UNITS}150,17,district,huyện,Lạc Thủy\n")).await;
    let at = |unit: &str, received: &str, asked: Value| {
        json!({"TrangThaiHoSo": "4", "NgayTiepNhan": "20240701080000", "NgayHenTra": "20240722000000", "DonViXuLy": unit,
            "NgayYeuCauBoSung": received, "DanhSachHoSoBoSung": asked})
    };
    // Taken on by 148, moved to 150 on the third, with progress on the fifth; a return says what was due before.
    let returned = json!([{"HoSoBoSungId": "7", "NgayBoSung": "20240701090000", "NgayTiepNhanBoSung": "20240702090000",
        "NgayHenTraTruoc": "20240715000000", "NgayHenTraMoi": "20240722000000"}]);
    let message = |id: &str, step: usize| match step {
        0 => ("DongBoHoSoMC", dossier(id, at("148", "20240701083000", json!([])))),
        1 => ("DongBoHoSoMC", dossier(id, at("150", "20240703080000", returned.clone()))),
        _ => ("CapNhatTienDoHoSoMC", json!({"MaHoSo": id, "TrangThai": "4", "ThoiDiemXuLy": "20240705080000"})),
    };
    // Progress is told of what is known; else each order.
    let orders = [[0, 1, 2], [1, 0, 2], [0, 2, 1], [1, 2, 0]];
    let mut seq = 0;
    for (number, order) in orders.iter().enumerate() {
        for step in order {
            let (service, message) = message(&format!("m{number}"), *step);
            let (status, answer) = send(&server, service, &[message]).await;
            assert_eq!((status, &answer["error_code"]), (202, &json!("00")), "{answer}");
            seq = answer["seq"].as_u64().unwrap();
        }
    }
    server.reach("150", seq).await;
    let mut states = BTreeSet::new();
    for number in 0..orders.len() {
        let (_, mut one) = server.get(&format!("/api/v1/dossiers/mc/m{number}")).await;
        assert_eq!((&one["unit"]["unit"], &one["derived"]["newest_status"]), (&json!("150"), &json!("processing")));
        assert_eq!(one["registers"]["unit"]["at"], "2024-07-03T08:00:00.000+07:00");
        let parts = ["derived", "verdict"].map(|part| one[part].take().to_string());
        states.insert(parts);
    }
    assert_eq!(states.len(), 1, "{states:#?}");
    let (_, was) = server.get("/api/v1/units/148/kpis?window=2024-07&hierarchy=was").await;
    assert_eq!(was["measures"]["received"], 4, "the first unit is the first one that was named: {}", was["measures"]);
    server.verified().await;
}
