//! Rankings: ranks shared and left out, who moved.

use super::*;

#[test]
fn a_ranking_shares_ranks_leaves_small_ones_unranked_and_stays_within_a_category() {
    let records = [finished("148", 40, 2), finished("158", 80, 4), finished("150", 29, 0), finished("so1", 90, 9)];
    let tile = tile(&world(records.concat()), "ranking");
    let rows: Vec<Value> = tile["children"]
        .as_array()
        .unwrap()
        .iter()
        .map(|child| json!([child["unit"], child["rank"], child["move"], child["kpis"]["on_time_rate"]["band"]]))
        .collect();
    assert_eq!(rows, [json!(["148", 1, 0, "near"]), json!(["158", 1, 0, "near"]), json!(["150", null, null, "met"])]);
    assert_eq!(
        (&tile["category"], &tile["target"], &tile["near"], &tile["den_min"]),
        (&json!("huyện"), &json!(0.98), &json!(0.95), &json!(30))
    );
}

#[test]
fn a_ranking_says_who_moved_since_yesterday() {
    let today = |id: &str| dossier(id, "158", "2024-07-22", Some("2024-08-02"), "2024-07-23");
    let mut records = [finished("148", 40, 2), finished("158", 80, 3)].concat();
    records.extend((0..5).flat_map(|number| today(&format!("now-{number}"))));
    let tile = tile(&world(records), "ranking");
    let moves: Vec<Value> = tile["children"]
        .as_array()
        .unwrap()
        .iter()
        .map(|child| json!([child["unit"], child["rank"], child["move"]]))
        .collect();
    assert_eq!(moves, [json!(["148", 1, 1]), json!(["158", 2, -1]), json!(["150", null, null])]);
}

#[test]
fn the_largest_category_is_ranked_where_the_asked_one_is_missing_and_long_rankings_keep_their_ends() {
    let units = (0..25).map(|number| unit(&format!("x{number:02}"), Some("148"), "xã"));
    let figures = (0..25).flat_map(|number| finished(&format!("x{number:02}"), 40, number));
    let view = world(units.chain(figures));
    let catalogue = catalogue();
    let district = view.units().read("148", view.today()).unit;
    let tiles = shown(&view, &catalogue, catalogue.board("test").unwrap(), district);
    let tile: Value = serde_json::from_str(tiles["ranking"].get()).unwrap();
    assert_eq!((&tile["category"], &tile["count"]), (&json!("xã"), &json!(25)));
    let ranks: Vec<u64> =
        tile["children"].as_array().unwrap().iter().filter_map(|child| child["rank"].as_u64()).collect();
    assert_eq!(ranks, (1..=10).chain(16..=25).collect::<Vec<u64>>());
    // Without an asked category: three districts before four departments.
    let board = BOARD.replace("category = \"huyện\"\n", "");
    let tile = tile_of(&view, &catalogue_with(&board), "ranking");
    assert_eq!((&tile["category"], &tile["count"]), (&json!("huyện"), &json!(3)));
}
