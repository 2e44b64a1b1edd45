//! Under which units a dossier or a rating counts, in each perspective.

use rpds::VectorSync;

use crate::model::{DossierKey, DossierState, First, RatingState, Register, Text, Zone};
use crate::units::{Hierarchies, Hierarchy, Perspective, Reading, UnitId, UnitRole, Units};

/// The units of one dossier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Placement {
    units: [u32; 4],
    /// A bit for each perspective.
    stale: u8,
}

impl Placement {
    fn of(readings: [Reading; 4]) -> Placement {
        let bits = (0..).zip(&readings).map(|(place, reading)| u8::from(reading.stale_code) << place);
        Placement { units: readings.map(|reading| reading.unit.0), stale: bits.sum() }
    }

    /// The unit under which it counts.
    pub fn unit(&self, perspective: Perspective) -> UnitId {
        UnitId(self.units[perspective.place()])
    }

    /// The code of that unit had ended when it was written down.
    pub fn stale_code(&self, perspective: Perspective) -> bool {
        self.stale & (1 << perspective.place()) != 0
    }
}

/// What reads codes: one state of the hierarchy.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) units: &'a Units,
    pub(super) hierarchies: &'a Hierarchies,
    pub(super) zone: &'a Zone,
}

impl Reader<'_> {
    /// As it is now: a register's winner, its code read on the day of its `at`, mapped. None when there is no value.
    fn now(&self, source: &str, register: &Register<Text>) -> Option<Reading> {
        let (code, at) = (register.value()?, register.at()?);
        Some(self.hierarchies.place(self.units, Hierarchy::Now, source, (code, self.zone.day(at))))
    }

    /// As it was: the first code, read on its day.
    fn was(&self, source: &str, first: &First<Text>) -> Option<Reading> {
        let (at, code) = first.get()?;
        Some(self.hierarchies.place(self.units, Hierarchy::Was, source, (code, self.zone.day(at))))
    }

    /// The units of a dossier; who receives it is who processes it when nobody else is named.
    pub(super) fn dossier(&self, key: &DossierKey, state: &DossierState) -> Placement {
        let source = &key.source;
        let mut readings = [Reading::UNRESOLVED; 4];
        let processing = [
            (Hierarchy::Now, self.now(source, &state.unit), self.now(source, &state.received_by)),
            (Hierarchy::Was, self.was(source, &state.unit_first), self.was(source, &state.received_by_first)),
        ];
        for (hierarchy, processing, receiving) in processing {
            let processing = processing.unwrap_or(Reading::UNRESOLVED);
            readings[Perspective { hierarchy, role: UnitRole::Processing }.place()] = processing;
            readings[Perspective { hierarchy, role: UnitRole::Receiving }.place()] = receiving.unwrap_or(processing);
        }
        Placement::of(readings)
    }

    /// The units of a rating: one in both roles.
    pub(super) fn rating(&self, source: &str, state: &RatingState) -> Placement {
        let now = self.now(source, &state.unit).unwrap_or(Reading::UNRESOLVED);
        let was = self.was(source, &state.unit_first).unwrap_or(Reading::UNRESOLVED);
        let of = |perspective: Perspective| if perspective.hierarchy == Hierarchy::Now { now } else { was };
        Placement::of(Perspective::ALL.map(of))
    }
}

/// Placements in a block: what is copied at once when a view shares it.
const BLOCK: usize = 64;

/// The placements of all dossiers or ratings by their places, cheap to share and to change.
#[derive(Clone, Debug)]
pub(super) struct Placements {
    blocks: VectorSync<[Placement; BLOCK]>,
    len: usize,
}

impl Default for Placements {
    fn default() -> Placements {
        Placements { blocks: VectorSync::new_sync(), len: 0 }
    }
}

impl Placements {
    pub(super) fn get(&self, place: usize) -> Placement {
        self.blocks.get(place / BLOCK).map_or(Placement::default(), |block| block[place % BLOCK])
    }

    pub(super) fn push(&mut self, placement: Placement) {
        if self.len.is_multiple_of(BLOCK) {
            self.blocks.push_back_mut([Placement::default(); BLOCK]);
        }
        self.len += 1;
        self.set(self.len - 1, placement);
    }

    /// Of one known, or of the next one.
    pub(super) fn put(&mut self, place: usize, placement: Placement) {
        if place == self.len { self.push(placement) } else { self.set(place, placement) }
    }

    pub(super) fn set(&mut self, place: usize, placement: Placement) {
        if self.get(place) != placement
            && let Some(block) = self.blocks.get_mut(place / BLOCK)
        {
            block[place % BLOCK] = placement;
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Placement> + '_ {
        self.blocks.iter().flatten().copied().take(self.len)
    }
}
