//! Answers as the API gives them, made up: of a province with everything, of nothing, and of too much.

use std::sync::OnceLock;

use serde_json::{Map, Value, json};

use crate::kpi::{Catalogue, MEASURES, Report};
use crate::report::{Material, Paper, compose};

/// What the figures are like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum World {
    /// Ten districts, six fields, all sources but one.
    Rich,
    /// Nobody sent anything.
    Empty,
    /// 151 communes, long names, numbers of nine digits, everything late.
    Extreme,
    /// A commune: nothing below it.
    Leaf,
}

impl World {
    pub(super) const ALL: [World; 4] = [World::Rich, World::Empty, World::Extreme, World::Leaf];
}

const DISTRICTS: [(&str, &str, f64, f64, i64, i64); 10] = [
    ("148", "TP Hòa Bình", 20.81, 105.34, 3_952, 4_000),
    ("150", "Đà Bắc", 20.92, 105.13, 751, 800),
    ("152", "Lương Sơn", 20.85, 105.53, 1_164, 1_200),
    ("153", "Kim Bôi", 20.67, 105.53, 1_476, 1_500),
    ("154", "Cao Phong", 20.70, 105.33, 890, 900),
    ("155", "Tân Lạc", 20.63, 105.26, 1_271, 1_300),
    ("156", "Mai Châu", 20.66, 105.07, 765, 800),
    ("157", "Lạc Sơn", 20.46, 105.45, 1_986, 2_000),
    ("158", "Yên Thủy", 20.39, 105.63, 990, 1_000),
    ("159", "Lạc Thủy", 20.48, 105.74, 884, 900),
];
const FIELDS: [(&str, i64, i64, i64); 7] = [
    ("Hộ tịch, chứng thực", 4_208, 1_391, 11),
    ("Đăng ký kinh doanh", 1_986, 402, 31),
    ("Đất đai", 1_688, 1_402, 119),
    ("Bảo trợ xã hội", 1_203, 585, 22),
    ("Xây dựng", 702, 498, 52),
    ("Giao thông vận tải", 820, 601, 20),
    ("Y tế", 502, 60, 7),
];
const LONG: &str = "Thị trấn Nông trường Thanh Hà và vùng phụ cận thuộc diện sắp xếp";

fn catalogue() -> &'static Catalogue {
    static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
    CATALOGUE.get_or_init(|| Catalogue::embedded().unwrap())
}

/// A report of a world.
pub(super) fn paper(world: World, report: &str) -> Paper {
    paper_in(world, report, "vi")
}

/// The same in a language.
pub(super) fn paper_in(world: World, report: &str, locale: &str) -> Paper {
    let report = &Report { locale: locale.to_owned(), ..catalogue().report(report).unwrap().clone() };
    let material =
        Material::read(kpis(world), facts(world), json!({"ii06a": form(world)}), json!({"qd766": index(world)}));
    compose(report, catalogue(), &material.unwrap(), true)
}

fn measures(value: impl Fn(&str) -> Value) -> Value {
    MEASURES.iter().map(|(_, name)| ((*name).to_owned(), value(name))).collect::<Map<_, _>>().into()
}

fn large(world: World) -> i64 {
    if world == World::Extreme { 1_234 } else { 1 }
}

fn count(world: World, name: &str) -> i64 {
    let count = match name {
        "received" => 16_482,
        "received_online" => 10_219,
        "received_counter" => 6_100,
        "received_post" => 163,
        "carried_over" => 5_231,
        "taken_on" => 21_713,
        "resolved" => 16_310,
        "resolved_late" => 264,
        "resolved_withdrawn" => 61,
        "in_progress" => 5_403,
        "in_progress_overdue" => 221,
        "nearly_late" => 312,
        "ratings" => 2_204,
        _ => 100,
    };
    count * large(world)
}

/// With three points below the target as the limit of what is near.
fn band(value: f64, target: f64) -> &'static str {
    if value >= target {
        "met"
    } else if value >= target - 0.03 {
        "near"
    } else {
        "below"
    }
}

