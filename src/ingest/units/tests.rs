use super::*;

const NOW: Instant = Instant(1_722_560_400_000);

fn read(body: &str, content_type: &str) -> UnitBatch {
    let batch = read_units(body.as_bytes(), Some(content_type), NOW, &Limits::default()).unwrap();
    assert_eq!(batch.received, batch.units.len() + batch.rejected);
    batch
}

fn refused(row: &str, code: &str, pointer: &str, says: &str) {
    let header = UNITS.names.replace(' ', "");
    let batch = read(&format!("{header}\n{row}\n"), "text/csv; charset=utf-8");
    let refused = &batch.rejections[0];
    assert_eq!(
        (refused.code.as_str(), refused.pointer.as_str(), refused.line),
        (code, pointer, 2),
        "{row}: {refused:?}"
    );
    assert!(refused.reason.contains(says), "{row}: {}", refused.reason);
}

fn whole() -> UnitFact {
    UnitFact {
        at: NOW,
        code: "04789".into(),
        valid_from: None,
        valid_to: Some("2025-06-30".parse().unwrap()),
        parent: Some("148".into()),
        kind: UnitKind::Commune,
        category: "phường".into(),
        name_vi: "Phường Thái Bình".into(),
        name_en: Some("Thai Binh, Ward".into()),
        short_name: None,
        sort_order: -3,
        lat: Some("20.784269".parse().unwrap()),
        lon: Some("105.318973".parse().unwrap()),
        tree: "territory".into(),
    }
}

#[test]
fn a_unit_is_the_same_in_csv_and_json() {
    let csv = "\u{feff}name_vi,code,parent,kind,category,name_en,short_name,sort_order,valid_from,valid_to,lat,lon\r\n\
               Phươ\u{300}ng Thái Bình,04789,148,commune,phường,\"Thai Binh, Ward\",,-3,,2025-06-30,20.784269,105.318973\r\n";
    assert_eq!(read(csv, "text/csv").units, [UnitRow { line: 2, fact: whole() }]);
    let json = r#"{"code":"04789","parent":"148","kind":"commune","category":"phường","name_vi":"Phường Thái Bình",
        "name_en":"Thai Binh, Ward","sort_order":-3,"valid_from":null,"valid_to":"2025-06-30","lat":20.784269,"lon":105.318973}"#
        .replace('\n', "");
    assert_eq!(read(&json, "application/x-ndjson").units, [UnitRow { line: 1, fact: whole() }]);
    assert_eq!(read(&format!("[{json}]"), "application/json").units, [UnitRow { line: 1, fact: whole() }]);
}

#[test]
fn columns_after_the_name_may_be_absent_and_others_are_refused_by_name() {
    let batch = read("code,parent,kind,category,name_vi\n17,,province,,Tỉnh Hòa Bình\n", "text/csv");
    assert_eq!((batch.units[0].fact.sort_order, batch.units[0].fact.tree.as_str()), (0, "territory"));
    let header = |header: &str| {
        read_units(header.as_bytes(), Some("text/csv"), NOW, &Limits::default()).unwrap_err().to_string()
    };
    assert_eq!(header("code,parent,kind,category"), "column `name_vi` is missing");
    assert_eq!(header("code,code,kind"), "column `code` is given twice");
    assert!(header("code,parent,kind,category,name_vi,colour").starts_with("column `colour` is not known: use code,"));
    assert_eq!(header(""), "column `code` is missing");
}

#[test]
fn i1_cells_are_checked() {
    refused(",,province,,T,,,,,,,,", "missing_field", "/code", "`code` is missing");
    refused("17,,province,,,,,,,,,,", "missing_field", "/name_vi", "name_vi");
    refused("17,,county,,T,,,,,,,,", "bad_value", "/kind", "nation, province, district");
    refused("17,,,,T,,,,,,,,", "missing_field", "/kind", "kind");
    refused("own,,province,,T,,,,,,,,", "bad_value", "/code", "reserved");
    refused(&format!("{},,province,,T,,,,,,,,", "x".repeat(65)), "too_long", "/code", "65 bytes");
    refused("17,,province,,T,,,x,,,,,", "bad_value", "/sort_order", "`x`");
    refused("17,,province,,T,,,,2025-02-30,,,,", "bad_value", "/valid_from", "2025-02-30");
    refused("17,,province,,T,,,,2025-07-01,2025-06-30,,,", "out_of_range", "/valid_to", "before");
    refused("17,,province,,T,,,,1899-12-31,,,,", "out_of_range", "/valid_from", "1900-01-01 and 2299-12-31");
    refused("17,,province,,T,,,,,,90.1,,", "out_of_range", "/lat", "-90 and 90");
    refused("17,,province,,T,,,,,,,x,", "bad_value", "/lon", "not a decimal");
    refused("17,,province", "ragged_row", "", "3 cells, the header has 13");
}

#[test]
fn json_units_keep_types_apart() {
    let refused = |json: &str, code: &str, pointer: &str| {
        let batch = read(json, "application/x-ndjson");
        let refused = &batch.rejections[0];
        assert_eq!((refused.code.as_str(), refused.pointer.as_str()), (code, pointer), "{json}: {refused:?}");
    };
    refused(r#"{"code":17}"#, "wrong_type", "/code");
    refused(r#"{"code":"17","lat":"20"}"#, "wrong_type", "/lat");
    refused(r#"{"code":"17","colour":"red"}"#, "unknown_field", "/colour");
    refused("[]", "not_an_object", "");
    refused("{", "bad_json", "");
}

#[test]
fn the_lists_of_units_we_ship_may_be_loaded_one_after_the_other() {
    let old = read(include_str!("../../../dashboards/units/hoa-binh.csv"), "text/csv");
    let new = read(include_str!("../../../dashboards/units/phu-tho.csv"), "text/csv");
    assert_eq!((old.units.len(), new.units.len(), old.rejected + new.rejected), (188, 149, 0));
    assert_eq!(super::super::check_units(&old.units, &[]), []);
    let known: Vec<UnitFact> = old.units.iter().map(|row| row.fact.clone()).collect();
    assert_eq!(super::super::check_units(&new.units, &known), []);
    let of_kind = |kind| old.units.iter().filter(move |row| row.fact.kind == kind);
    assert_eq!(of_kind(UnitKind::Commune).count(), 151);
    let categories: Vec<&str> = of_kind(UnitKind::District).map(|row| row.fact.category.as_str()).collect();
    assert_eq!(categories, ["cấp huyện"; 10]);
}
