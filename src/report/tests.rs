//! Pages of rich, empty and extreme figures: nothing overlaps, everything is printed, the same bytes each time, and they
//! look as they were looked at.

mod golden;
mod worlds;

use std::collections::BTreeMap;

use crate::kpi::report::{Grid, PageFormat};

use super::canvas::{Area, TextBox};
use super::figures::{Paper, Placed, Section};
use super::press::{DrawnPage, Press};
use super::sheet::SIZE_MIN;
use worlds::{World, paper, paper_in};

/// Text may touch by this much: descenders and ascenders of neighbouring lines.
const OVERLAP_MAX: f32 = 2.0;

/// The least size of a number of nine digits in a narrow column.
const NUMBER_MIN: f32 = 11.0;

/// All that the program carries.
const REPORTS: [&str; 4] = ["daily", "weekly", "monthly", "quarterly"];

/// One of each scale; the reports themselves have all formats.
const FORMATS: [PageFormat; 2] = [PageFormat::A4Landscape, PageFormat::Phone];

fn pages(paper: &Paper) -> Vec<DrawnPage> {
    let press = Press::new().unwrap();
    (1..=paper.pages.len()).map(|page| press.page(paper, page).unwrap()).collect()
}

/// How far two areas lie over one another, in pixels of their lesser side.
fn overlap(left: Area, right: Area) -> f32 {
    let across = left.right().min(right.right()) - left.x.max(right.x);
    let down = left.bottom().min(right.bottom()) - left.y.max(right.y);
    across.min(down)
}

fn check(world: World, report: &str) {
    let paper = paper(world, report);
    for (place, page) in pages(&paper).iter().enumerate() {
        let name = format!("{report} of {world:?}, page {}", place + 1);
        let (width, height) = paper.format.pixels();
        #[expect(clippy::cast_precision_loss, reason = "a page")]
        let (width, height) = (width as f32, height as f32);
        for text in &page.texts {
            let TextBox { area, size, .. } = text;
            assert!(area.x >= 6.0 && area.right() <= width - 6.0, "{name}: {text:?} leaves the page");
            assert!(area.y >= 6.0 && area.bottom() <= height - 6.0, "{name}: {text:?} leaves the page");
            // A number gets smaller before a part of it is lost.
            let is_number = text.text.chars().all(|sign| sign.is_ascii_digit() || ".,%–".contains(sign));
            let least = if is_number && world == World::Extreme { NUMBER_MIN } else { SIZE_MIN };
            assert!(*size >= least - 0.01, "{name}: {text:?} is too small");
            assert!(text.text.chars().any(|sign| !sign.is_whitespace()), "{name}: an empty text");
        }
        for (number, left) in page.texts.iter().enumerate() {
            for right in &page.texts[number + 1..] {
                let over = overlap(left.area, right.area);
                assert!(over <= OVERLAP_MAX, "{name}: {left:?} and {right:?} lie over one another by {over}");
            }
        }
    }
}

#[test]
fn no_text_overlaps_another_or_leaves_the_page() {
    for world in World::ALL {
        for report in REPORTS {
            check(world, report);
        }
    }
}

#[test]
fn nothing_is_cut_at_normal_figures() {
    for (report, locale) in REPORTS.into_iter().flat_map(|report| [(report, "vi"), (report, "en")]) {
        let cut: Vec<String> = pages(&paper_in(World::Rich, report, locale))
            .into_iter()
            .flat_map(|page| page.texts)
            .filter(|text| text.is_cut || text.text.contains('…'))
            .map(|text| format!("{report}, {locale}: {}", text.text))
            .collect();
        assert_eq!(cut, Vec::<String>::new());
    }
}

/// Values with how often each stands there.
fn counted<'t>(texts: impl Iterator<Item = &'t str>) -> BTreeMap<String, usize> {
    texts.fold(BTreeMap::new(), |mut all, text| {
        *all.entry(text.trim_end_matches('%').to_owned()).or_default() += 1;
        all
    })
}

