//! Closed periods on disk: whole or not at all, and never written over.
//!
//! A closing has a number of its own under which its parts lie: the figures of each unit, the heading, the ledger, the
//! forms, the members in blocks. The list of a period's closings is one row. Parts are JSON, packed with zstd.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::facts::{Change, Facts, FactsError, Shelf, number_key};
use crate::http::answers::{
    Closed, ClosedFigures, Heading, KeptReports, Ledger, Member, MemberCounts, MemberKey, ReportFacts, Snapshot,
};
use crate::kpi::{MEASURES, Measure, official};
use crate::model::{Day, Period, Text};
use crate::pipeline::closed::ClosedPeriods;
use crate::units::UnitKey;

use super::super::error::Problem;
use super::marks;

/// The closings of a period of a unit, by (scheme, period, unit) as JSON.
pub(super) const CLOSINGS: Shelf<Vec<Closing>> = Shelf::new("closings");
/// How many closings were made: their numbers are never used again.
const CLOSINGS_MADE: Shelf<u64> = Shelf::new("closings_made");
/// Parts of closings by number and name.
const CLOSED_PARTS: Shelf<String> = Shelf::new("closed_parts");
/// Figures of units by number of the closing and unit.
pub(super) const CLOSED_UNITS: Shelf<String> = Shelf::new("closed_units");
/// Indicators and scores of units by number of the closing and unit.
const CLOSED_REPORTS: Shelf<String> = Shelf::new("closed_reports");
/// What reports of units show beside all else, by number of the closing and unit.
const CLOSED_FACTS: Shelf<String> = Shelf::new("closed_facts");
/// Members of closings by number and block.
const CLOSED_MEMBERS: Shelf<String> = Shelf::new("closed_members");

/// Members of one block: some megabytes while it is read.
const BLOCK_MEMBERS: usize = 16_384;
/// How often a period of a unit can be closed (P-2).
pub(super) const VERSIONS_MAX: usize = 100;
/// Rows of closings that are read at once.
const LIST_PAGE_ROWS: usize = 256;
/// Of zstd: the default.
const PACK_LEVEL: i32 = 3;

/// One closing of a period.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Closing {
    /// Under which its parts lie.
    pub(super) number: u64,
    pub(super) closed: Closed,
    /// Id of the closer's token; none without tokens.
    token: Option<Text>,
    pub(super) kept: KeptOf,
    pub(super) reopened: Option<Reopened>,
}

/// What a closing has, in short.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct KeptOf {
    pub(super) from: Day,
    pub(super) to: Day,
    pub(super) seq: u64,
    pub(super) node: String,
    pub(super) as_of: String,
    /// SHA-256 of the forms' files, by id.
    pub(super) forms: BTreeMap<Text, String>,
    /// Versions of the KPIs, by id.
    pub(super) kpis: BTreeMap<Text, String>,
    /// Versions of the indices, by id.
    #[serde(default)]
    pub(super) indices: BTreeMap<Text, String>,
    /// The catalogue's name, which covers indicators; none of what was closed before indicators were kept.
    #[serde(default)]
    pub(super) catalogue: Option<String>,
    pub(super) units: usize,
    pub(super) members: usize,
    /// The measures in the order of a member's bits.
    bits: Vec<Text>,
}

impl KeptOf {
    fn of(snapshot: &Snapshot) -> KeptOf {
        let Snapshot { heading, units, forms, kpis, indices, catalogue, members, .. } = snapshot;
        KeptOf {
            from: heading.window().first,
            to: heading.window().last,
            seq: heading.seq(),
            node: heading.node().to_owned(),
            as_of: heading.as_of().to_owned(),
            forms: forms.iter().map(|(id, text)| (id.clone(), official::hash(text))).collect(),
            kpis: kpis.clone(),
            indices: indices.clone(),
            catalogue: Some(catalogue.clone()),
            units: units.len(),
            members: members.len(),
            bits: MEASURES.iter().map(|(_, name)| Text::new(name)).collect(),
        }
    }
}

/// Who reopened a period, when and why.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Reopened {
    pub(super) by: String,
    /// Id of the token; none without tokens.
    pub(super) token: Option<Text>,
    pub(super) at: String,
    pub(super) reason: String,
}

