//! The figures of a report as a workbook: a sheet for each section that counts something, each figure as a number with
//! its numerator and denominator. The same figures give the same bytes.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};

use super::ReportError;
use super::figures::{Column, Figure, Heading, Paper, Row, Scored, Section};
use super::words::Locale;

/// The longest name of a sheet.
const NAME_CHARS_MAX: usize = 31;
/// The longest text of a cell.
const CELL_CHARS_MAX: usize = 32_767;
/// What no name of a sheet may have.
const NOT_IN_NAMES: [char; 7] = ['[', ']', ':', '*', '?', '/', '\\'];

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq)]
enum Cell {
    Nothing,
    Text(String),
    Number(f64),
    Share(f64),
}

/// A sheet.
#[derive(Clone, Debug, PartialEq)]
struct Sheet {
    name: String,
    header: Vec<String>,
    rows: Vec<Vec<Cell>>,
}

/// The figures of a report as the bytes of a workbook.
///
/// # Errors
/// When it can't be written; a report of bounded rows always can.
pub fn workbook(paper: &Paper) -> Result<Vec<u8>, ReportError> {
    let mut workbook = Workbook::new();
    // The instant of the figures, so that the bytes depend on nothing else.
    let as_of: Option<jiff::Timestamp> = paper.heading.as_of.parse().ok();
    let made = ExcelDateTime::from_timestamp(as_of.map_or(0, jiff::Timestamp::as_second))?;
    workbook.set_properties(&DocProperties::new().set_title(&paper.heading.title).set_creation_datetime(&made));
    let mut sheets = vec![about(paper)];
    for placed in paper.pages.iter().flatten() {
        sheets.extend(of_section(&placed.section, &placed.id, paper.locale));
    }
    let mut names: Vec<String> = Vec::new();
    for sheet in &sheets {
        let name = free_name(&sheet.name, &names);
        write(&mut workbook, sheet, &name)?;
        names.push(name);
    }
    Ok(workbook.save_to_buffer()?)
}

fn write(workbook: &mut Workbook, sheet: &Sheet, name: &str) -> Result<(), XlsxError> {
    let (bold, count, share) = (
        Format::new().set_bold().set_text_wrap(),
        Format::new().set_num_format("#,##0.######"),
        Format::new().set_num_format("0.00%"),
    );
    let page = workbook.add_worksheet();
    page.set_name(name)?.set_column_width(0, 34)?;
    for (column, heading) in (0..).zip(&sheet.header) {
        page.write_string_with_format(0, column, cut(heading), &bold)?;
    }
    if !sheet.header.is_empty() {
        page.set_freeze_panes(1, 0)?;
    }
    let first = u32::from(!sheet.header.is_empty());
    for (row, cells) in (first..).zip(&sheet.rows) {
        for (column, cell) in (0..).zip(cells) {
            match cell {
                Cell::Nothing => continue,
                Cell::Text(text) => page.write_string(row, column, cut(text))?,
                Cell::Number(number) => page.write_number_with_format(row, column, *number, &count)?,
                Cell::Share(number) => page.write_number_with_format(row, column, *number, &share)?,
            };
        }
    }
    Ok(())
}

/// Whose, when, from what.
fn about(paper: &Paper) -> Sheet {
    let (heading, locale) = (&paper.heading, paper.locale);
    let Heading { title, subtitle, name, unit, period, window, standing, as_of, seq, versions, .. } = heading;
    let row = |vi, en, value: Cell| vec![text(locale.either(vi, en)), value];
    let mut rows = vec![
        vec![text(title)],
        vec![text(subtitle)],
        row("Đơn vị", "Unit", text(&format!("{name} ({unit})"))),
        row("Kỳ báo cáo", "Period", text(period)),
        row("Từ ngày", "From", text(&window.from)),
        row("Đến ngày", "To", text(&window.to)),
        row("Số liệu", "Figures", text(standing)),
        row("Lập lúc", "Made at", text(as_of)),
        row("Bản ghi", "Record", number(i64::try_from(*seq).unwrap_or(i64::MAX))),
        row("Định nghĩa", "Definitions", text(versions)),
    ];
    let listed =
        [("Nguồn muộn", "Late", &heading.late), ("Đang nạp dữ liệu cũ", "Backfill in progress", &heading.backfill)];
    for (vi, en, sources) in listed.into_iter().filter(|(.., sources)| !sources.is_empty()) {
        rows.push(row(vi, en, text(&sources.join(", "))));
    }
    if heading.demo {
        rows.push(vec![text(locale.either("DEMO · SỐ LIỆU MẪU", "DEMO · SAMPLE DATA"))]);
    }
    rows.push(vec![text(&paper.paragraph)]);
    Sheet { name: locale.either("Báo cáo", "Report").to_owned(), header: Vec::new(), rows }
}

