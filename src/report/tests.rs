//! Pages of rich, empty and extreme figures: nothing overlaps, everything is printed, the same bytes each time, and they
//! look as they were looked at.

mod golden;
mod worlds;

use std::collections::BTreeMap;

use super::canvas::{Area, TextBox};
use super::figures::{Paper, Section};
use super::press::{DrawnPage, Press};
use super::sheet::SIZE_MIN;
use worlds::{World, paper};

/// Text may touch by this much: descenders and ascenders of neighbouring lines.
const OVERLAP_MAX: f32 = 2.0;

/// The least size of a number of nine digits in a narrow column.
const NUMBER_MIN: f32 = 11.0;

/// All that the program carries.
const REPORTS: [&str; 4] = ["daily", "weekly", "monthly", "quarterly"];

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
    for report in REPORTS {
        let cut: Vec<String> = pages(&paper(World::Rich, report))
            .into_iter()
            .flat_map(|page| page.texts)
            .filter(|text| text.is_cut || text.text.ends_with('…'))
            .map(|text| format!("{report}: {}", text.text))
            .collect();
        assert_eq!(cut, Vec::<String>::new());
    }
}

#[test]
fn a_report_made_twice_is_the_same_bytes() {
    let files = |paper: &Paper| pages(paper).into_iter().map(|page| page.png).collect::<Vec<_>>();
    assert_eq!(files(&paper(World::Rich, "monthly")), files(&paper(World::Rich, "monthly")));
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
