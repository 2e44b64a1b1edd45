//! Figures and sentences of alerts in words.

use crate::kpi::{Lines, Words};
use crate::model::{Decimal, Instant, Zone};

use super::book::Alert;
use super::{Figure, FigureUnit, Subject};

/// One decimal on a wall; more while the rounded figure would stand on another side of a line than the exact one.
const DECIMALS: u32 = 1;
const DECIMALS_MAX: u32 = 6;

/// The sentence of an alert with a figure.
pub fn sentence(alert: &Alert, figure: &Figure, zone: &Zone) -> Words {
    let value = number(figure, alert.lines().as_ref(), zone);
    let threshold = alert
        .threshold
        .map_or_else(|| Words { vi: "–".to_owned(), en: "–".to_owned() }, |threshold| line(threshold, figure.unit));
    let (unit, source) = match &alert.key.subject {
        Subject::Unit { .. } => (alert.name.as_str(), ""),
        Subject::Source(_) => ("", alert.name.as_str()),
    };
    let filled = |text: &str, value: &str, threshold: &str| {
        let text = text.replace("{value}", value).replace("{threshold}", threshold);
        text.replace("{unit}", unit).replace("{source}", source)
    };
    Words {
        vi: filled(&alert.sentence.vi, &value.vi, &threshold.vi),
        en: filled(&alert.sentence.en, &value.en, &threshold.en),
    }
}

/// A figure in words; of one that is held against lines on the side on which it exactly is.
pub fn number(figure: &Figure, lines: Option<&Lines>, zone: &Zone) -> Words {
    match figure.unit {
        FigureUnit::Count => same(|group, _| grouped(figure.num.into(), group)),
        FigureUnit::Ratio => {
            let (digits, decimals) = rounded(figure, 100, lines);
            same(|group, point| format!("{}%", decimal(digits, decimals, (group, point))))
        }
        FigureUnit::Hours => {
            let (digits, decimals) = rounded(figure, 1, lines);
            hours(same(|group, point| decimal(digits, decimals, (group, point))))
        }
        FigureUnit::MoreHours => {
            let hours = hours(same(|group, _| grouped(figure.num.into(), group)));
            Words { vi: format!("hơn {}", hours.vi), en: format!("more than {}", hours.en) }
        }
        FigureUnit::SilentSince => {
            let since = clock_and_day(Instant(figure.num), zone);
            Words { vi: format!("từ {since}"), en: format!("since {since}") }
        }
        FigureUnit::NeverHeard => {
            Words { vi: "từ khi được khai báo".to_owned(), en: "since it was declared".to_owned() }
        }
    }
}

/// A figure as the one great number of a wall: without its words; of silence the time since when.
pub(super) fn bare(figure: &Figure, lines: Option<&Lines>, zone: &Zone) -> Words {
    match figure.unit {
        FigureUnit::Count | FigureUnit::Ratio => number(figure, lines, zone),
        FigureUnit::Hours => {
            let (digits, decimals) = rounded(figure, 1, lines);
            same(|group, point| decimal(digits, decimals, (group, point)))
        }
        FigureUnit::MoreHours => same(|group, _| format!(">{}", grouped(figure.num.into(), group))),
        FigureUnit::SilentSince => {
            let text = clock_and_day(Instant(figure.num), zone);
            let time = text.get(..5).unwrap_or_default();
            Words { vi: time.to_owned(), en: time.to_owned() }
        }
        FigureUnit::NeverHeard => Words { vi: "–".to_owned(), en: "–".to_owned() },
    }
}

/// A threshold, with no more digits than it has.
fn line(threshold: Decimal, unit: FigureUnit) -> Words {
    let mut digits = i128::from(threshold.millionths()) * if unit == FigureUnit::Ratio { 100 } else { 1 };
    let mut decimals = DECIMALS_MAX;
    while decimals > 0 && digits % 10 == 0 {
        digits /= 10;
        decimals -= 1;
    }
    let text = |end: &str| same(|group, point| format!("{}{end}", decimal(digits, decimals, (group, point))));
    match unit {
        FigureUnit::Ratio => text("%"),
        FigureUnit::Hours | FigureUnit::MoreHours => hours(text("")),
        _ => text(""),
    }
}

fn hours(number: Words) -> Words {
    Words { vi: format!("{} giờ", number.vi), en: format!("{} hours", number.en) }
}