/// The closed periods of a data dir. Clones are handles on the same ones. Everything here waits for the disk.
#[derive(Clone, Debug)]
pub struct Closings {
    facts: Facts,
    /// What screens say of them.
    closed: ClosedPeriods,
    /// Only one changes them at a time.
    changing: Arc<Mutex<()>>,
}

/// What can't be told from the store is a fault of the server.
type Kept<T> = Result<T, Problem>;

fn of_facts(error: FactsError) -> Problem {
    Problem::internal(error)
}

impl Closings {
    /// Those in a store.
    ///
    /// # Errors
    /// When they can't be read.
    pub fn open(facts: Facts) -> Result<Closings, FactsError> {
        let closed = marks::read(&facts)?;
        Ok(Closings { facts, closed, changing: Arc::default() })
    }

    /// What screens say of them, always as it is now.
    pub fn closed(&self) -> &ClosedPeriods {
        &self.closed
    }

    /// All closings of a period of a unit, the oldest first.
    pub(super) fn of(&self, scheme: &str, period: Period, unit: &UnitKey) -> Kept<Vec<Closing>> {
        let found = self.facts.get(CLOSINGS, &list_key(scheme, period, unit)?).map_err(of_facts)?;
        Ok(found.unwrap_or_default())
    }

    /// Schemes and periods that were ever closed for the units that have a code, each with which unit that was.
    pub(super) fn closed_of(&self, code: &str) -> Kept<Vec<(String, Period, UnitKey)>> {
        let (mut found, mut after) = (Vec::new(), None::<Vec<u8>>);
        loop {
            let page = self.facts.page(CLOSINGS, after.as_deref(), LIST_PAGE_ROWS).map_err(of_facts)?;
            let Some((last, _)) = page.last() else { return Ok(found) };
            after = Some(last.clone());
            for (key, _) in &page {
                let (scheme, period, unit): (String, Period, UnitKey) =
                    serde_json::from_slice(key).map_err(Problem::internal)?;
                if unit.code.as_str() == code {
                    found.push((scheme, period, unit));
                }
            }
        }
    }

    /// The closing that says what is official for a unit: its own, or that of the nearest unit above that has it.
    pub(super) fn official(
        &self,
        (scheme, period): (&str, Period),
        unit: &UnitKey,
        closers: &[UnitKey],
    ) -> Kept<Option<Closing>> {
        for closer in closers {
            let newest = self.of(scheme, period, closer)?.pop().filter(|closing| closing.reopened.is_none());
            if let Some(closing) = newest
                && self.figures(&closing, unit)?.is_some()
            {
                return Ok(Some(closing));
            }
        }
        Ok(None)
    }

    /// The closing of a number that has a unit, reopened or not: its own, or that of the nearest unit above.
    pub(super) fn numbered(
        &self,
        (scheme, period): (&str, Period),
        (unit, closers): (&UnitKey, &[UnitKey]),
        version: u32,
    ) -> Kept<Option<Closing>> {
        for closer in closers {
            let all = self.of(scheme, period, closer)?;
            let closing = all.into_iter().find(|closing| closing.closed.version == version);
            if let Some(closing) = closing
                && self.figures(&closing, unit)?.is_some()
            {
                return Ok(Some(closing));
            }
        }
        Ok(None)
    }

    /// Closes a period with what `make` finds; it is told the version.
    pub(super) fn close(
        &self,
        (scheme, period): (&str, Period),
        (unit, token): (&UnitKey, Option<Text>),
        make: impl FnOnce(u32) -> Kept<(Snapshot, Closed)>,
    ) -> Kept<Closing> {
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut closings = self.of(scheme, period, unit)?;
        if let Some(newest) = closings.last().filter(|closing| closing.reopened.is_none()) {
            let Closed { by, at, .. } = newest.closed.clone();
            let (unit, period) = (unit.code.to_string(), period.to_string());
            return Err(Problem::AlreadyClosed { period, unit, by, at });
        }
        if closings.len() >= VERSIONS_MAX {
            let reason = format!("the period was closed {VERSIONS_MAX} times already");
            return Err(Problem::BadParameter { reason });
        }
        let version = u32::try_from(closings.len() + 1).map_err(Problem::internal)?;
        let (snapshot, closed) = make(version)?;
        let made = self.facts.get(CLOSINGS_MADE, b"").map_err(of_facts)?.unwrap_or_default();
        let number = made + 1;
        let closing = Closing { number, closed, token, kept: KeptOf::of(&snapshot), reopened: None };
        closings.push(closing.clone());
        let mut change = parts(number, &snapshot)?;
        let key = list_key(scheme, period, unit)?;
        let units: BTreeSet<UnitKey> = snapshot.units.iter().map(|unit| unit.key.clone()).collect();
        let mark = marks::period(&key, &closing, units).map_err(of_facts)?;
        change.put(CLOSINGS, &key, &closings).map_err(of_facts)?;
        change.put(CLOSINGS_MADE, b"", &number).map_err(of_facts)?;
        self.facts.commit(change).map_err(of_facts)?;
        self.closed.set(&key, Some(mark));
        Ok(closing)
    }

