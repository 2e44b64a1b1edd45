//! Pages as they were looked at, at half their size. `OPCENTRE_GOLDEN=write` draws them anew: look at them before they are
//! kept.

use std::fs;
use std::path::PathBuf;

use png::{BitDepth, ColorType, Compression, Encoder, Filter};

use super::REPORTS;
use super::worlds::{World, paper, paper_in};
use crate::report::press::Press;

/// Of a colour: what another processor may round otherwise.
const COLOUR_MAX: u8 = 12;
/// Of a thousand pixels, how many may differ by more.
const PER_MILLE_MAX: usize = 2;

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/reports").join(format!("{name}.png"))
}

fn pixels(bytes: &[u8]) -> Vec<u8> {
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut pixels).unwrap();
    pixels
}

/// The mean of every two by two pixels.
fn halved(pixels: &[u8], (width, height): (usize, usize)) -> Vec<u8> {
    let at = |x: usize, y: usize, part: usize| u16::from(pixels[(y * width + x) * 3 + part]);
    let mut half = Vec::with_capacity(pixels.len() / 4);
    for (y, x) in (0..height / 2).flat_map(|y| (0..width / 2).map(move |x| (y * 2, x * 2))) {
        for part in 0..3 {
            let sum = at(x, y, part) + at(x + 1, y, part) + at(x, y + 1, part) + at(x + 1, y + 1, part);
            half.push(u8::try_from(sum / 4).unwrap());
        }
    }
    half
}

fn written(pixels: &[u8], (width, height): (u32, u32)) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, width, height);
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Balanced);
    encoder.set_filter(Filter::NoFilter);
    encoder.write_header().unwrap().write_image_data(pixels).unwrap();
    file
}

fn check(world: World, report: &str, page: usize) {
    let drawn = Press::new().unwrap().page(&paper(world, report), page).unwrap();
    let (width, height) = drawn.size;
    assert_eq!(pixels(&drawn.png), drawn.pixels, "the file has the pixels that were drawn");
    let half = halved(&drawn.pixels, (width as usize, height as usize));
    let path = file(&format!("{report}-{}-{page}", format!("{world:?}").to_lowercase()));
    if std::env::var("OPCENTRE_GOLDEN").is_ok_and(|value| value == "write") {
        fs::write(&path, written(&half, (width / 2, height / 2))).unwrap();
    }
    let kept = pixels(&fs::read(&path).unwrap());
    assert_eq!(kept.len(), half.len(), "{} is of another size", path.display());
    let differs = |(left, right): (&[u8], &[u8])| left.iter().zip(right).any(|(l, r)| l.abs_diff(*r) > COLOUR_MAX);
    let count = kept.chunks(3).zip(half.chunks(3)).filter(|pair| differs(*pair)).count();
    assert!(count * 1_000 <= kept.len() / 3 * PER_MILLE_MAX, "{}: {count} pixels differ", path.display());
}

#[test]
fn pages_look_as_they_were_looked_at() {
    check(World::Rich, "monthly", 1);
    check(World::Rich, "quarterly", 1);
    check(World::Empty, "monthly", 1);
    check(World::Extreme, "weekly", 1);
    check(World::Leaf, "daily", 1);
}

/// `OPCENTRE_PAGES=F` writes every page of every world in both languages into folder F, in its whole size, to be looked at.
#[test]
fn all_pages_can_be_written_to_be_looked_at() {
    let Ok(folder) = std::env::var("OPCENTRE_PAGES") else { return };
    let press = Press::new().unwrap();
    for world in World::ALL {
        for (report, locale) in REPORTS.into_iter().flat_map(|report| [(report, "vi"), (report, "en")]) {
            let paper = paper_in(world, report, locale);
            for page in 1..=paper.pages.len() {
                let name = format!("{report}-{}-{locale}-{page}.png", format!("{world:?}").to_lowercase());
                fs::write(PathBuf::from(&folder).join(name), press.page(&paper, page).unwrap().png).unwrap();
            }
        }
    }
}
