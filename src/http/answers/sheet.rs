//! A form as a workbook, laid out like the form on paper. The same figures give the same bytes.

use std::collections::BTreeMap;

use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

use crate::kpi::official::Total;
use crate::kpi::scheme::day_words;
use crate::model::Zone;

use super::official::FormAnswer;

/// The columns of numbers and names.
const FIRST_COLUMN: u16 = 2;
/// Rows that the headings take, their numbers apart.
const HEADING_ROWS: u32 = 3;
/// The longest text of a cell.
const CELL_CHARS_MAX: usize = 32_767;
const FONT: &str = "Times New Roman";
/// What a hand fills in.
const DOTS: &str = "........................";

/// How cells look.
struct Looks {
    plain: Format,
    right: Format,
    title: Format,
    centre: Format,
    italic: Format,
    head: Format,
    small_head: Format,
    name: Format,
    count: Format,
    bold_name: Format,
    bold_count: Format,
    no: Format,
}

impl Looks {
    fn new() -> Looks {
        let text = Format::new().set_font_name(FONT).set_font_size(11).set_align(FormatAlign::VerticalCenter);
        let cell = text.clone().set_border(FormatBorder::Thin).set_text_wrap();
        let head = cell.clone().set_align(FormatAlign::Center).set_bold();
        let count = cell.clone().set_num_format("#,##0").set_align(FormatAlign::Right);
        let shade = Color::RGB(0x00F2_F2F2);
        Looks {
            right: text.clone().set_align(FormatAlign::Left).set_text_wrap(),
            title: text.clone().set_bold().set_font_size(13).set_align(FormatAlign::Center).set_text_wrap(),
            centre: text.clone().set_align(FormatAlign::Center),
            italic: text.clone().set_italic().set_align(FormatAlign::Center),
            small_head: cell.clone().set_align(FormatAlign::Center).set_italic().set_font_size(9),
            no: cell.clone().set_align(FormatAlign::Center),
            bold_name: cell.clone().set_bold().set_background_color(shade),
            bold_count: count.clone().set_bold().set_background_color(shade),
            plain: text.set_text_wrap(),
            name: cell,
            head,
            count,
        }
    }
}

/// A form as the bytes of a workbook.
///
/// # Errors
/// When it can't be written; a form of bounded rows always can.
pub fn workbook(answer: &FormAnswer<'_>, zone: &Zone) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    // The instant of the figures, so that the bytes depend on nothing else.
    let made = ExcelDateTime::from_timestamp(answer.heading.as_of_ms.div_euclid(1_000))?;
    workbook.set_properties(&DocProperties::new().set_title(answer.number).set_creation_datetime(&made));
    let last = FIRST_COLUMN + u16::try_from(answer.total.len()).unwrap_or(u16::MAX - FIRST_COLUMN) - 1;
    let sheet = workbook.add_worksheet();
    sheet.set_name(answer.form)?.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    let mut page = Page { sheet, looks: Looks::new(), row: 0, last };
    page.sheet.set_column_width(0, 6)?.set_column_width(1, 38)?;
    for column in FIRST_COLUMN..=last {
        page.sheet.set_column_width(column, 10)?;
    }
    page.top(answer)?;
    let first_heading = page.row;
    page.headings(answer)?;
    page.sheet.set_repeat_rows(first_heading, page.row - 1)?.set_freeze_panes(page.row, 2)?;
    page.body(answer)?;
    page.foot(answer, zone)?;
    workbook.save_to_buffer()
}

struct Page<'s> {
    sheet: &'s mut Worksheet,
    looks: Looks,
    /// The next row.
    row: u32,
    /// The last column.
    last: u16,
}