#[test]
fn every_value_of_a_trend_is_printed() {
    for (report, page, section) in [("monthly", 1, "trend"), ("monthly", 3, "satisfaction"), ("weekly", 1, "trend")] {
        let paper = paper(World::Rich, report);
        let drawn = Press::new().unwrap().page(&paper, page).unwrap();
        let placed = paper.pages[page - 1].iter().find(|placed| placed.id == section).unwrap();
        let Section::Trend { points, .. } = &placed.section else { panic!("no trend") };
        let values = points.iter().flat_map(|point| [&point.now, &point.before]);
        let expected = counted(values.map(|value| value.as_ref().map_or("–", |figure| figure.text.as_str())));
        let printed = counted(drawn.texts.iter().map(|text| text.text.as_str()));
        for (value, times) in expected {
            let found = printed.get(&value).copied().unwrap_or_default();
            assert!(found >= times, "{value} stands {found} times instead of {times} on the {report} page {page}");
        }
    }
}

/// Texts that stand on the line of a name, in their order.
fn beside<'t>(texts: &'t [TextBox], name: &TextBox) -> Vec<&'t str> {
    let is_right =
        |text: &&TextBox| (text.area.bottom() - name.area.bottom()).abs() < 3.0 && text.area.x > name.area.right();
    let mut right: Vec<&TextBox> = texts.iter().filter(is_right).collect();
    right.sort_by(|left, right| left.area.x.total_cmp(&right.area.x));
    right.into_iter().map(|text| text.text.as_str()).collect()
}

/// The text of a figure stands below its name, at the same left edge.
fn is_below(texts: &[TextBox], name: &str, figure: &str) -> bool {
    let digits = figure.trim_end_matches('%');
    texts.iter().filter(|text| text.text == name).any(|name| {
        let is_it = |text: &&TextBox| {
            let down = text.area.bottom() - name.area.bottom();
            text.text == digits && (text.area.x - name.area.x).abs() < 30.0 && (5.0..110.0).contains(&down)
        };
        texts.iter().any(|text| is_it(&text))
    })
}

#[test]
fn every_figure_stands_beside_its_own_name() {
    let mut seen = std::collections::BTreeSet::new();
    for report in REPORTS {
        let paper = paper(World::Rich, report);
        for (placed, page) in paper.pages.iter().zip(pages(&paper)) {
            let rows = |name: &str, figures: &[String]| {
                let named = page.texts.iter().filter(|text| text.text == name);
                named
                    .map(|name| beside(&page.texts, name))
                    .any(|right| right.windows(figures.len()).any(|of| of == figures))
            };
            for Placed { section, .. } in placed {
                match section {
                    Section::Headline { figures, .. } => {
                        seen.insert("headline");
                        for one in figures {
                            assert!(is_below(&page.texts, &one.title, &one.figure.text), "{report}: {one:?}");
                        }
                    }
                    Section::Tilemap { cells, .. } => {
                        seen.insert("map");
                        for one in cells {
                            assert!(is_below(&page.texts, &one.name, &one.figure.text), "{report}: {one:?}");
                        }
                    }
                    Section::Ranking { rows: all, .. } => {
                        seen.insert("ranking");
                        for row in all {
                            assert!(rows(&row.name, std::slice::from_ref(&row.figure.text)), "{report}: {row:?}");
                        }
                    }
                    Section::Table { rows: all, .. } => {
                        seen.insert("table");
                        for row in all {
                            assert!(rows(&row.name, &row.cells), "{report}: {row:?}");
                        }
                    }
                    _ => {}
                }
            }
        }
    }
    assert_eq!(seen.len(), 4);
}

