//! Callers and what they may do.

use serde::{Deserialize, Serialize};

use crate::model::Text;
use crate::units::Scope;

/// What a caller may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Send records of its own source, read nothing.
    Ingest,
    /// See figures.
    View,
    /// Look into dossiers, send records, load units, run checks.
    Operate,
    /// Manage tokens.
    Admin,
    /// Show the boards of one screen at its unit, nothing else: what a screen's credential gives. No token has it.
    Display,
}

impl Role {
    /// All roles of tokens.
    pub const ALL: [Role; 4] = [Role::Ingest, Role::View, Role::Operate, Role::Admin];

    /// The name in configuration and answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Ingest => "ingest",
            Role::View => "view",
            Role::Operate => "operate",
            Role::Admin => "admin",
            Role::Display => "display",
        }
    }

    /// What a token of this role may do.
    pub(super) fn grants(self) -> &'static [Role] {
        match self {
            Role::Ingest => &[Role::Ingest],
            Role::View => &[Role::View, Role::Display],
            Role::Operate => &[Role::Ingest, Role::View, Role::Operate, Role::Display],
            Role::Admin => &[Role::Ingest, Role::View, Role::Operate, Role::Admin, Role::Display],
            Role::Display => &[Role::Display],
        }
    }
}

/// Who is calling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// What is theirs to see.
    pub scope: Scope,
    roles: &'static [Role],
    /// The token; none in open mode.
    token: Option<Text>,
    /// The source that its records have.
    source: Option<Text>,
    /// The screen that it is; none of anybody else.
    screen: Option<Text>,
}

/// Records of this source aren't the caller's to send.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ForeignSource {
    /// The token has another source.
    #[error("this token sends records of source {own:?}, not of {asked:?}")]
    Other {
        /// Its own.
        own: Text,
        /// The one asked for.
        asked: Text,
    },
    /// The token is for a part of the hierarchy and has no source.
    #[error("this token is bound to a unit but to no source: it sends no records")]
    None,
}

impl Caller {
    /// Anyone at this machine, in open mode: everything but administration.
    pub(super) fn open() -> Caller {
        let roles = &[Role::Ingest, Role::View, Role::Operate, Role::Display];
        Caller { scope: Scope::all(), roles, token: None, source: None, screen: None }
    }

    /// A screen that showed its credential.
    pub fn display(screen: Text, scope: Scope) -> Caller {
        Caller { scope, roles: Role::Display.grants(), token: None, source: None, screen: Some(screen) }
    }

    /// The same caller, at a machine that is a screen.
    #[must_use]
    pub fn at_screen(self, screen: Text) -> Caller {
        Caller { screen: Some(screen), ..self }
    }

    /// Whoever has the token.
    pub(super) fn with_token(token: Text, role: Role, scope: Scope, source: Option<Text>) -> Caller {
        Caller { scope, roles: role.grants(), token: Some(token), source, screen: None }
    }

    /// Whether the caller has the role.
    pub fn may(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Id of the caller's token; none in open mode.
    pub fn token(&self) -> Option<&Text> {
        self.token.as_ref()
    }

    /// Id of the screen that the caller is.
    pub fn screen(&self) -> Option<&Text> {
        self.screen.as_ref()
    }

    /// Whether it may show the boards of its screen and nothing else.
    pub fn is_display_only(&self) -> bool {
        !self.may(Role::View)
    }

    /// The source of records that the caller sends: its own, or the one asked for where none is bound to it.
    ///
    /// # Errors
    /// When it isn't the caller's to send.
    pub fn source(&self, asked: Option<&Text>) -> Result<Option<Text>, ForeignSource> {
        match (&self.source, asked) {
            (Some(own), Some(asked)) if own != asked => {
                Err(ForeignSource::Other { own: own.clone(), asked: asked.clone() })
            }
            (Some(own), _) => Ok(Some(own.clone())),
            (None, _) if !self.scope.is_all() => Err(ForeignSource::None),
            (None, asked) => Ok(asked.cloned()),
        }
    }
}