    /// Reopens a period; none when it isn't closed. What was closed stays.
    pub(super) fn reopen(
        &self,
        (scheme, period): (&str, Period),
        unit: &UnitKey,
        reopened: Reopened,
    ) -> Kept<Option<Closing>> {
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut closings = self.of(scheme, period, unit)?;
        let Some(newest) = closings.last_mut().filter(|closing| closing.reopened.is_none()) else { return Ok(None) };
        newest.reopened = Some(reopened);
        let told = newest.clone();
        let mut change = Change::default();
        let key = list_key(scheme, period, unit)?;
        change.put(CLOSINGS, &key, &closings).map_err(of_facts)?;
        self.facts.commit(change).map_err(of_facts)?;
        self.closed.set(&key, None);
        Ok(Some(told))
    }

    /// What was kept of a unit; none when it isn't in the closing.
    pub(super) fn figures(&self, closing: &Closing, unit: &UnitKey) -> Kept<Option<ClosedFigures>> {
        self.read(CLOSED_UNITS, &unit_key(closing.number, unit)?)
    }

    /// The indicators and scores that were kept of a unit; none of what was closed before they were kept.
    pub(super) fn reports(&self, closing: &Closing, unit: &UnitKey) -> Kept<Option<KeptReports>> {
        self.read(CLOSED_REPORTS, &unit_key(closing.number, unit)?)
    }

    /// What was kept of a unit for its reports; none of what was closed before that was kept.
    pub(super) fn facts(&self, closing: &Closing, unit: &UnitKey) -> Kept<Option<ReportFacts>> {
        self.read(CLOSED_FACTS, &unit_key(closing.number, unit)?)
    }

    /// What forms are made of.
    pub(super) fn ledger(&self, closing: &Closing) -> Kept<Ledger> {
        self.part(closing, "ledger")
    }

    /// When and how the figures were made.
    pub(super) fn heading(&self, closing: &Closing) -> Kept<Heading> {
        self.part(closing, "heading")
    }

    /// A form's file; none when there was no such form.
    pub(super) fn form(&self, closing: &Closing, id: &str) -> Kept<Option<String>> {
        if !closing.kept.forms.contains_key(id) {
            return Ok(None);
        }
        self.part(closing, &format!("form/{id}")).map(Some)
    }

    /// All members, ascending by key, read block by block.
    pub(super) fn members(&self, closing: &Closing) -> impl Iterator<Item = Kept<Member>> {
        let places = places(&closing.kept.bits);
        let (blocks, number) = (closing.kept.members.div_ceil(BLOCK_MEMBERS), closing.number);
        let block = move |block: usize| -> Vec<Kept<Member>> {
            let key = [number_key(number), number_key(block as u64)].concat();
            let read = self.read::<Vec<WrittenMember>>(CLOSED_MEMBERS, &key).and_then(|found| found.ok_or_else(lost));
            match read {
                Ok(members) => members.into_iter().map(|member| Ok(member.read(&places))).collect(),
                Err(problem) => vec![Err(problem)],
            }
        };
        (0..blocks).flat_map(block)
    }

    fn part<T: DeserializeOwned>(&self, closing: &Closing, name: &str) -> Kept<T> {
        self.read(CLOSED_PARTS, &part_key(closing.number, name))?.ok_or_else(lost)
    }

