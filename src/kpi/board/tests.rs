use super::*;

const BOARD: &str = r#"
title = { vi = "Toàn cảnh", en = "Overview" }
window = "year"

[source.motcua]
name = { vi = "Một cửa điện tử", en = "One-stop" }
stale_after_s = 600

[[panel]]
id = "on_time"
kind = "kpi"
kpi = "on_time_rate"
title = { vi = "Trước và đúng hạn", en = "Early and on time" }
grid = { x = 0, y = 0, w = 4, h = 6 }
size = "hero"
sparkline = true
sources = ["motcua"]

[[panel]]
id = "trend"
kind = "trend"
series = ["received", "on_time_rate"]
title = { vi = "Theo tuần", en = "By week" }
grid = { x = 4, y = 0, w = 8, h = 6 }
window = "month"

[[panel]]
id = "clock"
kind = "clock"
title = { vi = "Giờ", en = "Time" }
"#;

fn read_text(text: &str) -> (Option<Board>, Vec<String>) {
    let catalogue = Catalogue::embedded().unwrap();
    let mut faults = Vec::new();
    let board = read(SourceFile { name: "boards/province.toml", text }, &catalogue, &mut faults);
    (board, faults.iter().map(Fault::to_string).collect())
}

#[test]
fn a_board_has_the_id_of_its_file_and_its_panels_in_reading_order() {
    let (board, faults) = read_text(BOARD);
    assert_eq!(faults, Vec::<String>::new());
    let board = board.unwrap();
    assert_eq!(board.id, "province");
    assert_eq!(board.panels.iter().map(|panel| panel.id.as_str()).collect::<Vec<_>>(), ["on_time", "trend", "clock"]);
    assert_eq!(board.window_of(&board.panels[0]).to_string(), "year");
    assert_eq!(board.window_of(&board.panels[1]).to_string(), "month");
    assert_eq!([board.source_stale_after_s("motcua"), board.source_stale_after_s("other")], [600, 3600]);
    assert_eq!(
        serde_json::to_value(&board.panels[0]).unwrap(),
        serde_json::json!({
            "id": "on_time", "kind": "kpi", "kpi": "on_time_rate",
            "title": { "vi": "Trước và đúng hạn", "en": "Early and on time" },
            "grid": { "x": 0, "y": 0, "w": 4, "h": 6 }, "size": "hero", "sparkline": true,
            "stale_after_s": 3600, "sources": ["motcua"],
        })
    );
}

#[test]
fn every_fault_of_a_board_is_named_with_file_line_and_key() {
    let check = |from: &str, to: &str, expected: &str| {
        assert!(BOARD.contains(from));
        assert_eq!(read_text(&BOARD.replace(from, to)).1, [expected]);
    };
    check(
        "\"on_time_rate\"\ntitle",
        "\"speed\"\ntitle",
        "boards/province.toml:12: panel.kpi: no kpi is called `speed`",
    );
    check("kpi = \"on_time_rate\"\n", "", "boards/province.toml:10: panel.kpi: a panel of this kind needs it");
    check("\"clock\"\nkind", "\"trend\"\nkind", "boards/province.toml:28: panel.id: `trend` stands here twice");
    check(
        "kind = \"clock\"",
        "kind = \"dial\"",
        "boards/province.toml:29: panel.kind: no kind of panel is called `dial`",
    );
    check(
        "x = 4, y = 0, w = 8",
        "x = 3, y = 5, w = 8",
        "boards/province.toml:24: panel.grid: covers cells of panel `on_time`",
    );
    check(
        "x = 4, y = 0, w = 8",
        "x = 5, y = 0, w = 8",
        "boards/province.toml:24: panel.grid: x 5 and w 8 don't fit into 12 columns, or it has no extent",
    );
    check(
        "[\"received\", ",
        "[\"recieved\", ",
        "boards/province.toml:22: panel.series: neither a measure nor a kpi is called `recieved`",
    );
    check(
        "window = \"month\"",
        "window = \"moon\"",
        "boards/province.toml:25: panel.window: `moon` is no window: use today, week, month, quarter, year, a period such as 2024-Q2, or FROM..TO",
    );
    let (board, faults) = read_text(&BOARD.replace("sparkline = true", "sparkle = true"));
    assert!(board.is_none());
    assert!(faults[0].starts_with("boards/province.toml:16: sparkle: unknown field `sparkle`"), "{faults:?}");
}

#[test]
fn hours_are_no_share_and_stand_on_no_panel() {
    let (_, faults) = read_text(&BOARD.replace("kpi = \"on_time_rate\"", "kpi = \"processing_hours_p90\""));
    assert_eq!(
        faults,
        ["boards/province.toml:12: panel.kpi: `processing_hours_p90` is in hours: a panel shows ratios"]
    );
    let (_, faults) = read_text(&BOARD.replace("\"on_time_rate\"]", "\"processing_hours_mean\"]"));
    assert_eq!(faults.len(), 1, "{faults:?}");
}

#[test]
fn other_screens_have_grids_of_their_own_and_their_faults_are_named() {
    let wide = "\n[layout.wide]\non_time = { x = 0, y = 0, w = 12, h = 2 }\ntrend = { x = 12, y = 0, w = 12, h = 2 }\n";
    let (board, faults) = read_text(&format!("{BOARD}{wide}"));
    assert_eq!(faults, Vec::<String>::new());
    let layouts = serde_json::to_value(&board.unwrap().layouts).unwrap();
    assert_eq!(layouts["wide"]["trend"], serde_json::json!({ "x": 12, "y": 0, "w": 12, "h": 2 }));
    assert_eq!(layouts.get("portrait"), None);
    let faults = read_text(&format!("{BOARD}{}", wide.replace("trend = { x = 12", "trends = { x = 11"))).1;
    assert_eq!(
        faults,
        [
            "boards/province.toml:34: layout.wide: no panel is called `trends`",
            "boards/province.toml:34: layout.wide: covers cells of panel `on_time`",
        ]
    );
    // What a panel's own fault already says isn't said again.
    let faults = read_text(&format!("{BOARD}{wide}").replace("kind = \"trend\"", "kind = \"trends\"")).1;
    assert_eq!(faults.len(), 1, "{faults:?}");
    let faults = read_text(&format!("{BOARD}{}", wide.replace(".wide", ".portrait"))).1;
    assert_eq!(
        faults,
        ["boards/province.toml:34: layout.portrait: x 12 and w 12 don't fit into 12 columns, or it has no extent"]
    );
}

#[test]
fn a_panel_asks_for_what_it_cannot_do_without() {
    let check = |to: &str, expected: &str| assert_eq!(read_text(&BOARD.replace("kind = \"clock\"", to)).1, [expected]);
    check(
        "kind = \"form\"",
        "boards/province.toml:29: panel.kind: a `form` stands on the desk and in reports, not on a wall",
    );
    check("kind = \"text\"", "boards/province.toml:28: panel.text: a panel of this kind needs it");
    check("kind = \"table\"", "boards/province.toml:28: panel.series: a panel of this kind needs it");
    check("kind = \"tilemap\"", "boards/province.toml:28: panel.kpi: a panel of this kind needs it");
    check("kind = \"stack\"\nby = \"field\"", "boards/province.toml:30: panel.by: `field` is none of unit");
    check(
        "kind = \"counts\"\nseries = [\"on_time_rate\"]",
        "boards/province.toml:30: panel.series: no measure is called `on_time_rate`",
    );
}
