//! Callers and what is theirs to see.

/// What a caller may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Send records.
    Ingest,
    /// See figures.
    View,
    /// Look into dossiers, run checks.
    Operate,
    /// Manage tokens and screens.
    Admin,
}

impl Role {
    /// The name in configuration and answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Ingest => "ingest",
            Role::View => "view",
            Role::Operate => "operate",
            Role::Admin => "admin",
        }
    }
}

/// The units whose data a caller may see. Unit data is read only with one in hand (H-1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    _all: (),
}

impl Scope {
    /// Every unit.
    pub fn all() -> Scope {
        Scope { _all: () }
    }

    /// Whether the data of the unit with this code may be seen.
    pub fn covers(&self, _unit: &str) -> bool {
        true
    }
}

/// Who is calling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// What is theirs to see.
    pub scope: Scope,
    roles: &'static [Role],
}

impl Caller {
    /// Anyone at this machine, in open mode: everything but administration.
    pub(super) fn open() -> Caller {
        Caller { scope: Scope::all(), roles: &[Role::Ingest, Role::View, Role::Operate] }
    }

    /// Whether the caller has the role.
    pub fn may(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}
