//! From where figures are looked at: which of a dossier's units counts, and at which time.

/// At which time a dossier's unit and the units above it are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hierarchy {
    /// As it is now: the newest unit, mapped through successions.
    #[default]
    Now,
    /// As it was: the first unit.
    Was,
}

/// Which unit of a dossier is meant. A rating has one unit, in both roles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UnitRole {
    /// The one that processes it.
    #[default]
    Processing,
    /// The one that received it; the processing one when nobody else did.
    Receiving,
}

/// A hierarchy and a role: each has figures of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Perspective {
    /// At which time units are read.
    pub hierarchy: Hierarchy,
    /// Which unit is meant.
    pub role: UnitRole,
}

impl Hierarchy {
    /// The name in queries and answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Hierarchy::Now => "now",
            Hierarchy::Was => "was",
        }
    }
}

impl UnitRole {
    /// The name in queries and answers.
    pub fn as_str(self) -> &'static str {
        match self {
            UnitRole::Processing => "processing",
            UnitRole::Receiving => "receiving",
        }
    }
}

impl Perspective {
    /// All perspectives, in the order of [`Perspective::place`].
    pub const ALL: [Perspective; 4] = [
        Perspective { hierarchy: Hierarchy::Now, role: UnitRole::Processing },
        Perspective { hierarchy: Hierarchy::Now, role: UnitRole::Receiving },
        Perspective { hierarchy: Hierarchy::Was, role: UnitRole::Processing },
        Perspective { hierarchy: Hierarchy::Was, role: UnitRole::Receiving },
    ];

    /// Its place in [`Perspective::ALL`].
    pub fn place(self) -> usize {
        2 * usize::from(self.hierarchy == Hierarchy::Was) + usize::from(self.role == UnitRole::Receiving)
    }
}
