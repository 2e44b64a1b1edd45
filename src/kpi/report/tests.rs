//! A report's file: what is read of it, and every fault with its file, line and key.

use crate::kpi::fault::SourceFile;
use crate::kpi::{Catalogue, Reach, Scheme};
use crate::model::{Day, Text, UnitKind};

use super::{Every, PageFormat, SectionKind, read};

const HEAD: &str =
    "title = { vi = \"T\", en = \"T\" }\nname = { vi = \"N\", en = \"N\" }\noffice = { vi = \"UBND\", en = \"\" }\n";
const REST: &str = "locale = \"vi\"\nformat = \"a4\"\nevery = \"month\"\n";

fn faults(rest: &str, sections: &str) -> Vec<String> {
    let text = format!("{HEAD}{rest}{sections}");
    let mut faults = Vec::new();
    let catalogue = Catalogue::embedded().unwrap();
    let report = read(SourceFile { name: "reports/month.toml", text: &text }, &catalogue, &mut faults);
    assert_eq!(report.is_none(), !faults.is_empty());
    faults.iter().map(ToString::to_string).collect()
}

fn section(lines: &str) -> String {
    format!("[[section]]\nid = \"a\"\npage = 1\ngrid = {{ x = 0, y = 0, w = 12, h = 3 }}\n{lines}")
}

#[test]
fn the_programs_own_reports_are_read() {
    let catalogue = Catalogue::embedded().unwrap();
    let told: Vec<(&str, usize, PageFormat)> =
        catalogue.reports().map(|report| (report.id.as_str(), report.pages.len(), report.format)).collect();
    assert_eq!(
        told,
        [
            ("daily", 1, PageFormat::Phone),
            ("monthly", 3, PageFormat::A4),
            ("quarterly", 2, PageFormat::A4Landscape),
            ("weekly", 1, PageFormat::Screen)
        ]
    );
    let monthly = catalogue.report("monthly").unwrap();
    assert_eq!(monthly.sections().filter(|section| section.kind == SectionKind::Form).count(), 1);
}

#[test]
fn faults_are_named_with_file_line_and_key() {
    let all = [
        ("kind = \"pie\"", "reports/month.toml:11: section.kind: `pie` is none of result, "),
        (
            "kind = \"trend\"\nkpi = \"luck\"",
            "reports/month.toml:12: section.kpi: neither a measure nor a kpi is called `luck`",
        ),
        ("kind = \"ranking\"", "reports/month.toml:8: section.kpi: a section of this kind needs it"),
        ("kind = \"ranking\"\nkpi = \"received\"", "reports/month.toml:12: section.kpi: no kpi is called `received`"),
        ("kind = \"headline\"\nfigures = []", "reports/month.toml:8: section.figures: a section of this kind needs it"),
        ("kind = \"index766\"\nindex = \"qd1\"", "reports/month.toml:12: section.index: no index is called `qd1`"),
        ("kind = \"form\"\nform = \"x\"", "reports/month.toml:12: section.form: `x` is none of ii06a"),
        ("kind = \"stack\"\nrows = 0", "reports/month.toml:12: section.rows: 0 isn't from 1 to 60"),
        ("kind = \"stack\"\ncolour = 1", "reports/month.toml:12: colour: unknown field `colour`"),
        ("kind = \"text\"", "reports/month.toml:8: section.text: a section of this kind needs it"),
    ];
    for (lines, expected) in all {
        let told = faults(REST, &section(lines));
        assert!(told.len() == 1 && told[0].starts_with(expected), "{lines}: {told:?}");
    }
}

#[test]
fn faults_of_a_schedule_are_named_with_file_line_and_key() {
    let all = [
        ("cron = \"0 7 * *\"", "reports/month.toml:8: schedule.cron: `0 7 * *` is no cron pattern of five fields"),
        ("cron = \"0 7 30 2 *\"", "reports/month.toml:8: schedule.cron: `0 7 30 2 *` never comes"),
        ("working_days = true", "reports/month.toml:7: schedule: missing field `cron`"),
        ("cron = \"0 7 * * *\"\nday = 1", "reports/month.toml:9: day: unknown field `day`"),
        (
            "cron = \"0 7 * * *\"\nreach = [\"top\", \"all\"]",
            "reports/month.toml:9: schedule.reach: `all` is none of top, direct_sub_units",
        ),
        ("cron = \"0 7 * * *\"\nreach = []", "reports/month.toml:9: schedule.reach: is empty"),
        (
            "cron = \"0 7 * * *\"\nunit_kind = \"xa\"",
            "reports/month.toml:9: schedule.unit_kind: `xa` is none of nation,",
        ),
        (
            "cron = \"0 7 * * *\"\nunits = [\"17\", \"17\"]",
            "reports/month.toml:9: schedule.units: `17` stands here twice",
        ),
        (
            "cron = \"0 7 * * *\"\ndeliver_to = [\"\"]",
            "reports/month.toml:9: schedule.deliver_to: a code has 1 to 64 bytes",
        ),
        ("cron = \"0 7 * * *\"\nkeep_days = 1", "reports/month.toml:9: schedule.keep_days: 1 isn't from 2 to 3653"),
    ];
    for (lines, expected) in all {
        let told = faults(REST, &format!("[schedule]\n{lines}\n{}", section("kind = \"stack\"")));
        assert!(told.len() == 1 && told[0].starts_with(expected), "{lines}: {told:?}");
    }
}

