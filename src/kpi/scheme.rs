//! How the periods of reports are cut: `dashboards/periods.toml`.
//!
//! One grammar names periods everywhere ([`Period`], [`WindowChoice`]); a scheme says which days they have. In the
//! scheme `report` (DOMAIN.md 9) the month of June is 15 May to 14 June.

use serde::Deserialize;
use toml::Spanned;

use crate::model::{Day, Period};

use super::fault::{Fault, FaultReason, SourceFile};
use super::window::{Running, Window, WindowChoice};

#[cfg(test)]
mod tests;

/// When the months of a scheme begin. A longer period begins with its first month and ends with its last one; weeks
/// and days are those of the calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheme {
    id: String,
    /// 1 to 28: a day that every month has.
    first_day: i8,
    /// In which month that day lies: the month itself (0) or the one before (1).
    months_before: i32,
}

/// All schemes, and which one a question that names none is answered by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schemes {
    schemes: Vec<Scheme>,
    walls: usize,
    forms: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    walls: Spanned<String>,
    forms: Spanned<String>,
    scheme: Vec<SchemeForm>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SchemeForm {
    id: Spanned<String>,
    first_day: Spanned<i64>,
    months_before: Spanned<i64>,
}

impl Schemes {
    /// Reads `periods.toml`; what is faulty is named.
    pub(super) fn read(file: SourceFile<'_>, faults: &mut Vec<Fault>) -> Option<Schemes> {
        let form = file.read::<File>(faults)?;
        let told_before = faults.len();
        let mut schemes: Vec<Scheme> = Vec::new();
        for SchemeForm { id, first_day, months_before } in form.scheme {
            let mut wrong = |span, key, reason| faults.push(file.fault(&span, key, reason));
            if schemes.iter().any(|scheme| scheme.id == *id.get_ref()) {
                wrong(id.span(), "scheme.id", FaultReason::Twice(id.get_ref().clone()));
            }
            let mut bounded = |number: &Spanned<i64>, key, (least, most): (i64, i64)| {
                if !(least..=most).contains(number.get_ref()) {
                    wrong(number.span(), key, FaultReason::Outside { number: *number.get_ref(), least, most });
                }
                number.get_ref().to_owned().clamp(least, most)
            };
            let first_day = bounded(&first_day, "scheme.first_day", (1, 28));
            let months_before = bounded(&months_before, "scheme.months_before", (0, 1));
            schemes.push(Scheme {
                id: id.into_inner(),
                first_day: i8::try_from(first_day).unwrap_or(1),
                months_before: i32::try_from(months_before).unwrap_or(0),
            });
        }
        let mut place = |name: Spanned<String>, key: &str| {
            let place = schemes.iter().position(|scheme| scheme.id == *name.get_ref());
            if place.is_none() {
                faults.push(file.fault(&name.span(), key, FaultReason::UnknownScheme(name.get_ref().clone())));
            }
            place
        };
        let (walls, forms) = (place(form.walls, "walls"), place(form.forms, "forms"));
        (faults.len() == told_before).then_some(Schemes { walls: walls?, forms: forms?, schemes })
    }

    /// The scheme of an id.
    pub fn named(&self, id: &str) -> Option<&Scheme> {
        self.schemes.iter().find(|scheme| scheme.id == id)
    }

    /// What figures are asked by when no scheme is named.
    pub fn of_walls(&self) -> &Scheme {
        &self.schemes[self.walls]
    }

    /// What forms are asked by when no scheme is named.
    pub fn of_forms(&self) -> &Scheme {
        &self.schemes[self.forms]
    }

    /// All ids.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.schemes.iter().map(|scheme| scheme.id.as_str())
    }
}

impl Scheme {
    /// Its id, as a question names it.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The days of a period.
    pub fn window(&self, period: Period) -> Window {
        let (first, last) = period.days();
        if matches!(period, Period::Week(..) | Period::Day(..)) {
            return Window { first, last };
        }
        // The last month ends where the next one begins.
        Window { first: self.month_start(first), last: self.month_start(last.plus(1)).plus(-1) }
    }

    /// The days of what was asked for, on a day. A running period is the one that the day lies in, and ends with it.
    pub fn on(&self, choice: WindowChoice, today: Day) -> Window {
        match choice {
            WindowChoice::Running(running) => Window { last: today, ..self.window(self.running(running, today)) },
            WindowChoice::Period(period) => self.window(period),
            WindowChoice::Range(window) => window,
        }
    }

    /// The period that a day lies in.
    pub fn running(&self, running: Running, day: Day) -> Period {
        match running {
            Running::Today | Running::Week => running.period(day),
            _ => {
                let date = day.date();
                let ahead = self.months_before - i32::from(date.day() < self.first_day);
                running.period(Day::from_date(moved(date.first_of_month(), ahead)))
            }
        }
    }

    /// The first day of the month of the scheme that a month of the calendar gives its name to.
    fn month_start(&self, first: Day) -> Day {
        let month = moved(first.date(), -self.months_before);
        Day::from_date(month).plus(i32::from(self.first_day) - 1)
    }
}

/// The first of a month so many months later.
fn moved(first: jiff::civil::Date, months: i32) -> jiff::civil::Date {
    first.saturating_add(jiff::Span::new().months(months))
}

/// What a window is called on paper, in Vietnamese: `Quý II/2023`, `6 tháng đầu năm 2023`, `Tháng 6/2023`.
pub fn period_words(choice: WindowChoice) -> Option<String> {
    let WindowChoice::Period(period) = choice else { return None };
    Some(match period {
        Period::Year(year) => format!("Năm {year}"),
        Period::Half(year, 1) => format!("6 tháng đầu năm {year}"),
        Period::Half(year, _) => format!("6 tháng cuối năm {year}"),
        Period::NineMonths(year) => format!("9 tháng đầu năm {year}"),
        Period::Quarter(year, quarter) => {
            let roman = ["I", "II", "III", "IV"][usize::from(quarter.clamp(1, 4).unsigned_abs()) - 1];
            format!("Quý {roman}/{year}")
        }
        Period::Month(year, month) => format!("Tháng {month}/{year}"),
        Period::Week(year, week) => format!("Tuần {week}/{year}"),
        Period::Day(..) => format!("Ngày {}", day_words(period.days().0)),
    })
}

/// The same in English: `Quarter 2 of 2023`, `First half of 2023`, `June 2023`.
pub fn period_words_en(choice: WindowChoice) -> Option<String> {
    let WindowChoice::Period(period) = choice else { return None };
    Some(match period {
        Period::Year(year) => format!("Year {year}"),
        Period::Half(year, 1) => format!("First half of {year}"),
        Period::Half(year, _) => format!("Second half of {year}"),
        Period::NineMonths(year) => format!("First nine months of {year}"),
        Period::Quarter(year, quarter) => format!("Quarter {quarter} of {year}"),
        Period::Month(..) => period.days().0.date().strftime("%B %Y").to_string(),
        Period::Week(year, week) => format!("Week {week} of {year}"),
        Period::Day(..) => day_words(period.days().0),
    })
}

/// A day on paper, in Vietnamese: `05/06/2023`.
pub fn day_words(day: Day) -> String {
    let date = day.date();
    format!("{:02}/{:02}/{:04}", date.day(), date.month(), date.year())
}
