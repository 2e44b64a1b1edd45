//! Breakdowns and lists add up to the number that they explain, in random worlds, for every measure.

use proptest::prelude::*;

use super::*;
use crate::model::{Channel, Rating};

pub(super) const CODES: [&str; 6] = ["17", "148", "158", "05000", "151", "99"];
/// 20 July 2024, 00:00 in Asia/Ho_Chi_Minh.
const BASE_MS: i64 = 1_721_408_400_000;
const STEP_MS: i64 = 6 * 3_600_000;
const WINDOWS: [&str; 4] = ["2024-07-22..2024-07-27", "2024-07-25", "year", "2024-07-01..2024-12-31"];

fn at(step: i64) -> Instant {
    Instant(BASE_MS + step * STEP_MS)
}

fn some_field<T: Clone + std::fmt::Debug>(values: impl Strategy<Value = T>) -> impl Strategy<Value = Field<T>> {
    (0..6, values).prop_map(|(kind, value)| match kind {
        0 => Field::Absent,
        1 => Field::Null,
        _ => Field::Value(value),
    })
}

fn texts(values: &'static [&'static str]) -> impl Strategy<Value = Field<Text>> {
    some_field((0..values.len()).prop_map(|place| Text::new(values[place])))
}

fn dossier_events() -> impl Strategy<Value = Record> {
    let who = (0..9_u8, 0..CODES.len(), 0..56_i64, proptest::option::weighted(0.9, 0..Status::ALL.len()));
    let dimensions = (
        texts(&["", "land", "civil"]),
        texts(&["1.1", "2.2"]),
        texts(&["office"]),
        some_field(0..3_usize),
        texts(&CODES),
    );
    let times = (some_field(0..56_i64), some_field(0..56_i64), some_field(any::<bool>()));
    (who, dimensions, times, 0..3_u8).prop_map(
        |(who, (field, procedure, holder, channel, received_by), times, requests)| {
            let (id, code, step, status) = who;
            let key = DossierKey { source: "motcua".into(), id: id.to_string().as_str().into() };
            let instant = |step: Field<i64>| match step {
                Field::Absent => Field::Absent,
                Field::Null => Field::Null,
                Field::Value(step) => Field::Value(at(step)),
            };
            let channel = match channel {
                Field::Absent => Field::Absent,
                Field::Null => Field::Null,
                Field::Value(place) => Field::Value([Channel::Online, Channel::Counter, Channel::Post][place]),
            };
            let (received_at, due_at, flag) = (instant(times.0), instant(times.1), times.2);
            let pauses = (0..requests).map(|pause| PauseEvent {
                id: pause.to_string().as_str().into(),
                kind: Field::Value(PauseKind::Supplement),
                from: Field::Value(at(step)),
                to: if pause == 0 { Field::Absent } else { Field::Value(at(step + 1)) },
            });
            let event = DossierEvent {
                status: status.map(|place| Status::ALL[place]),
                field,
                procedure,
                holder,
                received_by,
                channel,
                received_at,
                due_at,
                pauses: pauses.collect(),
                digitised: flag.clone(),
                electronic_result: flag.clone(),
                payable: flag,
                ..DossierEvent::new(key, CODES[code].into(), at(step))
            };
            Record::Dossier(Box::new(event))
        },
    )
}

fn rating_events() -> impl Strategy<Value = Record> {
    (0..4_u8, 0..CODES.len(), 0..56_i64, 1..=5_u8, texts(&["1", "2", "unknown"])).prop_map(
        |(id, code, step, score, dossier)| {
            Record::Rating(Rating {
                key: DossierKey { source: "motcua".into(), id: id.to_string().as_str().into() },
                unit: CODES[code].into(),
                at: at(step),
                score: Field::Value(score),
                dossier,
                channel: Field::Absent,
            })
        },
    )
}

pub(super) fn worlds() -> impl Strategy<Value = View> {
    let one = prop_oneof![6 => dossier_events(), 1 => rating_events()];
    proptest::collection::vec(one, 1..40).prop_map(world)
}

pub(super) const PERSPECTIVES: [&str; 4] = ["", "&hierarchy=was", "&role=receiving", "&hierarchy=was&role=receiving"];

const BYS: [&str; 8] = ["unit", "field", "procedure", "channel", "status", "holder", "age", "day"];

/// A query as it stands in an address.
pub(super) fn asked<T: serde::de::DeserializeOwned>(query: &str) -> T {
    let uri: axum::http::Uri = format!("/?{}", query.replace('é', "%C3%A9")).parse().unwrap();
    axum::extract::Query::try_from_uri(&uri).unwrap().0
}