#[test]
fn every_section_is_drawn_in_the_least_place() {
    let press = Press::new().unwrap();
    let worlds = [World::Extreme, World::Empty, World::Leaf];
    for (world, format) in worlds.into_iter().flat_map(|world| FORMATS.map(|format| (world, format))) {
        let last = format.rows() - 1;
        let places = [(11, last, 1, 1), (0, 0, 12, 1), (0, 0, 1, last + 1)];
        let places = places.map(|(x, y, w, h)| Grid { x, y, w, h });
        // The monthly one has sections of every kind but free text.
        let whole = paper(world, "monthly");
        let all = whole.pages.iter().flatten();
        let page = all.flat_map(|placed| places.map(|grid| Placed { grid, ..placed.clone() })).collect();
        let page = press.page(&Paper { format, pages: vec![page], ..whole.clone() }, 1).unwrap();
        assert_eq!(page.size, format.pixels());
    }
}

#[test]
fn a_report_made_twice_is_the_same_bytes() {
    let files = |paper: &Paper| pages(paper).into_iter().map(|page| page.png).collect::<Vec<_>>();
    assert!(files(&paper(World::Rich, "monthly")) == files(&paper(World::Rich, "monthly")), "pages differ");
}

#[test]
fn every_page_says_of_whom_when_and_from_what_it_is() {
    let paper = paper(World::Rich, "monthly");
    for (place, page) in pages(&paper).iter().enumerate() {
        let said: String = page.texts.iter().map(|text| format!("{}\n", text.text)).collect();
        let number = format!("trang {}/{}", place + 1, paper.pages.len());
        for part in [
            "Tỉnh Hòa Bình, mã 17",
            "monthly",
            "2024-06",
            "06:00 15/06/2024",
            "4.812.096",
            "mẫu ",
            &number,
            "nguồn muộn",
        ] {
            assert!(said.contains(part), "{part} isn't on page {}: {said}", place + 1);
        }
    }
}

#[test]
fn nothing_is_printed_as_zero_where_there_are_no_figures() {
    let paper = paper(World::Empty, "monthly");
    let Section::Headline { figures, .. } = &paper.pages[0][1].section else { panic!("no headline") };
    let told: BTreeMap<&str, &str> = figures.iter().map(|one| (one.id.as_str(), one.figure.text.as_str())).collect();
    assert!(told.values().all(|text| *text == "–"), "{told:?}");
    assert!(paper.paragraph.contains("tiếp nhận – hồ sơ"), "{}", paper.paragraph);
    // Only maxima, limits and counts of things that there are stand on the pages, and no nought.
    for page in pages(&paper) {
        let noughts = |text: &str| matches!(text.trim_end_matches('%'), "0" | "0,00" | "0,0" | "0/0");
        let found: Vec<&str> = page.texts.iter().map(|text| text.text.as_str()).filter(|text| noughts(text)).collect();
        assert_eq!(found, Vec::<&str>::new());
    }
}

#[test]
fn the_paragraph_has_the_figures_of_the_pages() {
    let paper = paper(World::Rich, "monthly");
    assert_eq!(
        paper.paragraph,
        "Trong tháng 6/2024 (15/05–14/06/2024), toàn tỉnh tiếp nhận 16.482 hồ sơ, giải quyết 16.310 hồ sơ, đạt 98,38% \
         trước và đúng hạn, tăng 0,48 điểm phần trăm so với kỳ trước (mục tiêu 98%: đạt). Đang giải quyết 5.403 hồ sơ, \
         trong đó quá hạn 221; số hóa hồ sơ 71,40%, tăng 0,90 điểm phần trăm so với kỳ trước; hồ sơ trực tuyến 62,00%, \
         tăng 0,90 điểm phần trăm so với kỳ trước; hài lòng tại quầy 91,20%, tăng 0,90 điểm phần trăm so với kỳ trước. \
         Nguồn gửi muộn: Thanh toán trực tuyến. (Số liệu hiện thời 06:00 15/06/2024; bản ghi 4812096.)\n"
    );
}

#[test]
fn a_page_that_there_is_not_is_an_error() {
    let press = Press::new().unwrap();
    let paper = paper(World::Rich, "monthly");
    for page in [0, paper.pages.len() + 1] {
        assert_eq!(
            press.page(&paper, page).unwrap_err().to_string(),
            format!("the report has 3 pages, no page {page}")
        );
    }
}
