//! The lists of units of a demonstration, as they are sent: files of `dashboards/units`, some only in part.

use std::borrow::Cow;
use std::collections::BTreeSet;

use anyhow::ensure;

use crate::ingest::{Limits, read_successions, read_units};
use crate::model::{Instant, Succession, UnitFact};

const HOA_BINH: &str = include_str!("../../../dashboards/units/hoa-binh.csv");
const HOA_BINH_SUCCESSIONS: &str = include_str!("../../../dashboards/units/hoa-binh-successions.csv");
const FORMER_DISTRICTS: &str = include_str!("../../../dashboards/units/hoa-binh-former-districts.csv");
const PHU_THO: &str = include_str!("../../../dashboards/units/phu-tho.csv");
const DEPARTMENTS: &str = include_str!("../../../dashboards/units/phu-tho-departments.csv");
const DEPARTMENTS_SUCCESSIONS: &str = include_str!("../../../dashboards/units/phu-tho-departments-successions.csv");
const COUNTRY: &str = include_str!("../../../dashboards/units/vietnam-2025h1.csv");
const COUNTRY_SUCCESSIONS: &str = include_str!("../../../dashboards/units/successions-2025.csv");

/// The other two provinces that became province 25, by their codes until then.
const MERGED: [&str; 2] = ["25", "26"];

/// Lists of units and of successions, in the order in which they are sent.
pub struct Lists {
    pub(super) units: Vec<Cow<'static, str>>,
    pub(super) successions: Vec<Cow<'static, str>>,
}

impl Lists {
    /// Province 17 as it was in 2024.
    pub(super) fn hoa_binh() -> Lists {
        Lists { units: vec![HOA_BINH.into()], successions: Vec::new() }
    }

    /// Three provinces to the end of June 2025, the one that they became, and the districts of one of them as areas.
    pub(super) fn phu_tho() -> Lists {
        let (merged, codes) = subtrees(COUNTRY, &MERGED);
        let country = lines_of(COUNTRY_SUCCESSIONS, |cells| codes.contains(cells[0]));
        Lists {
            units: vec![merged.into(), HOA_BINH.into(), PHU_THO.into(), DEPARTMENTS.into(), FORMER_DISTRICTS.into()],
            successions: vec![country.into(), HOA_BINH_SUCCESSIONS.into(), DEPARTMENTS_SUCCESSIONS.into()],
        }
    }

    /// The units in them.
    ///
    /// # Errors
    /// When a list is faulty.
    pub fn units(&self) -> anyhow::Result<Vec<UnitFact>> {
        let mut facts = Vec::new();
        for list in &self.units {
            let batch = read_units(list.as_bytes(), Some("text/csv"), Instant(0), &Limits::default())?;
            ensure!(batch.rejected == 0, "a list of units is faulty: {:?}", batch.rejections);
            facts.extend(batch.units.into_iter().map(|row| row.fact));
        }
        Ok(facts)
    }

    /// The successions in them.
    ///
    /// # Errors
    /// When a list is faulty.
    pub fn successions(&self) -> anyhow::Result<Vec<Succession>> {
        let mut facts = Vec::new();
        for list in &self.successions {
            let batch = read_successions(list.as_bytes(), Some("text/csv"), Instant(0), &Limits::default())?;
            ensure!(batch.rejected == 0, "a list of successions is faulty: {:?}", batch.rejections);
            facts.extend(batch.rows.into_iter().map(|row| row.fact));
        }
        Ok(facts)
    }
}

/// The lines of a list whose unit is one of these or stands below one, with their codes; the tops have no parent here.
/// In the list a unit stands after the one above it.
fn subtrees(list: &str, tops: &[&str]) -> (String, BTreeSet<String>) {
    let mut codes = BTreeSet::new();
    let lines = lines_of(list, |cells| {
        let is_in = tops.contains(&cells[0]) || codes.contains(cells[1]);
        is_in.then(|| codes.insert(cells[0].to_owned())).is_some()
    });
    let root = |line: &str| match line.split(',').next() {
        Some(code) if tops.contains(&code) => {
            let rest = line.splitn(3, ',').nth(2).unwrap_or_default();
            format!("{code},,{rest}\n")
        }
        _ => format!("{line}\n"),
    };
    (lines.lines().map(root).collect(), codes)
}

/// The header and those lines of which the first two cells are as asked; codes are never quoted.
fn lines_of(list: &str, mut is_wanted: impl FnMut([&str; 2]) -> bool) -> String {
    let mut lines = list.lines();
    let mut text = format!("{}\n", lines.next().unwrap_or_default());
    for line in lines {
        let mut cells = line.split(',');
        if is_wanted([cells.next().unwrap_or_default(), cells.next().unwrap_or_default()]) {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}
