//! In which form a column writes its dates.

use jiff::fmt::strtime::BrokenDownTime;

use super::super::instant::{self, NoInstant};
use super::super::mapping::is_serial;

/// Forms that texts have, those with a time first. A day before a month, unless the column says otherwise.
const FORMATS: &[&str] = &[
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%H:%M:%S %d/%m/%Y",
    "%H:%M %d/%m/%Y",
    "%d-%m-%Y %H:%M:%S",
    "%d-%m-%Y %H:%M",
    "%d.%m.%Y %H:%M",
    "%d/%m/%Y",
    "%d-%m-%Y",
    "%d.%m.%Y",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d",
];

/// Forms of one column.
const FORMATS_MAX: usize = 3;

/// What the cells of a column are as times.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Dates {
    /// Cells that are read with this form.
    pub(super) read: usize,
    /// The forms that texts have, that of most first, each with how many; none when they are ISO 8601 alone.
    pub(super) formats: Vec<(&'static str, usize)>,
    /// Cells in ISO 8601, and serial numbers of workbooks.
    pub(super) iso: usize,
    pub(super) serials: usize,
    /// Of all those, dates without a time.
    pub(super) days: usize,
    /// Whether day and month could be changed over in all texts.
    pub(super) is_ambiguous: bool,
}

/// Reads the cells of a column.
pub(super) fn dates<'c>(cells: impl Iterator<Item = &'c str> + Clone) -> Dates {
    let mut found = Dates::default();
    let mut texts: Vec<&str> = Vec::new();
    for cell in cells.map(str::trim) {
        match instant::read(cell) {
            Ok(_) | Err(NoInstant::Local(_)) => found.iso += 1,
            Err(NoInstant::Date(_)) => {
                found.iso += 1;
                found.days += 1;
            }
            Err(NoInstant::Malformed) if is_serial(cell) => {
                found.serials += 1;
                found.days += usize::from(!cell.contains('.'));
            }
            Err(NoInstant::Malformed) => texts.push(cell),
        }
    }
    let mut formatted = 0;
    while found.formats.len() < FORMATS_MAX && !texts.is_empty() {
        let count = |format: &str| texts.iter().filter(|text| parses(format, text)).count();
        // Of equal ones the first, which has a time, or the day first.
        let first = found.formats.first().map(|(format, _)| *format);
        let fits =
            FORMATS.iter().filter(|format| first.is_none_or(|first| is_month_first(first) == is_month_first(format)));
        let counts = fits.map(|format| (count(format), *format));
        let Some((most, format)) = counts.rev().max_by_key(|(count, _)| *count).filter(|(count, _)| *count > 0) else {
            break;
        };
        let other = format.replace("%d", "%x").replace("%m", "%d").replace("%x", "%m");
        found.is_ambiguous |= found.formats.is_empty() && !format.starts_with("%Y") && count(&other) == most;
        found.days += if format.contains("%H") { 0 } else { most };
        found.formats.push((format, most));
        formatted += most;
        texts.retain(|text| !parses(format, text));
    }
    if found.formats.is_empty() && found.serials > 0 {
        // Serial numbers are read beside a form, whichever it is.
        found.formats.push(("%d/%m/%Y %H:%M", 0));
    }
    found.read = formatted + found.iso + found.serials;
    found
}

/// Forms with the month first and forms with the day first are never of one column: a date may be read by either.
fn is_month_first(format: &str) -> bool {
    format.starts_with("%m")
}

fn parses(format: &str, text: &str) -> bool {
    BrokenDownTime::parse(format, text)
        .is_ok_and(|parts| parts.to_date().is_ok_and(|date| (1990..2100).contains(&date.year())))
}

/// A form as people write it.
pub(super) fn shown(format: &str) -> String {
    let parts = [("%d", "dd"), ("%m", "mm"), ("%Y", "yyyy"), ("%H", "hh"), ("%M", "mm"), ("%S", "ss")];
    parts.iter().fold(format.to_owned(), |text, (from, to)| text.replace(from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_of_dates_is_found() {
        let of = |cells: &[&str]| dates(cells.iter().copied());
        let first = |found: &Dates| found.formats.first().map(|(format, _)| *format);
        let found = of(&["13/08/2024 08:30", "02/08/2024 09:00", "x"]);
        assert_eq!((first(&found), found.read, found.days, found.is_ambiguous), (Some("%d/%m/%Y %H:%M"), 2, 0, false));
        let found = of(&["02/08/2024", "03/08/2024"]);
        assert_eq!((first(&found), found.days, found.is_ambiguous), (Some("%d/%m/%Y"), 2, true));
        let found = of(&["08/13/2024", "08/02/2024"]);
        assert_eq!((first(&found), found.is_ambiguous), (Some("%m/%d/%Y"), false));
        let found = of(&["2024-08-02T08:30:00", "2024-08-02"]);
        assert_eq!((first(&found), found.read, found.days), (None, 2, 1));
        let found = of(&["45506.354166666664", "45506"]);
        assert_eq!((first(&found), found.serials, found.days), (Some("%d/%m/%Y %H:%M"), 2, 1));
        assert_eq!(of(&["Xong", "17"]).read, 0);
        let found = of(&["13/08/2024 08:30", "14/08/2024", "02/08/2024 09:00"]);
        assert_eq!(found.formats, [("%d/%m/%Y %H:%M", 2), ("%d/%m/%Y", 1)]);
        assert_eq!((found.read, found.days, found.is_ambiguous), (3, 1, false));
        let found = of(&["13/08/2024", "14/08/2024", "08/15/2024"]);
        assert_eq!((found.formats, found.read), (vec![("%d/%m/%Y", 2)], 2));
    }
}