/// As `kpis` tells it.
fn kpi((num, den): (i64, i64), target: Option<f64>, text: &str) -> Value {
    #[expect(clippy::cast_precision_loss, reason = "made up")]
    let value = num as f64 / den as f64;
    json!({"num": num, "den": den, "value": value, "band": target.map(|target| band(value, target)), "target": target,
        "near": target.map(|target| target - 0.03), "goal": null, "goal_year": null, "decision": null, "unit": "ratio",
        "better": "higher", "den_min": 1, "definition": {"vi": text, "en": text}, "version": "1"})
}

fn shares(world: World, points: i64) -> Value {
    let part = |tenths: i64| (tenths + points, 10_000_i64);
    let of = |(num, den): (i64, i64), target, text| kpi((num * large(world), den * large(world)), target, text);
    let mut digitisation = of(part(7_140), Some(0.8), "Hồ sơ đã số hóa ÷ tiếp nhận mới");
    digitisation["projection"] = json!({
        "goal": 0.8, "planned": "2024-12", "reaches": "2025-03", "trend": "reaches", "months": 12, "per_month": 0.009
    });
    let mut all = json!({
        "on_time_rate": of((9_838 + points * 48 / 90, 10_000), Some(0.98), "(Trước + đúng hạn) ÷ đã giải quyết có hạn"),
        "digitisation_rate": digitisation,
        "online_rate": of(part(6_200), None, "Tiếp nhận trực tuyến ÷ tiếp nhận mới"),
        "online_payment_rate": of(part(5_512), None, "Hồ sơ thanh toán trực tuyến ÷ hồ sơ phải nộp phí, lệ phí"),
        "electronic_result_rate": of(part(4_870), None, "Hồ sơ có kết quả điện tử ÷ đã giải quyết"),
        "satisfaction_rate": of(part(9_120), Some(0.9), "điểm 4–5 ÷ lượt có điểm")
    });
    for (id, one) in all.as_object_mut().unwrap() {
        let known = catalogue().kpi(id, "2024-06-14".parse().unwrap()).unwrap();
        one["definition"]["en"] = json!(known.definition.en);
    }
    all
}

fn nothing() -> Value {
    let mut all = shares(World::Rich, 0);
    for one in all.as_object_mut().unwrap().values_mut() {
        (one["num"], one["den"], one["value"], one["band"]) = (json!(0), json!(0), Value::Null, Value::Null);
        one["projection"] = Value::Null;
    }
    all
}

fn units(world: World) -> Vec<(String, String, f64, f64, i64, i64)> {
    match world {
        World::Rich => DISTRICTS
            .map(|(code, name, lat, lon, num, den)| (code.to_owned(), name.to_owned(), lat, lon, num, den))
            .to_vec(),
        World::Empty => {
            DISTRICTS.map(|(code, name, lat, lon, ..)| (code.to_owned(), name.to_owned(), lat, lon, 0, 0)).to_vec()
        }
        World::Extreme => (0..151)
            .map(|n| {
                let name = if n % 3 == 0 { LONG.to_owned() } else { format!("Xã Ẩm Ộp {n}") };
                let place = f64::from(n);
                (
                    format!("{n:05}"),
                    name,
                    20.4 + (place * 7.3) % 0.6,
                    105.0 + (place * 3.7) % 0.8,
                    90_000 + i64::from(n) * 60,
                    99_990,
                )
            })
            .collect(),
        World::Leaf => Vec::new(),
    }
}