/// The sheet of a section; none where nothing is counted.
fn of_section(section: &Section, id: &str, locale: Locale) -> Option<Sheet> {
    let words = |pairs: &[(&str, &str)]| pairs.iter().map(|(vi, en)| locale.either(vi, en).to_owned()).collect();
    let (unit, code) = (("Tên", "Name"), ("Mã", "Code"));
    let (num, den, value) = (("Tử số", "Numerator"), ("Mẫu số", "Denominator"), ("Giá trị", "Value"));
    let sheet = |title: &str, header, rows| {
        let name = if title.is_empty() { id } else { title };
        Some(Sheet { name: name.to_owned(), header, rows })
    };
    match section {
        Section::Headline { figures, .. } => {
            let row = |one: &super::figures::Headline| with(vec![text(&one.title), text(&one.id)], Some(&one.figure));
            sheet(
                locale.either("Chỉ tiêu", "Figures"),
                words(&[unit, code, num, den, value]),
                figures.iter().map(row).collect(),
            )
        }
        Section::Trend { title, points, before_name, .. } => {
            let row = |point: &super::figures::Point| {
                with(with(vec![text(&point.period)], point.now.as_ref()), point.before.as_ref())
            };
            let mut header: Vec<String> = words(&[("Kỳ", "Period"), num, den, value, num, den, value]);
            for heading in &mut header[4..] {
                *heading = format!("{heading} ({before_name})");
            }
            sheet(title, header, points.iter().map(row).collect())
        }
        Section::Stack { title, names, rows, .. } => {
            let row = |one: &super::figures::Parts| {
                vec![text(&one.name), number(one.early), number(one.on_time), number(one.late)]
            };
            let header = [&[locale.either("Lĩnh vực", "Field").to_owned()], &names[..]].concat();
            sheet(title, header, rows.iter().map(row).collect())
        }
        Section::Ranking { title, rows, .. } => {
            let row = |one: &super::figures::Ranked| with(vec![text(&one.name), text(&one.key)], Some(&one.figure));
            sheet(title, words(&[unit, code, num, den, value]), rows.iter().map(row).collect())
        }
        Section::Tilemap { title, cells, .. } => {
            let row = |one: &super::figures::Cell| with(vec![text(&one.name), text(&one.unit)], Some(&one.figure));
            sheet(title, words(&[unit, code, num, den, value]), cells.iter().map(row).collect())
        }
        Section::Index { title, total, groups, criteria, .. } => {
            let points = [("Điểm", "Points"), ("Điểm đo được", "Measurable"), ("Điểm tối đa", "Maximum")];
            let header = words(&[&[unit, code], &points[..], &[("Công bố", "As published")]].concat());
            let all = std::iter::once(total).chain(groups).chain(criteria);
            sheet(title, header, all.map(scored).collect())
        }
        Section::Table { title, first, columns, rows, .. } => {
            sheet(title, table_header(first, columns), rows.iter().map(|row| table_row(row, locale)).collect())
        }
        Section::Progress { title, figure, plan, goal, .. } => {
            let header = words(&[num, den, value, ("Kế hoạch", "Plan"), ("Mục tiêu", "Goal")]);
            let share = |of: &Option<f64>| of.map_or(Cell::Nothing, Cell::Share);
            let mut row = with(Vec::new(), Some(figure));
            row.extend([share(plan), share(goal)]);
            sheet(title, header, vec![row])
        }
        Section::Result { .. } | Section::Notes { .. } | Section::Text { .. } => None,
    }
}

fn table_header(first: &str, columns: &[Column]) -> Vec<String> {
    let heading = |column: &Column| match column.group.as_str() {
        "" => column.heading.clone(),
        group => format!("{group}: {}", column.heading),
    };
    std::iter::once(first.to_owned()).chain(columns.iter().map(heading)).collect()
}

fn table_row(row: &Row, locale: Locale) -> Vec<Cell> {
    std::iter::once(text(&row.name)).chain(row.cells.iter().map(|cell| printed(cell, locale))).collect()
}

fn scored(of: &Scored) -> Vec<Cell> {
    let points = |points: Option<f64>| points.map_or(Cell::Nothing, Cell::Number);
    let (measurable, max) = (Cell::Number(of.measurable), Cell::Number(of.max));
    vec![text(&of.name), text(&of.id), points(of.score), measurable, max, points(of.official)]
}