impl Page<'_> {
    /// A text over some columns of some rows.
    fn span(
        &mut self,
        (row, rows): (u32, u32),
        (first, last): (u16, u16),
        text: &str,
        look: fn(&Looks) -> &Format,
    ) -> Result<(), XlsxError> {
        let (text, look) = (cut(text), look(&self.looks));
        if rows == 1 && first == last {
            self.sheet.write_string_with_format(row, first, text, look)?;
        } else {
            self.sheet.merge_range(row, first, row + rows - 1, last, &text, look)?;
        }
        Ok(())
    }

    /// A text over the whole width in the next row.
    fn line(&mut self, text: &str, look: fn(&Looks) -> &Format) -> Result<(), XlsxError> {
        self.span((self.row, 1), (0, self.last), text, look)?;
        self.row += 1;
        Ok(())
    }

    /// Number and legal basis on the left, the title in the middle, who reports to whom on the right; below them when.
    fn top(&mut self, answer: &FormAnswer<'_>) -> Result<(), XlsxError> {
        let (left, right) = (1, self.last - 3);
        let number = format!("Biểu số {}", answer.number);
        self.span((0, 1), (0, left), &number, |looks| &looks.plain)?;
        self.span((1, 2), (0, left), &answer.legal_basis.vi, |looks| &looks.plain)?;
        self.span((0, 3), (left + 1, right - 1), &answer.title.vi.to_uppercase(), |looks| &looks.title)?;
        let receiver = answer.receiver.unwrap_or(DOTS);
        self.span((0, 1), (right, self.last), &format!("Đơn vị báo cáo: {}", answer.name), |looks| &looks.right)?;
        self.span((1, 2), (right, self.last), &format!("Đơn vị nhận báo cáo: {receiver}"), |looks| {
            &looks.right
        })?;
        for (row, height) in [(0, 32.0), (1, 18.0), (2, 18.0)] {
            self.sheet.set_row_height(row, height)?;
        }
        self.row = 3;
        let days = format!("từ ngày {} đến ngày {}", day_words(answer.window.first), day_words(answer.window.last));
        let period = match answer.period_name {
            Some(name) => format!("Kỳ báo cáo: {name} ({days})"),
            None => format!("Kỳ báo cáo: {days}"),
        };
        self.line(&period, |looks| &looks.centre)?;
        let version = match answer.closed {
            Some(closed) => format!("Số liệu chốt (lần {}, {})", closed.version, closed.by),
            None => "Số liệu hiện thời".to_owned(),
        };
        self.line(&version, |looks| &looks.italic)?;
        let counted = format!("Đơn vị tính: {}", answer.counted_in.vi);
        self.line(&counted, |looks| &looks.italic)
    }

    /// Three rows of headings and one of the columns' numbers.
    fn headings(&mut self, answer: &FormAnswer<'_>) -> Result<(), XlsxError> {
        let (row, form) = (self.row, answer.official);
        let head: fn(&Looks) -> &Format = |looks| &looks.head;
        self.span((row, HEADING_ROWS), (0, 0), &form.row_number.vi, head)?;
        self.span((row, HEADING_ROWS), (1, 1), &form.row_name.vi, head)?;
        self.span((row + HEADING_ROWS, 1), (0, 0), "(1)", |looks| &looks.small_head)?;
        self.span((row + HEADING_ROWS, 1), (1, 1), "(2)", |looks| &looks.small_head)?;
        let mut column = FIRST_COLUMN;
        for total in &form.totals {
            column = self.total(total, (row, column))?;
        }
        self.sheet.set_row_height(row, 20)?.set_row_height(row + 2, 48)?;
        self.row = row + HEADING_ROWS + 1;
        Ok(())
    }

    /// A total over its columns; the column after them.
    fn total(&mut self, total: &Total, (row, column): (u32, u16)) -> Result<u16, XlsxError> {
        let head: fn(&Looks) -> &Format = |looks| &looks.head;
        let below = u16::try_from(total.columns.len()).unwrap_or(0);
        self.span((row, 1), (column, column + below), &total.heading.vi, head)?;
        self.span((row + 1, 2), (column, column), "Tổng số", head)?;
        self.span((row + 1, 1), (column + 1, column + below), "Trong đó", head)?;
        let parts: Vec<String> = total.columns.iter().map(|part| format!("({})", part.number)).collect();
        let sum = format!("({})={}", total.column, parts.join("+"));
        self.span((row + HEADING_ROWS, 1), (column, column), &sum, |looks| &looks.small_head)?;
        for (place, part) in (column + 1..).zip(&total.columns) {
            self.span((row + 2, 1), (place, place), &part.heading.vi, head)?;
            let number = format!("({})", part.number);
            self.span((row + HEADING_ROWS, 1), (place, place), &number, |looks| &looks.small_head)?;
        }
        Ok(column + below + 1)
    }

    fn body(&mut self, answer: &FormAnswer<'_>) -> Result<(), XlsxError> {
        for (place, group) in answer.groups.iter().enumerate() {
            self.counts((&roman(place + 1), &group.heading.vi), &group.counts, true)?;
            for (place, row) in group.rows.iter().enumerate() {
                self.counts((&(place + 1).to_string(), row.name), &row.counts, false)?;
            }
        }
        self.counts(("", "Tổng cộng"), &answer.total, true)
    }

    /// One row of the table.
    fn counts(&mut self, (no, name): (&str, &str), counts: &BTreeMap<u8, i64>, bold: bool) -> Result<(), XlsxError> {
        let row = self.row;
        let Looks { no: no_look, name: name_look, count, bold_name, bold_count, .. } = &self.looks;
        let looks = if bold { (bold_name, bold_name, bold_count) } else { (no_look, name_look, count) };
        self.sheet.write_string_with_format(row, 0, no, looks.0)?;
        self.sheet.write_string_with_format(row, 1, cut(name), looks.1)?;
        for (column, value) in (FIRST_COLUMN..).zip(counts.values()) {
            self.sheet.write_number_with_format(row, column, *value as f64, looks.2)?;
        }
        self.row += 1;
        Ok(())
    }

    /// The convention, when and by which records the figures were made, and who signs.
    fn foot(&mut self, answer: &FormAnswer<'_>, zone: &Zone) -> Result<(), XlsxError> {
        self.row += 1;
        self.line("Ghi chú:", |looks| &looks.plain)?;
        for note in &answer.footnotes {
            self.line(&format!("- {note}."), |looks| &looks.plain)?;
        }
        let made = format!("- Số liệu lúc {}, số thứ tự bản ghi {}.", answer.heading.moment(zone), answer.seq);
        self.line(&made, |looks| &looks.plain)?;
        self.row += 1;
        let (row, right) = (self.row, self.last - 4);
        let centre: fn(&Looks) -> &Format = |looks| &looks.centre;
        let italic: fn(&Looks) -> &Format = |looks| &looks.italic;
        self.span((row, 1), (right, self.last), "........, ngày ..... tháng ..... năm ........", italic)?;
        self.span((row + 1, 1), (0, 1), "Người lập biểu", centre)?;
        self.span((row + 1, 1), (right, self.last), "Thủ trưởng cơ quan, đơn vị", centre)?;
        self.span((row + 2, 1), (0, 1), "(Ký, ghi rõ họ tên)", italic)?;
        self.span((row + 2, 1), (right, self.last), "(Ký, ghi rõ họ tên, đóng dấu)", italic)?;
        self.row += 3;
        Ok(())
    }
}

fn cut(text: &str) -> String {
    text.chars().take(CELL_CHARS_MAX).collect()
}

/// The number of a block of rows.
fn roman(number: usize) -> String {
    let signs = [(10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")];
    let mut left = number;
    let mut written = String::new();
    for (value, sign) in signs {
        while left >= value {
            written.push_str(sign);
            left -= value;
        }
    }
    written
}