fn kpis(world: World) -> Value {
    let child = |(code, name, _, _, num, den): (String, String, f64, f64, i64, i64)| {
        let mut of = if world == World::Empty { nothing() } else { shares(world, 0) };
        if den > 0 {
            of["on_time_rate"] = kpi((num, den), Some(0.98), "");
        }
        json!({"unit": code, "name": name, "measures": measures(|name| json!((den > 0).then(|| count(world, name) / 10))), "kpis": of})
    };
    let own = json!({"unit": "own", "name": "Tỉnh Hòa Bình", "own": true, "measures": measures(|_| json!(0)), "kpis": nothing()});
    let (unit, name) = match world {
        World::Leaf => ("05000", "Xã Bảo Hiệu"),
        World::Extreme => ("17", "Tỉnh Hòa Bình và các địa phương lân cận được giao theo dõi chung"),
        _ => ("17", "Tỉnh Hòa Bình"),
    };
    json!({
        "unit": unit, "name": name, "window": {"from": "2024-05-15", "to": "2024-06-14"},
        "scheme": "report", "as_of": "2024-06-15T06:00:00+07:00", "seq": 4_812_096, "catalogue": "0123456789ab", "closed": null,
        "measures": measures(|name| if world == World::Empty { Value::Null } else { json!(count(world, name)) }),
        "kpis": if world == World::Empty { nothing() } else { shares(world, 0) },
        "children": std::iter::once(own).chain(units(world).into_iter().map(child)).collect::<Vec<_>>()
    })
}

fn month(number: i64) -> String {
    format!("{}-{:02}", 2022 + (number + 5) / 12, (number + 5) % 12 + 1)
}

fn facts(world: World) -> Value {
    let kind = |kind: &str| if world == World::Extreme { "commune".to_owned() } else { kind.to_owned() };
    let unit = |(code, name, lat, lon, ..): (String, String, f64, f64, i64, i64)| json!({"code": code, "short_name": name, "category": "cấp huyện", "kind": kind("district"), "lat": lat, "lon": lon});
    let past = |number: i64| {
        let points = (number - 24) * 90 + if number % 5 == 0 { 140 } else { 0 };
        let is_known = world != World::Empty && (number % 7 != 3 || number == 24);
        json!({"period": month(number), "window": {"from": "2024-05-15", "to": "2024-06-14"},
            "measures": is_known.then(|| measures(|name| json!(count(world, name) - (24 - number) * 40))),
            "kpis": if is_known { shares(world, points) } else { json!({}) }})
    };
    let field = |(name, early, on_time, late): &(&str, i64, i64, i64)| {
        let mut all = measures(|name| json!(count(world, name) / 8));
        (all["resolved_early"], all["resolved_on_time"], all["resolved_late"]) =
            (json!(early * large(world)), json!(on_time * large(world)), json!(late * large(world)));
        let name = if world == World::Extreme { format!("{name} – {LONG}") } else { (*name).to_owned() };
        json!({"key": name, "measures": all, "kpis": {"on_time_rate": kpi((early + on_time, early + on_time + late), None, "")}})
    };
    let source = |name: &str, state: &str, at: Value| json!({"source": name, "system": name, "state": state, "last_contact": at});
    let sources = match world {
        World::Empty => Vec::new(),
        _ => vec![
            source("Thanh toán trực tuyến", "late", json!("2024-06-12T09:12:00+07:00")),
            source("Một cửa điện tử", "in_time", json!("2024-06-14T23:58:00+07:00")),
            source("Cổng dịch vụ công", "in_time", json!("2024-06-14T23:51:00+07:00")),
            source("Đánh giá hài lòng", "no_cadence", json!("2024-06-14T17:04:00+07:00")),
        ],
    };
    let fields: Vec<Value> = if world == World::Empty { Vec::new() } else { FIELDS.iter().map(field).collect() };
    let top = if world == World::Leaf { "commune" } else { "province" };
    json!({
        "unit": {"code": "17", "short_name": "Hòa Bình", "category": "tỉnh", "kind": top, "lat": null, "lon": null},
        "children": units(world).into_iter().map(unit).collect::<Vec<_>>(),
        "past": (0..=24).map(past).collect::<Vec<_>>(), "fields": fields, "sources": sources,
        "doubts": {"dossiers": 16_482, "marked": 37}, "limits": {"in_progress_overdue": 140},
        "ranked_from": {"on_time_rate": 30, "satisfaction_rate": 30}, "period": "2024-06", "previous": "2024-05",
        "year_before": "2023-06", "ended": true, "today": "2024-06-15"
    })
}

