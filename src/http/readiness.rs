//! Which parts of the server are ready, in words.

use std::collections::BTreeMap;

use serde::Serialize;
use tokio::sync::watch;

/// How a component is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Condition {
    /// It works.
    Ok,
    /// It doesn't work fully, and the server can do without for now.
    Degraded {
        /// Why, for people.
        reason: String,
    },
    /// The server can't do its work without it.
    NotReady {
        /// Why, for people.
        reason: String,
    },
}

impl Condition {
    /// A condition with which the server goes on.
    pub fn degraded(reason: impl Into<String>) -> Condition {
        Condition::Degraded { reason: reason.into() }
    }

    /// A condition with which the server isn't ready.
    pub fn not_ready(reason: impl Into<String>) -> Condition {
        Condition::NotReady { reason: reason.into() }
    }
}

/// The conditions of all components by name. Clones are handles on the same ones.
#[derive(Clone, Debug)]
pub struct Readiness {
    components: watch::Sender<BTreeMap<&'static str, Condition>>,
}

impl Readiness {
    /// Nothing of these is ready yet.
    pub fn starting(components: &[&'static str]) -> Readiness {
        let all = components.iter().map(|name| (*name, Condition::not_ready("starting")));
        Readiness { components: watch::Sender::new(all.collect()) }
    }

    /// Says how a component is.
    pub fn set(&self, component: &'static str, condition: Condition) {
        self.components.send_if_modified(|components| {
            if components.get(component) == Some(&condition) {
                return false;
            }
            components.insert(component, condition);
            true
        });
    }

    /// The conditions of all components.
    pub fn components(&self) -> BTreeMap<&'static str, Condition> {
        self.components.borrow().clone()
    }

    /// Whether every component is ready or can be done without.
    pub fn is_ready(&self) -> bool {
        !self.components.borrow().values().any(|condition| matches!(condition, Condition::NotReady { .. }))
    }

    /// Waits until the server is ready.
    pub async fn ready(&self) {
        let mut changes = self.components.subscribe();
        while !self.is_ready() {
            // The sender lives in `self`: there is always another change to wait for.
            if changes.changed().await.is_err() {
                return;
            }
        }
    }
}
