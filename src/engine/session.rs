//! A connection of one request: opened, given the request's database and settings, closed when it is done. A request
//! that names a session gets that session's connection and gives it back as it found it.

use serde::Deserialize;

use super::failure::{Failure, Refusal};
use super::ffi::{Chdb, Connection};
use super::named::{NamedSessions, Taken};
use super::request::Request;

/// Longest run of one query unless the request says otherwise, in seconds: nothing runs for ever by accident.
const QUERY_SECONDS_MAX: u32 = 300;
/// Largest whole result, in bytes: those that can't be streamed stand in memory, several times over.
const RESULT_BYTES_MAX: u64 = 256 << 20;
/// Begins every query's handle.
const HANDLE_PREFIX: &str = "opcentre-";

/// What is asked to see whether rows of a failed query would come back.
const PROBE: &str = "SELECT 1";
const PROBES_MAX: usize = 3;

/// Opens connections to the engine.
#[derive(Clone)]
pub(super) struct Sessions {
    chdb: Chdb,
    arguments: Vec<std::ffi::CString>,
    named: NamedSessions,
}

/// A connection in use.
pub(super) struct Session {
    connection: Connection,
    /// None for a connection of its own.
    named: Option<Taken>,
    /// What the request's settings were in its session before.
    before: Vec<(String, String)>,
}

impl Sessions {
    /// `arguments`: those of every connection, the data folder's path.
    pub(super) fn new(chdb: Chdb, arguments: Vec<std::ffi::CString>) -> Self {
        Self { chdb, arguments, named: NamedSessions::default() }
    }

    fn connect(&self) -> Result<Connection, Failure> {
        self.chdb.connect(&self.arguments).ok_or_else(|| Refusal::Connect.into())
    }

    /// A connection with the request's database and settings. `handle` is how the query can be found and ended.
    pub(super) fn open(&self, request: &Request, handle: &str) -> Result<Session, Failure> {
        let Some(choice) = &request.session else {
            let mut connection = self.connect()?;
            prepare(&mut connection, request, &settings(request, Ours::Added, handle))?;
            return Ok(Session { connection, named: None, before: Vec::new() });
        };
        let (taken, kept) = self.named.take(choice)?;
        let ours = if kept.is_some() { Ours::There } else { Ours::Added };
        let mut connection = match kept {
            Some(connection) => connection,
            None => self.connect()?,
        };
        let (before, prepared) = match values(&mut connection, request) {
            Ok(before) => (before, prepare(&mut connection, request, &settings(request, ours, handle))),
            Err(failure) => (Vec::new(), Err(failure)),
        };
        let session = Session { connection, named: Some(taken), before };
        match prepared {
            Ok(()) => Ok(session),
            Err(failure) => session.close(Err(failure)),
        }
    }

    /// Asks the query of `handle` to end; does not wait for it (the synchronous form may wait for ever).
    pub(super) fn kill(&self, handle: &str) -> Result<(), Failure> {
        let condition = format!("= {}", quoted(handle, '\''));
        self.kill_where(&condition)
    }

    /// Asks every query to end.
    pub(super) fn kill_all(&self) -> Result<(), Failure> {
        self.kill_where(&format!("LIKE '{HANDLE_PREFIX}%'"))
    }

    fn kill_where(&self, condition: &str) -> Result<(), Failure> {
        run(&mut self.connect()?, &format!("KILL QUERY WHERE Settings['log_comment'] {condition} ASYNC"))
    }
}

/// The handle of the query number `n` of this start.
pub(super) fn handle(n: u64) -> String {
    format!("{HANDLE_PREFIX}{n}")
}

/// Limits a whole result, unless the request has a limit of its own.
pub(super) fn limit_result(connection: &mut Connection, request: &Request) -> Result<(), Failure> {
    if request.settings.iter().any(|(name, _)| name == "max_result_bytes") {
        return Ok(());
    }
    run(connection, &format!("SET max_result_bytes = '{RESULT_BYTES_MAX}'"))
}

fn run(connection: &mut Connection, sql: &str) -> Result<(), Failure> {
    connection.query(sql, "Null", &[])?;
    Ok(())
}