fn form(world: World) -> Value {
    let form = catalogue().form("ii06a").unwrap();
    let counts = |of: i64| -> Value {
        (3..=13)
            .map(|column: i64| {
                (column.to_string(), json!(if world == World::Empty { 0 } else { of * column * large(world) }))
            })
            .collect::<Map<_, _>>()
            .into()
    };
    let columns: Vec<Value> = (3..=13)
        .map(|number: u8| {
            let sum_of = match number {
                3 => vec![4, 5, 6],
                7 => vec![8, 9, 10],
                11 => vec![12, 13],
                _ => Vec::new(),
            };
            let total = form.totals.iter().find(|total| total.column == number);
            let column = form.totals.iter().flat_map(|total| &total.columns).find(|column| column.number == number);
            let heading = total.map(|total| &total.heading).or(column.map(|column| &column.heading)).unwrap();
            json!({"number": number, "heading": heading, "sum_of": sum_of, "measures": []})
        })
        .collect();
    let rows = |most: i64| -> Vec<Value> {
        let row = |(place, (name, ..)): (usize, &(&str, i64, i64, i64))| json!({"name": name, "counts": counts(i64::try_from(place).unwrap() + most)});
        if world == World::Empty { Vec::new() } else { FIELDS.iter().enumerate().map(row).collect() }
    };
    let group = |name: &str, most: i64| json!({"heading": {"vi": name, "en": name}, "counts": counts(most * 9), "rows": rows(most)});
    json!({
        "number": form.number, "title": form.title, "counted_in": form.counted_in, "columns": columns, "convention": "aabbccddeeff",
        "total": counts(400), "groups": if world == World::Empty { vec![] } else { vec![group("Sở, ban, ngành", 8), group("Cấp huyện", 90), group("Cấp xã", 300)] },
        "footnotes": ["Cột (5) Trực tiếp, dịch vụ bưu chính: Trực tiếp + Bưu chính công ích", "Cột (9) Đúng hạn: Đúng hạn + Rút, dừng + Không có hạn",
            "Cột (12) Trong hạn: Trong hạn + Chờ bổ sung / nghĩa vụ tài chính + Không có hạn"]
    })
}

fn index(world: World) -> Value {
    let maxima = [
        ("1", "Minh bạch", 18.0, 16.2),
        ("2", "Tiến độ giải quyết", 20.0, 19.6),
        ("3a", "Trực tuyến", 12.0, 9.8),
        ("3b", "Thanh toán", 10.0, 6.1),
        ("4", "Số hóa", 22.0, 14.9),
        ("5", "Mức độ hài lòng", 18.0, 16.9),
    ];
    let part = |(id, name, max, score): (&str, &str, f64, f64)| {
        let is_measured = world != World::Empty && id != "1";
        let score = is_measured.then_some(score);
        let measurable = if is_measured { max } else { 0.0 };
        let criteria: Vec<Value> = (1..=4)
            .map(|number| {
                json!({"id": format!("{id}.{number}"), "label": {"vi": format!("{name}: tiêu chí {number} về công bố, cập nhật, công khai"), "en": format!("{name}: criterion {number} on publishing and updating")},
                    "definition": {"vi": "Thủ tục công bố đúng hạn ÷ thủ tục công bố trong kỳ", "en": "Procedures published in time ÷ published in the period"},
                    "score": score.map(|score| score / 4.0), "measurable": measurable / 4.0, "max": max / 4.0, "official": null})
            })
            .collect();
        json!({"id": id, "label": {"vi": name, "en": name}, "score": score, "measurable": measurable, "max": max, "official": null, "criteria": criteria})
    };
    json!({"label": {"vi": "Chỉ số 766", "en": "Index 766"}, "period": "2024-06", "version": "2022", "decision": "766/QĐ-TTg",
        "score": if world == World::Empty { Value::Null } else { json!(67.3) }, "measurable": if world == World::Empty { 0.0 } else { 82.0 },
        "max": 100.0, "official": if world == World::Rich { json!(82.9) } else { Value::Null }, "groups": maxima.map(part)})
}
