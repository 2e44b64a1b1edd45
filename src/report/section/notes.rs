//! Sources at the cut-off with their signs, then paragraphs.

use crate::report::canvas::{Align, Area};
use crate::report::colour::{INK, INK2};
use crate::report::figures::{Source, Span};
use crate::report::font::Weight;
use crate::report::sheet::Sheet;
use crate::report::words::moment;

pub(super) fn draw(
    sheet: &mut Sheet<'_, '_>,
    (heading, sources): (&str, &[Source]),
    paragraphs: &[Vec<Span>],
    area: Area,
) {
    let body = sheet.opened(area, "", "");
    let bold = sheet.words(Weight::Bold, 17.5);
    let mut x = body.x;
    let mut y = body.y + sheet.px(18.0);
    x += sheet.canvas.text(heading, (x, y), bold, INK, Align::Left) + sheet.px(22.0);
    if sources.is_empty() {
        let none = sheet.locale.either("chưa có nguồn nào", "no source yet");
        sheet.canvas.text(none, (x, y), sheet.words(Weight::Medium, 17.5), INK2, Align::Left);
    }
    for source in sources {
        let face = sheet.words(if source.late { Weight::Bold } else { Weight::Medium }, 17.5);
        let at = source.at.as_deref().map_or_else(|| "–".to_owned(), |at| moment(at, false));
        let text = format!("{} {at}", source.name);
        let size = sheet.px(12.0);
        let width = size + sheet.px(8.0) + sheet.width(&text, face);
        if x + width > body.right() && x > body.x {
            x = body.x;
            y += sheet.px(26.0);
        }
        if y > body.bottom() {
            break;
        }
        let sign = Area { x, y: y - size, w: size, h: size };
        match source.late {
            true => sheet.canvas.hatch(sign, INK),
            false => sheet.canvas.rect(sign, INK2),
        }
        let left = size + sheet.px(8.0);
        sheet.canvas.text_in(
            &text,
            (x + left, y),
            (face, body.right() - x - left),
            if source.late { INK } else { INK2 },
            Align::Left,
        );
        x += width + sheet.px(24.0);
    }
    let mut rest = Area { y: y + sheet.px(10.0), h: (body.bottom() - y - sheet.px(10.0)).max(0.0), ..body };
    for paragraph in paragraphs {
        let height = sheet.flow_height(paragraph, rest.w, 17.5).min(rest.h);
        if rest.h < sheet.px(22.0) {
            return;
        }
        sheet.flow(paragraph, rest, 17.5, INK2);
        rest = rest.below(height + sheet.px(4.0));
    }
}