#[test]
fn a_schedule_says_of_whom_and_for_whom() {
    let text = format!(
        "{HEAD}{REST}[schedule]\ncron = \"0 7 * * *\"\nreach = [\"top\"]\nunit_kind = \"commune\"\nunits = [\"148\"]\n\
         deliver_to = [\"a\", \"b\"]\n{}",
        section("kind = \"stack\"")
    );
    let catalogue = Catalogue::embedded().unwrap();
    let file = SourceFile { name: "reports/month.toml", text: &text };
    let plan = read(file, &catalogue, &mut Vec::new()).unwrap().plan.unwrap();
    let codes = Reach::Codes(vec![Text::new("148")]);
    assert_eq!(plan.reach, [Reach::Top, Reach::Kind(UnitKind::Commune), codes]);
    assert_eq!(plan.deliver_to[1].place, "reports/month.toml:12: schedule.deliver_to");
    assert_eq!(plan.keep_days, 92);
    let own: Vec<(&str, &str)> = catalogue
        .reports()
        .map(|report| (report.id.as_str(), report.plan.as_ref().map_or("", |plan| plan.cron.as_str())))
        .collect();
    let crons = [("daily", "0 7 * * *"), ("monthly", "0 8 15 * *"), ("quarterly", "0 8 15 3,6,9,12 *")];
    assert_eq!(own, [&crons[..], &[("weekly", "30 7 * * 1")]].concat());
}

#[test]
fn places_on_the_page_are_checked() {
    let place = |id: &str, page: u16, grid: &str| {
        format!("[[section]]\nid = \"{id}\"\npage = {page}\nkind = \"stack\"\ngrid = {{ {grid} }}\n")
    };
    let wide = faults(REST, &place("a", 1, "x = 6, y = 0, w = 7, h = 3"));
    assert_eq!(wide.len(), 1, "{wide:?}");
    let low = faults(REST, &place("a", 1, "x = 0, y = 38, w = 12, h = 3"));
    assert_eq!(low, ["reports/month.toml:11: section.grid.h: 41 isn't from 1 to 40"]);
    let two = place("a", 1, "x = 0, y = 0, w = 6, h = 3") + &place("b", 1, "x = 5, y = 2, w = 6, h = 3");
    assert_eq!(faults(REST, &two), ["reports/month.toml:16: section.grid: covers cells of panel `a`"]);
    let twice = place("a", 1, "x = 0, y = 0, w = 6, h = 3") + &place("a", 1, "x = 6, y = 0, w = 6, h = 3");
    assert_eq!(faults(REST, &twice), ["reports/month.toml:13: section.id: `a` stands here twice"]);
    let gap = place("a", 1, "x = 0, y = 0, w = 6, h = 3") + &place("b", 3, "x = 0, y = 0, w = 6, h = 3");
    assert_eq!(faults(REST, &gap), ["reports/month.toml:14: section.page: 3 isn't from 1 to 2"]);
    let unknown = "locale = \"fr\"\nformat = \"a3\"\nevery = \"hour\"\nscheme = \"lunar\"\n";
    let told = faults(unknown, &place("a", 1, "x = 0, y = 0, w = 6, h = 3"));
    let keys: Vec<&str> = told.iter().filter_map(|fault| fault.split(": ").nth(1)).collect();
    assert_eq!(keys, ["format", "every", "locale", "scheme"]);
}

#[test]
fn a_report_is_of_the_newest_period_that_is_over() {
    let catalogue = Catalogue::embedded().unwrap();
    let day: Day = "2024-08-02".parse().unwrap();
    let of = |every: Every, scheme: &Scheme, day: Day| every.ended(scheme, day).to_string();
    let (walls, report) = (catalogue.schemes().of_walls(), catalogue.schemes().of_forms());
    let told = [Every::Day, Every::Week, Every::Month, Every::Quarter, Every::Half, Every::Year];
    assert_eq!(
        told.map(|every| of(every, walls, day)),
        ["2024-08-01", "2024-W30", "2024-07", "2024-Q2", "2024-H1", "2023"]
    );
    // By the scheme of forms August runs from 15 July to 14 August.
    assert_eq!(
        told.map(|every| of(every, report, day)),
        ["2024-08-01", "2024-W30", "2024-07", "2024-Q2", "2024-H1", "2023"]
    );
    let later: Day = "2024-07-15".parse().unwrap();
    assert_eq!((of(Every::Month, walls, later), of(Every::Month, report, later)), ("2024-06".into(), "2024-07".into()));
}
