//! The workbook that an office fills in: one row for each indicator that it reports of a period.

use rust_xlsxwriter::{
    Color, DataValidation, DataValidationRule, DocProperties, ExcelDateTime, Format, FormatBorder, Formula, Workbook,
    Worksheet, XlsxError,
};

use crate::ingest::{FILLED_IN, KEYS_ROW, RETURN_COLUMNS};
use crate::kpi::scheme::day_words;
use crate::kpi::{Indicator, IndicatorKind};

use super::Figures;
use super::returns::ReturnQuestion;

/// What stands above the columns.
const HEADINGS: [&str; 11] = [
    "Mã (code)",
    "Chỉ tiêu (indicator)",
    "Đơn vị tính (unit of measure)",
    "Tử số (numerator)",
    "Mẫu số (denominator)",
    "Giá trị (value)",
    "Số đã in (as printed)",
    "Kỳ trước (last period)",
    "Hạn gửi (deadline)",
    "Hệ thống (system)",
    "Ghi chú (note)",
];
const WIDTHS: [f64; 11] = [28.0, 46.0, 14.0, 14.0, 14.0, 14.0, 14.0, 20.0, 12.0, 30.0, 30.0];

/// The template of a unit and a period as the bytes of a workbook; the same figures give the same bytes.
///
/// # Errors
/// When it can't be written; a sheet of bounded rows always can.
pub fn return_template(figures: Figures<'_>, question: &ReturnQuestion<'_>) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let made = ExcelDateTime::from_timestamp(figures.view.now().0.div_euclid(1_000))?;
    workbook.set_properties(&DocProperties::new().set_title("Biểu nhập chỉ tiêu").set_creation_datetime(&made));
    let sheet = workbook.add_worksheet();
    sheet.set_name("Chỉ tiêu")?.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    for (column, width) in (0..).zip(WIDTHS) {
        sheet.set_column_width(column, width)?;
    }
    let bold = Format::new().set_bold();
    let (from, to) = (question.window.first, question.window.last);
    sheet.write_string_with_format(0, 0, "BIỂU NHẬP CHỈ TIÊU BÁO CÁO", &bold)?;
    sheet.write_string(1, 0, "unit")?.write_string(1, 1, &*question.unit.code)?.write_string(1, 2, question.name)?;
    let days = format!("từ ngày {} đến ngày {}", day_words(from), day_words(to));
    sheet.write_string(2, 0, "period")?.write_string(2, 1, question.period.to_string())?.write_string(2, 2, &days)?;
    sheet.write_string(3, 0, "Chỉ nhập vào ô màu vàng; ô trống là chưa có số liệu (fill in the yellow cells only)")?;
    let head = Format::new().set_bold().set_border(FormatBorder::Thin).set_text_wrap();
    let small = Format::new().set_italic().set_border(FormatBorder::Thin).set_font_size(8);
    let keys = u32::try_from(KEYS_ROW - 1).unwrap_or_default();
    for (column, (heading, key)) in (0..).zip(HEADINGS.iter().zip(RETURN_COLUMNS)) {
        sheet.write_string_with_format(keys - 1, column, *heading, &head)?;
        sheet.write_string_with_format(keys, column, key, &small)?;
    }
    sheet.set_freeze_panes(keys + 1, 2)?.set_repeat_rows(keys - 1, keys)?;
    for (row, indicator) in (keys + 1..).zip(&question.indicators) {
        indicator_row(sheet, row, (figures, question, indicator))?;
    }
    sheet.protect();
    workbook.save_to_buffer()
}

/// The cells of a row: what is known is locked, what is to be filled in is not.
fn indicator_row<'a>(
    sheet: &mut Worksheet,
    row: u32,
    (figures, question, indicator): (Figures<'a>, &ReturnQuestion<'a>, &'a Indicator),
) -> Result<(), XlsxError> {
    let locked =
        Format::new().set_border(FormatBorder::Thin).set_text_wrap().set_background_color(Color::RGB(0x00F2_F2F2));
    let open = Format::new().set_border(FormatBorder::Thin).set_unlocked();
    let fill = open.clone().set_background_color(Color::RGB(0x00FF_F9D6));
    let known = question.row(figures, indicator);
    let previous = known.previous.map_or(String::new(), |of| format!("{} ({})", of.value, of.period));
    let name = format!("{} ({})", indicator.label.vi, indicator.label.en);
    let deadline = question.deadline(figures, indicator).to_string();
    let texts = [(0, &indicator.code), (1, &name), (2, &indicator.measured_in.vi), (7, &previous), (8, &deadline)];
    for (column, text) in texts.into_iter().chain([(9, &indicator.system.vi)]) {
        sheet.write_string_with_format(row, column, text, &locked)?;
    }
    sheet.write_blank(row, 10, &open)?;
    let is_ratio = indicator.kind == IndicatorKind::Ratio;
    let number = DataValidation::new().allow_decimal_number(DataValidationRule::GreaterThanOrEqualTo(0.0));
    let number = number.set_error_title("Sai số liệu")?.set_error_message("Nhập một số từ 0 trở lên")?;
    for place in FILLED_IN {
        let column = u16::try_from(place).unwrap_or_default();
        let is_filled = is_ratio || !matches!(RETURN_COLUMNS[place], "numerator" | "denominator");
        if !is_filled {
            sheet.write_blank(row, column, &locked)?;
            continue;
        }
        sheet.write_blank(row, column, &fill)?;
        if RETURN_COLUMNS[place] == "denominator" {
            let line = row + 1;
            let formula = Formula::new(format!("=AND(ISNUMBER(E{line}),E{line}>0,E{line}>=D{line})"));
            let whole = DataValidation::new().allow_custom(formula).set_error_title("Sai số liệu")?;
            let whole = whole.set_error_message("Mẫu số là số lớn hơn 0 và không nhỏ hơn tử số")?;
            sheet.add_data_validation(row, column, row, column, &whole)?;
        } else {
            sheet.add_data_validation(row, column, row, column, &number)?;
        }
    }
    Ok(())
}