fn breakdown_of(view: &View, code: &str, query: &str) -> Value {
    let catalogue = Catalogue::embedded().unwrap();
    let figures = Figures { view, catalogue: &catalogue, node: "n1", scope: &Scope::all() };
    let query: BreakdownQuery = asked(query);
    serde_json::to_value(breakdown(figures, code, &query).unwrap()).unwrap()
}

fn list_of(view: &View, code: &str, query: &str) -> Result<Value, AnswerError> {
    let catalogue = Catalogue::embedded().unwrap();
    let figures = Figures { view, catalogue: &catalogue, node: "n1", scope: &Scope::all() };
    let query: DossiersQuery = asked(query);
    dossiers(figures, code, &query).map(|answer| serde_json::to_value(answer).unwrap())
}

/// All pages of a list: the total each of them names, and the keys with what they count.
fn pages(view: &View, code: &str, query: &str, limit: usize) -> (i64, Vec<(String, i64)>) {
    let mut rows = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = list_of(view, code, &format!("{query}&limit={limit}{cursor}")).unwrap();
        let total = page["total"].as_i64().unwrap();
        for row in page["rows"].as_array().unwrap() {
            let key = format!("{} {}", row["source"].as_str().unwrap(), row["id"].as_str().unwrap());
            rows.push((key, row["counts"].as_i64().unwrap()));
        }
        assert!(page["rows"].as_array().unwrap().len() <= limit);
        let Some(next) = page["cursor"].as_str() else {
            assert_eq!(page["count"].as_u64().unwrap(), rows.len() as u64);
            return (total, rows);
        };
        cursor = format!("&cursor={next}");
    }
}

/// The filter that leaves what a row counts; none where a row has no filter.
fn filter_of(by: &str, row: &Value) -> Option<String> {
    match &row["value"] {
        _ if by == "day" || by == "unit" || row["others"].is_number() => None,
        Value::String(value) => Some(format!("{by}={value}")),
        _ => Some(format!("without={by}")),
    }
}

