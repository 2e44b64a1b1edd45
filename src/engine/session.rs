//! A connection of one request: opened, given the request's database and settings, closed when dropped.

use super::failure::{Failure, Refusal};
use super::ffi::{Chdb, Connection};
use super::request::Request;

/// Longest run of one query unless the request says otherwise, in seconds: nothing runs for ever by accident.
const QUERY_SECONDS_MAX: u32 = 300;
/// Largest whole result, in bytes: those that can't be streamed stand in memory, several times over.
const RESULT_BYTES_MAX: u64 = 256 << 20;
/// Begins every query's handle.
const HANDLE_PREFIX: &str = "opcentre-";

/// Opens connections to the engine.
#[derive(Clone)]
pub(super) struct Sessions {
    chdb: Chdb,
    arguments: Vec<std::ffi::CString>,
}

impl Sessions {
    /// `arguments`: those of every connection, the data folder's path.
    pub(super) fn new(chdb: Chdb, arguments: Vec<std::ffi::CString>) -> Self {
        Self { chdb, arguments }
    }

    fn connect(&self) -> Result<Connection, Failure> {
        self.chdb.connect(&self.arguments).ok_or_else(|| Refusal::Connect.into())
    }

    /// A fresh connection with the request's database and settings. `handle` is how the query can be found and ended.
    pub(super) fn open(&self, request: &Request, handle: &str) -> Result<Connection, Failure> {
        let mut connection = self.connect()?;
        if let Some(database) = &request.database {
            run(&mut connection, &format!("USE {}", quoted(database, '`')))?;
        }
        run(&mut connection, &settings(request, handle))?;
        Ok(connection)
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

/// One statement with ours first, so that the request's own win, and the handle last, so that nothing hides it.
/// `implicit_select` would turn a misspelt keyword into a column; a dead address is not tried for half a minute.
fn settings(request: &Request, handle: &str) -> String {
    let limit = QUERY_SECONDS_MAX.to_string();
    let ours = [("implicit_select", "0"), ("max_execution_time", limit.as_str()), ("http_max_tries", "1")];
    let ours = ours.into_iter().filter(|(name, _)| !request.settings.iter().any(|(asked, _)| asked == name));
    let asked = request.settings.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let asked = asked.filter(|(name, _)| *name != "log_comment");
    let all = ours.chain(asked).chain([("log_comment", handle)]);
    let pairs: Vec<String> = all.map(|(name, value)| format!("{name} = {}", quoted(value, '\''))).collect();
    format!("SET {}", pairs.join(", "))
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