fn prepare(connection: &mut Connection, request: &Request, settings: &str) -> Result<(), Failure> {
    if let Some(database) = &request.database {
        run(connection, &format!("USE {}", quoted(database, '`')))?;
    }
    run(connection, settings)
}

/// Whether our own settings have to be made or were made when the session began.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ours {
    Added,
    There,
}

/// One statement with ours first, so that the request's own win, and the handle last, so that nothing hides it.
/// `implicit_select` would turn a misspelt keyword into a column; a dead address is not tried for half a minute.
fn settings(request: &Request, ours: Ours, handle: &str) -> String {
    let limit = QUERY_SECONDS_MAX.to_string();
    let all_ours = [("implicit_select", "0"), ("max_execution_time", limit.as_str()), ("http_max_tries", "1")];
    let all_ours = all_ours.into_iter().filter(|_| ours == Ours::Added);
    let all_ours = all_ours.filter(|(name, _)| !request.settings.iter().any(|(asked, _)| asked == name));
    let asked = asked(request).map(|(name, value)| (name.as_str(), value.as_str()));
    set(all_ours.chain(asked).chain([("log_comment", handle)]))
}

fn set<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let pairs: Vec<String> = pairs.map(|(name, value)| format!("{name} = {}", quoted(value, '\''))).collect();
    format!("SET {}", pairs.join(", "))
}

/// The request's own settings. In a session `readonly` could not be taken back: there it is kept by looking at the
/// statement, see [`Session::may_run`].
fn asked(request: &Request) -> impl Iterator<Item = &(String, String)> {
    let in_session = request.session.is_some();
    request.settings.iter().filter(move |(name, _)| name != "log_comment" && !(in_session && name == "readonly"))
}

#[derive(Deserialize)]
struct Setting {
    name: String,
    value: String,
}

/// What the request's settings are now.
fn values(connection: &mut Connection, request: &Request) -> Result<Vec<(String, String)>, Failure> {
    let mut names: Vec<String> = asked(request).map(|(name, _)| quoted(name, '\'')).collect();
    // Set by `limit_result`.
    names.push(quoted("max_result_bytes", '\''));
    let sql = format!("SELECT name, value FROM system.settings WHERE name IN ({})", names.join(", "));
    let answer = connection.query(&sql, "JSONEachRow", &[])?;
    let rows = serde_json::Deserializer::from_slice(&answer.bytes).into_iter::<Setting>();
    Ok(rows.filter_map(Result::ok).map(|setting| (setting.name, setting.value)).collect())
}

impl Session {
    /// The connection, for the request's one statement.
    pub(super) fn connection(&mut self) -> &mut Connection {
        &mut self.connection
    }

    /// Refuses a statement that writes where only reading was asked for, in a session.
    pub(super) fn may_run(&mut self, request: &Request, sql: &str) -> Result<(), Failure> {
        let is_readonly = request.settings.iter().any(|(name, value)| name == "readonly" && value != "0");
        if self.named.is_none() || !is_readonly || self.connection.analyse(sql)?.reads_only {
            return Ok(());
        }
        Err(Refusal::Readonly.into())
    }

    /// Ends the use: a named session is given back as it was, and is gone when that can't be.
    pub(super) fn close<T>(mut self, outcome: Result<T, Failure>) -> Result<T, Failure> {
        let Some(taken) = self.named.take() else { return outcome };
        let is_clean = outcome.is_ok() || is_clean(&mut self.connection);
        let pairs = self.before.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let is_restored = self.before.is_empty() || run(&mut self.connection, &set(pairs)).is_ok();
        if is_clean && is_restored {
            taken.give_back(self.connection);
        } else {
            tracing::warn!("a session is closed: its connection could not be brought back to order after an error");
        }
        outcome
    }
}

/// After an error the rows that a query had written may come back in the next result: that one is taken here.
fn is_clean(connection: &mut Connection) -> bool {
    (0..PROBES_MAX).any(|_| connection.query(PROBE, "TabSeparated", &[]).is_ok_and(|answer| *answer.bytes == *b"1\n"))
}

fn quoted(text: &str, quote: char) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push(quote);
    for c in text.chars() {
        if c == quote || c == '\\' {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted.push(quote);
    quoted
}