/// A figure in three cells: what is divided by what, and the result.
fn with(mut cells: Vec<Cell>, figure: Option<&Figure>) -> Vec<Cell> {
    let count = |count: Option<i64>| count.map_or(Cell::Nothing, number);
    let Some(figure) = figure else {
        cells.extend([Cell::Nothing, Cell::Nothing, Cell::Nothing]);
        return cells;
    };
    let value = match (figure.num, figure.den) {
        (Some(num), None) => number(num),
        #[expect(clippy::cast_precision_loss, reason = "counts of dossiers are far below 2^53")]
        (Some(num), Some(den)) if den > 0 && figure.text.contains('%') => Cell::Share(num as f64 / den as f64),
        #[expect(clippy::cast_precision_loss, reason = "counts of dossiers are far below 2^53")]
        (Some(num), Some(den)) if den > 0 => Cell::Number(num as f64 / den as f64),
        _ => text(&figure.text),
    };
    cells.extend([count(figure.num), count(figure.den), value]);
    cells
}

fn text(of: &str) -> Cell {
    Cell::Text(of.to_owned())
}

#[expect(clippy::cast_precision_loss, reason = "counts of dossiers are far below 2^53")]
fn number(of: i64) -> Cell {
    Cell::Number(of as f64)
}

/// What is printed in a table: a number where it is one.
fn printed(cell: &str, locale: Locale) -> Cell {
    let (thousands, point) = if locale == Locale::Vi { ('.', ',') } else { (',', '.') };
    let (plain, is_share) = match cell.strip_suffix('%') {
        Some(plain) => (plain.trim_end(), true),
        None => (cell, false),
    };
    let (whole, part) = plain.split_once(point).unwrap_or((plain, ""));
    let is_digits = |text: &str| text.bytes().all(|sign| sign.is_ascii_digit());
    let mut groups = whole.split(thousands);
    let first = groups.next().unwrap_or_default();
    let is_grouped = groups.all(|group| group.len() == 3 && is_digits(group));
    if first.is_empty() || !is_digits(first) || !is_grouped || !is_digits(part) {
        return text(cell);
    }
    let exponent = if is_share { -2 } else { 0 };
    match format!("{}.{part}0e{exponent}", whole.replace(thousands, "")).parse::<f64>() {
        Ok(number) if is_share => Cell::Share(number),
        Ok(number) => Cell::Number(number),
        Err(_) => text(cell),
    }
}

/// A name that a sheet may have and no other has.
fn free_name(wanted: &str, taken: &[String]) -> String {
    let plain: String = wanted.chars().filter(|sign| !NOT_IN_NAMES.contains(sign)).collect();
    let plain = plain.trim().trim_matches('\'');
    let cut = |chars: usize| plain.chars().take(chars).collect::<String>().trim_end().to_owned();
    let is_free = |name: &String| !taken.iter().any(|other| other.to_lowercase() == name.to_lowercase());
    let numbered = (2..).map(|number: usize| {
        let end = format!(" ({number})");
        cut(NAME_CHARS_MAX - end.len()) + &end
    });
    std::iter::once(cut(NAME_CHARS_MAX))
        .chain(numbered)
        .find(|name| !name.is_empty() && is_free(name))
        .unwrap_or_default()
}

fn cut(text: &str) -> String {
    text.chars().take(CELL_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_numbers_are_numbers_again() {
        for (cell, expected) in [
            ("14.332", Cell::Number(14_332.0)),
            ("14332", Cell::Number(14_332.0)),
            ("98,21%", Cell::Share(0.9821)),
            ("75,46%", Cell::Share(0.7546)),
            ("12,5", Cell::Number(12.5)),
            ("–", text("–")),
            ("1.2", text("1.2")),
            ("", text("")),
        ] {
            assert_eq!(printed(cell, Locale::Vi), expected, "{cell}");
        }
        assert_eq!(printed("14,332", Locale::En), Cell::Number(14_332.0));
    }

    #[test]
    fn names_of_sheets_are_short_and_no_two_are_alike() {
        let long = "Tỷ lệ giải quyết trước và đúng hạn theo lĩnh vực";
        let first = free_name(long, &[]);
        let second = free_name(long, std::slice::from_ref(&first));
        assert_eq!((first.chars().count() <= 31, second.chars().count() <= 31), (true, true));
        assert!(first != second && second.ends_with(" (2)"), "{first} {second}");
        assert_eq!(free_name("a/b: [c]", &[]), "ab c");
    }
}
