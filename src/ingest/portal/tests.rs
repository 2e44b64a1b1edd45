use proptest::prelude::*;

use super::*;
use crate::model::{Field, Instant, Text, Zone};

fn context() -> Context {
    let zone = Zone::named("Asia/Ho_Chi_Minh").unwrap();
    let now = zone.end("2024-08-02".parse().unwrap());
    Context { source: Text::new("mc"), now, zone, limits: Limits::default() }
}

fn read(body: &[u8]) -> Result<Delivery, EnvelopeError> {
    read_by(body, &Portal::embedded())
}

fn read_by(body: &[u8], portal: &Portal) -> Result<Delivery, EnvelopeError> {
    PortalMessage::open(body, None, &Limits::default())?.read(&context(), portal, &|_| Some(Text::new("17")))
}

/// Records of one dossier with these fields beside what each has.
fn records_of(fields: &str) -> Vec<Record> {
    let body = format!(
        r#"{{"service": "DongBoHoSoMC", "madonvi": "17", "data": {{"MaHoSo": "1", "TrangThaiHoSo": "4", "DonViXuLy": "17", {fields}}}}}"#
    );
    let delivery = read(body.as_bytes()).unwrap();
    assert_eq!(delivery.batch.rejections, [], "{fields}");
    delivery.batch.records
}

fn event(record: &Record) -> &crate::model::DossierEvent {
    match record {
        Record::Dossier(event) => event,
        other => panic!("{other:?} is no dossier"),
    }
}

fn at(text: &str) -> Instant {
    super::super::instant::read(text).unwrap()
}

#[test]
fn a_due_time_is_never_when_it_changed_and_a_date_alone_is_not_before_the_same_day() {
    let records =
        records_of(r#""NgayTiepNhan": "20240701093000", "NgayHenTra": "20240801000000", "NgayTra": "20240701""#);
    let event = event(&records[0]);
    assert_eq!(event.at, at("2024-07-01T09:30:00+07:00"));
    assert_eq!(event.due_at, Field::Value(at("2024-08-01T23:59:59.999+07:00")));
}

#[test]
fn only_an_end_has_the_time_of_its_end() {
    let ended = |status: &str| {
        let fields = format!(
            r#""NgayTiepNhan": "20240701090000", "NgayKetThucXuLy": "20240705090000", "TrangThaiHoSo": "{status}""#
        );
        event(&records_of(&fields)[0]).finished_at.clone()
    };
    assert_eq!(ended("9"), Field::Value(at("2024-07-05T09:00:00+07:00")));
    // Stopped ones have their own instant; one in progress has not ended, whatever its message says.
    assert_eq!((ended("8"), ended("4")), (Field::Absent, Field::Absent));
}

#[test]
fn a_supplement_moves_the_due_date_at_its_return_and_an_open_one_hides_it() {
    let open = records_of(
        r#""NgayTiepNhan": "20240701090000", "NgayHenTra": "20240715000000", "DanhSachHoSoBoSung":
            [{"HoSoBoSungId": "7", "NgayBoSung": "20240705090000", "NgayHenTraTruoc": "20240715000000"}]"#,
    );
    assert_eq!((open.len(), &event(&open[0]).due_at), (2, &Field::Absent));
    assert_eq!(event(&open[1]).at, at("2024-07-05T09:00:00+07:00"));
    // The portal's own field wasn't moved with it: the former date isn't set again.
    let returned = records_of(
        r#""NgayTiepNhan": "20240701090000", "NgayHenTra": "20240715000000", "DanhSachHoSoBoSung":
            [{"HoSoBoSungId": "7", "NgayBoSung": "20240705090000", "NgayTiepNhanBoSung": "20240710090000",
              "NgayHenTraTruoc": "20240715000000", "NgayHenTraMoi": "20240720170000"}]"#,
    );
    assert_eq!((returned.len(), &event(&returned[0]).due_at), (3, &Field::Absent));
    let moved = event(&returned[2]);
    assert_eq!(
        (moved.at, &moved.due_at),
        (at("2024-07-10T09:00:00+07:00"), &Field::Value(at("2024-07-20T17:00:00+07:00")))
    );
}

#[test]
fn the_same_message_is_the_same_records_whenever_it_comes() {
    let fields = r#""NgayTiepNhan": "20240701090000", "NgayHenTra": "20240715000000", "KenhThucHien": "2""#;
    assert_eq!(records_of(fields), records_of(fields));
}

#[test]
fn who_received_it_for_another_unit_is_read_from_the_field_that_its_source_says() {
    let text = include_str!("../../../dashboards/adapters/dvcqg.toml");
    let own = "[source.mc]\nreceived_by = [\"DonViPhiDiaGioi\"]\n[source.mc.units]\n\"Phường Một\" = \"P1\"\n";
    let portal = Portal::read(crate::kpi::SourceFile { name: "f", text: &format!("{text}{own}") }).unwrap();
    let body = |unit: &str| {
        serde_json::json!({"service": "DongBoHoSoMC", "data": {"MaHoSo": "1", "TrangThaiHoSo": "2",
            "NgayTiepNhan": "20240701080000", "DonViXuLy": "17", "DonViPhiDiaGioi": unit}})
        .to_string()
    };
    let of = |unit: &str, portal: &Portal| {
        let delivery = read_by(body(unit).as_bytes(), portal).unwrap();
        delivery.batch.records.first().map(|record| (event(record).unit.to_string(), event(record).received_by.clone()))
    };
    assert_eq!(of("Phường Một", &portal), Some(("17".to_owned(), Field::Value(Text::new("P1")))));
    assert_eq!(of("Phường Hai", &portal), Some(("17".to_owned(), Field::Value(Text::new("Phường Hai")))));
    assert_eq!(of("Phường Một", &Portal::embedded()), Some(("17".to_owned(), Field::Absent)));
    let refused = read_by(body(&"x".repeat(65)).as_bytes(), &portal).unwrap().batch.rejections;
    assert_eq!((refused[0].pointer.as_str(), refused[0].code), ("/data/0/DonViPhiDiaGioi", Code::TooLong));
}

#[test]
fn a_dossier_without_a_unit_is_the_senders_only_where_its_source_says_so() {
    let text = include_str!("../../../dashboards/adapters/dvcqg.toml");
    let own = format!("{text}[source.mc]\nunit = [\"DonViXuLy\", \"madonvi\"]\n");
    let portal = Portal::read(crate::kpi::SourceFile { name: "f", text: &own }).unwrap();
    let body = r#"{"service": "DongBoHoSoMC", "madonvi": "148", "data": [{"MaHoSo": "1", "TrangThaiHoSo": "2",
        "NgayTiepNhan": "20240701080000"}]}"#;
    let delivery = read_by(body.as_bytes(), &portal).unwrap();
    assert_eq!(event(&delivery.batch.records[0]).unit, Text::new("148"));
    let refused = read(body.as_bytes()).unwrap().batch.rejections;
    assert_eq!((refused[0].pointer.as_str(), refused[0].code), ("/data/0/DonViXuLy", Code::MissingField));
}

