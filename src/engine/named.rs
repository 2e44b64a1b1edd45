//! Sessions that clients name (`session_id`): a connection kept between requests, with its temporary tables and the
//! settings made by `SET`. One request at a time; left alone longer than its timeout it is gone.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant as Timer;

use super::failure::{Failure, Refusal};
use super::ffi::Connection;
use super::request::SessionChoice;

/// Sessions at once; each keeps a connection.
pub(super) const SESSIONS_MAX: usize = 256;
/// How long a request waits for the one before it in its session: clients send the next when they have read the last
/// byte, which is a moment before the session is free.
const TURN_WAIT: Duration = Duration::from_secs(2);

/// The named sessions of an engine. Clones are handles on the same ones.
#[derive(Clone, Default)]
pub(super) struct NamedSessions {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    /// Guards who has which session; held for moments only.
    places: Mutex<HashMap<String, Place>>,
    freed: Condvar,
}

enum Place {
    Busy,
    Idle { connection: Connection, until: Timer },
}

/// A session in use; dropped without being given back, it is gone.
pub(super) struct Taken {
    shared: Arc<Shared>,
    choice: SessionChoice,
    is_back: bool,
}

impl NamedSessions {
    /// The session and its connection; none for the connection of a new one.
    pub(super) fn take(&self, choice: &SessionChoice) -> Result<(Taken, Option<Connection>), Failure> {
        let deadline = Timer::now() + TURN_WAIT;
        let mut places = self.shared.lock();
        loop {
            let now = Timer::now();
            places.retain(|_, place| !matches!(place, Place::Idle { until, .. } if *until <= now));
            match places.get(&choice.id) {
                Some(Place::Busy) if now >= deadline => return Err(Refusal::SessionLocked(choice.id.clone()).into()),
                Some(Place::Busy) => {
                    let wait = deadline - now;
                    places = self.shared.freed.wait_timeout(places, wait).unwrap_or_else(PoisonError::into_inner).0;
                }
                None if choice.must_exist => return Err(Refusal::SessionUnknown(choice.id.clone()).into()),
                None if places.len() >= SESSIONS_MAX => return Err(Refusal::SessionsTooMany.into()),
                Some(Place::Idle { .. }) | None => {
                    let before = places.insert(choice.id.clone(), Place::Busy);
                    let taken = Taken { shared: self.shared.clone(), choice: choice.clone(), is_back: false };
                    return match before {
                        Some(Place::Idle { connection, .. }) => Ok((taken, Some(connection))),
                        _ => Ok((taken, None)),
                    };
                }
            }
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Place>> {
        // Every change under the lock is one insert or removal: a poisoned map is still whole.
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Taken {
    /// Gives the session back for its next request.
    pub(super) fn give_back(mut self, connection: Connection) {
        let until = Timer::now() + self.choice.timeout;
        self.shared.lock().insert(self.choice.id.clone(), Place::Idle { connection, until });
        self.is_back = true;
        self.shared.freed.notify_all();
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        if !self.is_back {
            self.shared.lock().remove(&self.choice.id);
            self.shared.freed.notify_all();
        }
    }
}