    fn read<T: DeserializeOwned>(&self, shelf: Shelf<String>, key: &[u8]) -> Kept<Option<T>> {
        let Some(text) = self.facts.get(shelf, key).map_err(of_facts)? else { return Ok(None) };
        let packed = STANDARD_NO_PAD.decode(text).map_err(Problem::internal)?;
        let bytes = zstd::decode_all(&*packed).map_err(Problem::internal)?;
        serde_json::from_slice(&bytes).map(Some).map_err(Problem::internal)
    }
}

fn lost() -> Problem {
    Problem::internal("a part of a closed period isn't in the store")
}

/// All rows of a closing but the list's.
fn parts(number: u64, snapshot: &Snapshot) -> Kept<Change> {
    let mut change = Change::default();
    let mut put = |shelf: Shelf<String>, key: &[u8], text: &str| change.put(shelf, key, &text.to_owned());
    put(CLOSED_PARTS, &part_key(number, "ledger"), &packed(&snapshot.ledger)?).map_err(of_facts)?;
    put(CLOSED_PARTS, &part_key(number, "heading"), &packed(&snapshot.heading)?).map_err(of_facts)?;
    for (id, text) in &snapshot.forms {
        put(CLOSED_PARTS, &part_key(number, &format!("form/{id}")), &packed(text)?).map_err(of_facts)?;
    }
    for unit in &snapshot.units {
        put(CLOSED_UNITS, &unit_key(number, &unit.key)?, &packed(&unit.figures)?).map_err(of_facts)?;
        put(CLOSED_REPORTS, &unit_key(number, &unit.key)?, &packed(&unit.reports)?).map_err(of_facts)?;
        put(CLOSED_FACTS, &unit_key(number, &unit.key)?, &packed(&unit.facts)?).map_err(of_facts)?;
    }
    for (block, members) in (0..).zip(snapshot.members.chunks(BLOCK_MEMBERS)) {
        let written: Vec<WrittenMember> = members.iter().map(WrittenMember::of).collect();
        let key = [number_key(number), number_key(block)].concat();
        put(CLOSED_MEMBERS, &key, &packed(&written)?).map_err(of_facts)?;
    }
    Ok(change)
}

fn packed(value: &impl Serialize) -> Kept<String> {
    let json = serde_json::to_vec(value).map_err(Problem::internal)?;
    let packed = zstd::encode_all(&*json, PACK_LEVEL).map_err(Problem::internal)?;
    Ok(STANDARD_NO_PAD.encode(packed))
}

fn list_key(scheme: &str, period: Period, unit: &UnitKey) -> Kept<Vec<u8>> {
    serde_json::to_vec(&(scheme, period, unit)).map_err(Problem::internal)
}

fn part_key(number: u64, name: &str) -> Vec<u8> {
    [&number_key(number), name.as_bytes()].concat()
}

fn unit_key(number: u64, unit: &UnitKey) -> Kept<Vec<u8>> {
    let unit = serde_json::to_vec(unit).map_err(Problem::internal)?;
    Ok([&number_key(number), &*unit].concat())
}

/// A member as it is written: (rating, source, id, unit, bits, amount).
#[derive(Serialize, Deserialize)]
struct WrittenMember(bool, Text, Text, u32, u64, i64);

impl WrittenMember {
    fn of(member: &Member) -> WrittenMember {
        let Member { key: MemberKey { rating, key }, counts } = member;
        WrittenMember(*rating, key.source.clone(), key.id.clone(), counts.unit, counts.bits, counts.amount)
    }

    /// With the bits of today's measures.
    fn read(self, places: &[Option<u32>]) -> Member {
        let WrittenMember(rating, source, id, unit, written, amount) = self;
        let set = places.iter().enumerate().filter(|(bit, _)| written & (1 << bit) != 0);
        let bits = set.filter_map(|(_, place)| *place).fold(0, |bits, place| bits | 1 << place);
        let key = MemberKey { rating, key: crate::model::DossierKey { source, id } };
        Member { key, counts: MemberCounts { unit, bits, amount } }
    }
}

/// Where the measures of written bits stand among today's.
fn places(names: &[Text]) -> Vec<Option<u32>> {
    names.iter().map(|name| Measure::named(name).map(|measure| measure as u32)).collect()
}