#[test]
fn progress_without_a_time_is_told_by_its_own_field() {
    let body = r#"{"service": "CapNhatTienDoHoSoMC", "data": [{"MaHoSo": "1", "TrangThai": "4", "NgayKetThucTheoQuyDinh":
        "20240701080000"}, {"MaHoSo": "1", "TrangThai": "9"}]}"#;
    let refused = read(body.as_bytes()).unwrap().batch.rejections;
    let told: Vec<_> = refused.iter().map(|of| (of.pointer.as_str(), of.code)).collect();
    // A step's due time is no time at which anything happened.
    assert_eq!(told, [("/data/0/ThoiDiemXuLy", Code::MissingField), ("/data/1/ThoiDiemXuLy", Code::MissingField),]);
}

/// Any JSON, with the portal's own words and times among its texts.
fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        "[0-9]{1,2}|20240[1-9][0-3][0-9](0[0-9][0-5]000)?|00010101000000|[\\x00-\\x{10ffff}]{0,12}"
            .prop_map(Into::into),
    ];
    let name = || proptest::sample::select(&NAMES[..]).prop_map(str::to_owned);
    leaf.prop_recursive(3, 48, 10, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            proptest::collection::hash_map(name(), inner, 0..14)
                .prop_map(|fields| serde_json::Value::Object(fields.into_iter().collect())),
        ]
    })
}

const NAMES: [&str; 24] = [
    "MaHoSo",
    "MaTTHC",
    "MaLinhVuc",
    "KenhThucHien",
    "NgayNopHoSo",
    "NgayTiepNhan",
    "NgayHenTra",
    "NgayKetThucXuLy",
    "NgayTra",
    "NgayTuChoi",
    "TrangThaiHoSo",
    "TrangThai",
    "ThoiDiemXuLy",
    "DonViXuLy",
    "HoSoCoThanhPhanSoHoa",
    "TaiLieuNop",
    "DuocTaiSuDung",
    "DanhSachLePhi",
    "Gia",
    "DanhSachHoSoBoSung",
    "NgayBoSung",
    "NgayTiepNhanBoSung",
    "NgayHenTraMoi",
    "DanhSachGiayToKetQua",
];

proptest! {
    #[test]
    fn no_json_makes_it_panic(data in any_json(), is_progress in any::<bool>()) {
        let service = if is_progress { "CapNhatTienDoHoSoMC" } else { "DongBoHoSoMC" };
        let body = serde_json::json!({"service": service, "madonvi": "17", "data": data}).to_string();
        if let Ok(delivery) = read(body.as_bytes()) {
            prop_assert_eq!(delivery.batch.received, delivery.accepted + delivery.batch.rejected);
            prop_assert_eq!(delivery.batch.rejections.len(), delivery.batch.rejected);
        }
    }

    #[test]
    fn no_text_makes_it_panic_and_what_is_received_is_accepted_or_rejected(
        values in proptest::collection::vec("[\\x00-\\x{10ffff}]{0,24}|[0-9]{8,14}|[0-9]{1,2}", 8),
        nested in any::<bool>(),
    ) {
        let names =
            ["MaHoSo", "TrangThaiHoSo", "NgayTiepNhan", "NgayHenTra", "NgayKetThucXuLy", "NgayTra", "DonViXuLy", "KenhThucHien"];
        let mut dossier: serde_json::Map<String, serde_json::Value> =
            names.iter().zip(&values).map(|(name, value)| ((*name).to_owned(), value.as_str().into())).collect();
        if nested {
            let one = serde_json::json!({"NgayBoSung": values[2], "NgayTiepNhanBoSung": values[3], "NgayHenTraMoi": values[4]});
            dossier.insert("DanhSachHoSoBoSung".to_owned(), serde_json::json!([one, values[0]]));
        }
        let body = serde_json::json!({"service": "DongBoHoSoMC", "data": [dossier]}).to_string();
        let delivery = read(body.as_bytes()).unwrap();
        prop_assert_eq!(delivery.batch.received, delivery.accepted + delivery.batch.rejected);
        prop_assert_eq!(delivery.accepted == 0, delivery.batch.records.is_empty());
    }

    #[test]
    fn no_bytes_make_it_panic(body in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _refused = read(&body);
    }
}