/// Measures with 0 for null: a unit that can have no figures adds nothing to a sum.
fn counted(measures: &Value) -> Value {
    let counts =
        measures.as_object().unwrap().iter().map(|(name, value)| (name.clone(), json!(value.as_i64().unwrap_or(0))));
    Value::Object(counts.collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn c3_rows_of_every_breakdown_add_up_to_the_unit_in_every_measure(
        view in worlds(),
        code in 0..CODES.len() - 1,
        (window, perspective) in (0..WINDOWS.len(), 0..PERSPECTIVES.len()),
        rows in prop_oneof![Just(1_usize), Just(2), Just(1_000)],
    ) {
        let (code, window) = (CODES[code], format!("{}{}", WINDOWS[window], PERSPECTIVES[perspective]));
        let whole = answer(&view, code, &asked(&format!("window={window}"))).unwrap();
        for by in BYS {
            let answer = breakdown_of(&view, code, &format!("by={by}&window={window}&rows={rows}"));
            prop_assert_eq!(&answer["measures"], &whole["measures"], "{}", by);
            prop_assert_eq!(&answer["kpis"], &whole["kpis"], "{}", by);
            prop_assert_eq!(&answer["seq"], &whole["seq"]);
            for (_, measure) in MEASURES {
                let sum: i64 =
                    answer["rows"].as_array().unwrap().iter().map(|row| row["measures"][measure].as_i64().unwrap()).sum();
                prop_assert_eq!(sum, whole["measures"][measure].as_i64().unwrap_or(0), "{} {}", by, measure);
            }
            // No more rows than asked for, but what has no value and what is folded keep their own.
            prop_assert!(answer["rows"].as_array().unwrap().len() <= rows + 2);
        }
    }

    #[test]
    fn c3_the_dossiers_behind_every_measure_add_up_to_it(
        view in worlds(),
        code in 0..CODES.len() - 1,
        (window, perspective) in (0..WINDOWS.len(), 0..PERSPECTIVES.len()),
        limit in 1..7_usize,
    ) {
        let (code, window) = (CODES[code], format!("{}{}", WINDOWS[window], PERSPECTIVES[perspective]));
        let whole = answer(&view, code, &asked(&format!("window={window}"))).unwrap();
        for (_, measure) in MEASURES {
            let (total, rows) = pages(&view, code, &format!("measure={measure}&window={window}"), limit);
            prop_assert_eq!(total, whole["measures"][measure].as_i64().unwrap_or(0), "{}", measure);
            prop_assert_eq!(rows.iter().map(|(_, counts)| counts).sum::<i64>(), total, "{}", measure);
            prop_assert!(rows.is_sorted_by(|left, right| left.0 < right.0), "{}: {:?}", measure, rows);
            prop_assert!(rows.iter().all(|(_, counts)| *counts != 0));
        }
    }

    #[test]
    fn c3_each_row_of_a_breakdown_is_the_sum_of_what_its_filter_opens(
        view in worlds(),
        code in 0..CODES.len() - 1,
        (window, perspective) in (0..WINDOWS.len(), 0..PERSPECTIVES.len()),
        measure in 0..MEASURES.len(),
        by in 1..BYS.len() - 1,
    ) {
        let (code, window, measure, by) = (CODES[code], WINDOWS[window], MEASURES[measure].1, BYS[by]);
        let window = format!("{window}{}", PERSPECTIVES[perspective]);
        let answer = breakdown_of(&view, code, &format!("by={by}&window={window}"));
        for row in answer["rows"].as_array().unwrap() {
            let Some(filter) = filter_of(by, row) else { continue };
            let question = format!("window={window}&{filter}");
            let list = list_of(&view, code, &format!("measure={measure}&{question}")).unwrap();
            prop_assert_eq!(&list["total"], &row["measures"][measure], "{} {}", measure, question);
            // The same again, broken down by units, by days and by another dimension.
            for other in ["unit", "day", "channel"] {
                let opened = breakdown_of(&view, code, &format!("by={other}&{question}"));
                prop_assert_eq!(&counted(&opened["measures"]), &row["measures"], "{} {}", other, question);
                let sum: i64 =
                    opened["rows"].as_array().unwrap().iter().map(|row| row["measures"][measure].as_i64().unwrap()).sum();
                prop_assert_eq!(&json!(sum), &row["measures"][measure], "{} {}", other, question);
            }
        }
    }

    #[test]
    fn c3_own_opens_what_the_unit_itself_handles(view in worlds(), window in 0..WINDOWS.len()) {
        let window = WINDOWS[window];
        let whole = answer(&view, "17", &super::window(window)).unwrap();
        let own = breakdown_of(&view, "17", &format!("by=field&own=true&window={window}"));
        prop_assert_eq!(&counted(&own["measures"]), &whole["children"][0]["measures"]);
    }
}

#[test]
fn a_value_that_is_empty_and_none_at_all_are_rows_of_their_own() {
    let filed = |id: &str, field: Field<Text>| {
        event(id, "17", "2024-02-01 09:00", |event| {
            event.status = Some(Status::Accepted);
            event.field = field;
        })
    };
    let view = world([
        filed("1", Field::Absent),
        filed("2", Field::Null),
        filed("3", Field::Value("".into())),
        filed("4", Field::Value("land".into())),
    ]);
    let answer = breakdown_of(&view, "17", "by=field");
    let rows: Vec<Value> = answer["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| json!([row["value"], row["measures"]["received"]]))
        .collect();
    assert_eq!(rows, [json!([null, 2]), json!(["", 1]), json!(["land", 1])]);
    let total = |filter: &str| list_of(&view, "17", &format!("measure=received&{filter}")).unwrap()["total"].clone();
    assert_eq!((total("without=field"), total("field="), total("field=land")), (json!(2), json!(1), json!(1)));
}

#[test]
fn a_row_says_why_its_dossier_counts_and_a_level_lists_what_is_in_it_at_the_windows_end() {
    let due = event("late", "158", "2024-07-01 08:00", |event| {
        event.status = Some(Status::Processing);
        event.due_at = Field::Value(t("2024-07-05 17:00"));
        event.field = Field::Value("land".into());
    });
    let view = world([due, done("late", "158", "2024-07-20 08:00")]);
    let query = "measure=in_progress_overdue&window=2024-07-01..2024-07-10";
    let list = list_of(&view, "17", query).unwrap();
    assert_eq!(list["total"], 1);
    assert_eq!(
        list["rows"][0],
        json!({
            "source": "motcua", "id": "late", "counts": 1, "unit": "158", "unit_name": "Huyện 158", "status": "done",
            "procedure": null, "field": "land", "channel": null, "holder": null,
            "received": "2024-07-01T08:00:00.000+07:00", "due": "2024-07-05T17:00:00.000+07:00",
            "finish": "2024-07-20T08:00:00.000+07:00", "class": "late", "stage": "overdue",
            "overdue_from": "2024-07-05T17:00:00.000+07:00",
            "reason_vi": list["rows"][0]["reason_vi"], "reason_en": list["rows"][0]["reason_en"],
        })
    );
    assert!(list["rows"][0]["reason_en"].as_str().unwrap().starts_with("Late: finished"), "{list}");
    assert_eq!(list_of(&view, "17", "measure=in_progress_overdue&window=year").unwrap()["total"], 0);
    let ages = breakdown_of(&view, "17", "by=age&window=2024-07-01..2024-07-10");
    assert_eq!(ages["rows"][0]["value"], "overdue_le_5");
}

#[test]
fn a_days_row_of_a_level_is_its_change_and_before_is_what_was_carried_in() {
    let view = world([accepted("old", "158", "2024-06-30 09:00"), accepted("new", "158", "2024-07-02 09:00")]);
    let answer = breakdown_of(&view, "17", "by=day&window=2024-07-01..2024-07-31");
    let rows: Vec<Value> = answer["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| json!([row["value"], row["before"], row["measures"]["in_progress"], row["measures"]["taken_on"]]))
        .collect();
    assert_eq!(rows, [json!([null, true, 1, 1]), json!(["2024-07-02", null, 1, 1])]);
    assert!(answer["rows"][1]["kpis"].get("overdue_rate").is_none(), "a change divided by a change says nothing");
    assert!(answer["rows"][1]["kpis"]["digitisation_rate"].is_object());
}

#[test]
fn a_cursor_belongs_to_its_question() {
    let view = world([accepted("1", "17", "2024-02-01 09:00"), accepted("2", "17", "2024-02-01 09:00")]);
    let first = list_of(&view, "17", "measure=received&limit=1").unwrap();
    let cursor = first["cursor"].as_str().unwrap();
    let second = list_of(&view, "17", &format!("measure=received&limit=5&cursor={cursor}")).unwrap();
    assert_eq!((&second["rows"][0]["id"], &second["cursor"]), (&json!("2"), &Value::Null));
    for other in ["measure=resolved", "measure=received&field=x", "measure=received&window=today"] {
        let error = list_of(&view, "17", &format!("{other}&cursor={cursor}")).unwrap_err();
        assert_eq!(error, AnswerError::BadCursor, "{other}");
    }
    for odd in ["", "x", "é", &cursor[1..], &cursor[..cursor.len() - 1], &format!("{}ff", &cursor[..16])] {
        let error = list_of(&view, "17", &format!("measure=received&cursor={odd}")).unwrap_err();
        assert_eq!(error, AnswerError::BadCursor, "{odd}");
    }
}

#[test]
fn what_cannot_be_asked_is_refused_by_name() {
    let view = world([]);
    let catalogue = Catalogue::embedded().unwrap();
    let figures = Figures { view: &view, catalogue: &catalogue, node: "n1", scope: &Scope::all() };
    let code = |query: &str| {
        let query: BreakdownQuery = asked(query);
        breakdown(figures, "17", &query).unwrap_err().code()
    };
    assert_eq!(code(""), "bad_dimension");
    assert_eq!(code("by=colour"), "bad_dimension");
    assert_eq!(code("by=day&without=unit"), "bad_dimension");
    assert_eq!(code("by=field&status=x"), "bad_value");
    assert_eq!(code("by=field&rows=0"), "bad_parameter");
    assert_eq!(code("by=field&window=x"), "bad_window");
    let list = |query: &str| list_of(&view, "17", query).unwrap_err().code();
    assert_eq!(
        (list(""), list("measure=x"), list("measure=received&limit=1001")),
        ("bad_measure", "bad_measure", "bad_parameter")
    );
}

#[test]
fn a_kpis_numerator_opens_into_the_dossiers_of_all_its_measures() {
    let view = world([
        accepted("1", "17", "2024-02-01 09:00"),
        done("1", "17", "2024-02-02 09:00"),
        accepted("2", "148", "2024-02-01 09:00"),
    ]);
    let formulas = breakdown_of(&view, "17", "by=unit")["formulas"].clone();
    assert_eq!(formulas["on_time_rate"]["num"], json!(["resolved_early", "resolved_on_time"]));
    let list = list_of(&view, "17", "measure=resolved_undated,in_progress").unwrap();
    assert_eq!((&list["total"], &list["count"]), (&json!(2), &json!(2)));
    // One that counts in both counts twice.
    let both = list_of(&view, "17", "measure=received,resolved").unwrap();
    assert_eq!((&both["total"], &both["count"], &both["rows"][0]["counts"]), (&json!(3), &json!(2), &json!(2)));
    for odd in ["received,ratings", "received,received", "received,", ""] {
        assert_eq!(list_of(&view, "17", &format!("measure={odd}")).unwrap_err().code(), "bad_measure", "{odd}");
    }
}