/// `14:30 02/08/2024`.
pub(super) fn clock_and_day(at: Instant, zone: &Zone) -> String {
    let text = at.to_rfc3339(zone);
    let part = |range: std::ops::Range<usize>| text.get(range).unwrap_or_default();
    format!("{} {}/{}/{}", part(11..16), part(8..10), part(5..7), part(0..4))
}

fn same(text: impl Fn(char, char) -> String) -> Words {
    Words { vi: text('.', ','), en: text(',', '.') }
}

/// A quotient times a factor in digits, halves away from zero, with as many decimals as keep it on its side.
fn rounded(figure: &Figure, factor: i128, lines: Option<&Lines>) -> (i128, u32) {
    let (num, den) = (i128::from(figure.num) * factor, i128::from(figure.den.max(1)));
    let digits = |decimals: u32| {
        let scaled = num.saturating_mul(10_i128.pow(decimals));
        let magnitude = (2 * scaled.abs() + den) / (2 * den);
        if scaled < 0 { -magnitude } else { magnitude }
    };
    let stays = |decimals: u32| {
        let scale = factor * 10_i128.pow(decimals);
        lines.is_none_or(|lines| {
            let shown = (i64::try_from(digits(decimals)), i64::try_from(scale));
            let (Ok(shown_num), Ok(shown_den)) = shown else { return true };
            [lines.threshold, lines.clear].into_iter().all(|line| {
                let against = |num: i64, den: i64| {
                    let exact = i128::from(num) * i128::from(Decimal::SCALE);
                    exact.cmp(&(i128::from(line.millionths()) * i128::from(den)))
                };
                against(shown_num, shown_den) == against(figure.num, figure.den.max(1))
                    || (against(shown_num, shown_den).is_eq() && decimals == DECIMALS_MAX)
            })
        })
    };
    let decimals = (DECIMALS..=DECIMALS_MAX).find(|decimals| stays(*decimals)).unwrap_or(DECIMALS_MAX);
    (digits(decimals), decimals)
}

fn decimal(digits: i128, decimals: u32, (group, point): (char, char)) -> String {
    let unit = 10_i128.pow(decimals);
    let (whole, rest) = (digits.abs() / unit, digits.abs() % unit);
    let sign = if digits < 0 { "−" } else { "" };
    let whole = grouped(whole, group);
    let width = decimals as usize;
    if decimals == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}{point}{rest:0width$}") }
}

fn grouped(count: i128, group: char) -> String {
    let digits = count.unsigned_abs().to_string();
    let mut text = if count < 0 { "−".to_owned() } else { String::new() };
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            text.push(group);
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kpi::Side;

    fn shown(num: i64, den: i64, unit: FigureUnit) -> Words {
        let zone = Zone::named("Asia/Ho_Chi_Minh").unwrap();
        let line = |text: &str| text.parse().unwrap();
        let lines = Lines { side: Side::Below, threshold: line("0.9"), clear: line("0.92") };
        number(&Figure { num, den, unit, seq: 1 }, Some(&lines), &zone)
    }

    #[test]
    fn a_rounded_figure_stays_on_its_side_of_both_lines() {
        assert_eq!(shown(894, 1_000, FigureUnit::Ratio).vi, "89,4%");
        assert_eq!(shown(89_996, 100_000, FigureUnit::Ratio).vi, "89,996%");
        assert_eq!(shown(9, 10, FigureUnit::Ratio).en, "90.0%");
        assert_eq!(shown(91_999, 100_000, FigureUnit::Ratio).en, "91.999%");
        assert_eq!(shown(1, 3, FigureUnit::Ratio).vi, "33,3%");
    }

    #[test]
    fn counts_hours_and_silence_are_told_in_both_languages() {
        assert_eq!(shown(96_697, 1, FigureUnit::Count).vi, "96.697");
        assert_eq!(shown(96_697, 1, FigureUnit::Count).en, "96,697");
        assert_eq!(shown(25, 2, FigureUnit::Hours).vi, "12,5 giờ");
        assert_eq!(shown(720, 1, FigureUnit::MoreHours).en, "more than 720 hours");
        assert_eq!(shown(1_722_560_400_000, 1, FigureUnit::SilentSince).vi, "từ 08:00 02/08/2024");
        assert_eq!(line("0.9".parse().unwrap(), FigureUnit::Ratio).vi, "90%");
        assert_eq!(line("97.25".parse().unwrap(), FigureUnit::Hours).en, "97.25 hours");
        assert_eq!(line("1200".parse().unwrap(), FigureUnit::Count).vi, "1.200");
    }
}
