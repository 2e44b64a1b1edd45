//! Keeping an engine running as a child: start, say where it answers, start again when it ends.
//!
//! A child never outlives its supervisor: its standard input closes when the supervisor's future is dropped, and the
//! kernel kills it when the thread that started it ends (`PR_SET_PDEATHSIG` follows the thread, not the process).
//! Worker threads of the runtime may end, therefore a blocking thread starts the child and stays until it has ended.

use std::ffi::OsString;
use std::future::Future;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{ChildStderr, ChildStdout};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::key::Key;
use super::notice::{Cause, Notice};

/// From the start to the line that says where it answers: a full check of the library, then recovery of the tables.
const START_TIMEOUT: Duration = Duration::from_secs(60);
/// How long a child may take to end by itself, more than it grants its queries.
const STOP_TIMEOUT: Duration = Duration::from_secs(8);
/// Pause before the second start; doubled with every failure behind it.
const RETRY_MIN: Duration = Duration::from_millis(250);
/// Longest pause between two starts.
const RETRY_MAX: Duration = Duration::from_secs(30);
/// After so long its next end counts as the first one.
const STEADY_AFTER: Duration = Duration::from_secs(60);
/// Kept of its standard error, in bytes, for the reason of its end.
const STDERR_BYTES_MAX: usize = 4 * 1024;
/// Longest line on its standard output, in bytes.
const NOTICE_BYTES_MAX: usize = 4 * 1024;

/// What to run.
#[derive(Debug, Clone)]
pub struct SuperviseOptions {
    /// The opcentre binary; `/proc/self/exe` is this process's own, also when its file has been replaced meanwhile.
    pub executable: PathBuf,
    /// Folder of the tables.
    pub data_dir: PathBuf,
    /// The library, if not where `make build` puts it.
    pub library: Option<PathBuf>,
    /// Memory that all queries may use together, bytes; the command's default if none.
    pub memory_bytes_max: Option<u64>,
}

impl SuperviseOptions {
    /// This process's binary and the command's defaults on `data_dir`.
    #[must_use]
    pub fn new(data_dir: PathBuf) -> Self {
        Self { executable: PathBuf::from("/proc/self/exe"), data_dir, library: None, memory_bytes_max: None }
    }
}

/// Where the engine stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EngineState {
    /// On its way.
    Starting,
    /// It answers.
    Ready {
        /// `http://127.0.0.1:PORT`.
        url: String,
        /// The key of this start: the password of any user.
        key: Key,
        /// The process.
        pid: u32,
    },
    /// It ended, or could not start; it will be started again.
    Down {
        /// What to do about it.
        cause: Cause,
        /// In words, for the one who runs the program.
        reason: String,
        /// The pause before the next start.
        retry_in: Duration,
    },
    /// It was told to stop, and has.
    Stopped,
}

/// Runs an engine until `stop`, publishing every change to `endpoint`. Dropping the future ends the engine as well.
pub async fn supervise(
    options: SuperviseOptions,
    endpoint: watch::Sender<EngineState>,
    stop: impl Future<Output = ()>,
) {
    tokio::pin!(stop);
    let mut failures = 0;
    loop {
        endpoint.send_replace(EngineState::Starting);
        let end = match Engine::start(&options).await {
            Err(error) => {
                End { cause: Cause::Unknown, reason: format!("it could not be started: {error}"), was_steady: false }
            }
            Ok(mut engine) => {
                let ended = tokio::select! {
                    ended = engine.watch(&endpoint) => Some(ended),
                    () = &mut stop => None,
                };
                let Some(ended) = ended else {
                    engine.stop().await;
                    break;
                };
                engine.reason(ended).await
            }
        };
        failures = if end.was_steady { 1 } else { failures + 1 };
        let retry_in = pause(failures, rand::random_range(0.5..1.0));
        tracing::error!(retry_in_ms = retry_in.as_millis(), "the embedded ClickHouse is down: {}", end.reason);
        endpoint.send_replace(EngineState::Down { cause: end.cause, reason: end.reason, retry_in });
        tokio::select! {
            () = sleep(retry_in) => {}
            () = &mut stop => break,
        }
    }
    endpoint.send_replace(EngineState::Stopped);
}

/// The pause after so many failures in a row: doubled each time, never more than the longest, a share of it at random
/// so that engines that fell together don't rise together.
fn pause(failures: u32, share: f64) -> Duration {
    let doubled = RETRY_MIN.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1)));
    doubled.min(RETRY_MAX).mul_f64(share)
}

/// Why an engine is no longer there.
struct End {
    cause: Cause,
    reason: String,
    was_steady: bool,
}

/// How watching an engine came to its end.
enum Ended {
    /// Its standard output closed: the process is ending.
    Itself { notice: Option<Notice>, was_steady: bool },
    /// It did not say where it answers in time.
    Silent,
}

/// A child process.
struct Engine {
    pid: u32,
    stdin: Option<std::process::ChildStdin>,
    stdout: ChildStdout,
    stderr: Tail,
    /// Dropped or used, it makes the thread that started the child kill and collect it.
    end: std::sync::mpsc::Sender<()>,
    collected: JoinHandle<io::Result<ExitStatus>>,
}

impl Engine {
    async fn start(options: &SuperviseOptions) -> io::Result<Self> {
        let mut command = command(options);
        let (started, starting) = oneshot::channel();
        let (end, ending) = std::sync::mpsc::channel();
        let collected = tokio::task::spawn_blocking(move || {
            let mut child = match command.spawn() {
                Ok(child) => child,
                Err(error) => {
                    let kind = error.kind();
                    started.send(Err(error)).ok();
                    return Err(kind.into());
                }
            };
            let pipes = (child.id(), child.stdin.take(), child.stdout.take(), child.stderr.take());
            started.send(Ok(pipes)).ok();
            // An error means that the supervisor is gone: the child has to go, too.
            ending.recv().ok();
            child.kill()?;
            child.wait()
        });
        let (pid, stdin, stdout, stderr) = starting.await.map_err(io::Error::other)??;
        let piped = "standard output and error are piped";
        let stdout = ChildStdout::from_std(stdout.expect(piped))?;
        let stderr = Tail { pipe: ChildStderr::from_std(stderr.expect(piped))?, kept: Vec::new(), is_open: true };
        Ok(Self { pid, stdin, stdout, stderr, end, collected })
    }

    /// Follows the child to its end and publishes that it answers.
    async fn watch(&mut self, endpoint: &watch::Sender<EngineState>) -> Ended {
        let mut line = Vec::new();
        let limit = sleep(START_TIMEOUT);
        tokio::pin!(limit);
        loop {
            tokio::select! {
                read = read_some(&mut self.stdout, &mut line, NOTICE_BYTES_MAX) => {
                    if read == 0 {
                        return Ended::Itself { notice: None, was_steady: false };
                    }
                    if line.ends_with(b"\n") {
                        break;
                    }
                }
                () = self.stderr.read(), if self.stderr.is_open => {}
                () = &mut limit => return Ended::Silent,
            }
        }
        let notice = serde_json::from_slice(&line).ok();
        let ready = match &notice {
            Some(Notice::Ready { port, key }) => Key::new(key).map(|key| (*port, key)),
            _ => None,
        };
        let Some((port, key)) = ready else {
            return Ended::Itself { notice, was_steady: false };
        };
        tracing::info!(engine.pid = self.pid, engine.port = port, "the embedded ClickHouse answers");
        endpoint.send_replace(EngineState::Ready { url: format!("http://127.0.0.1:{port}"), key, pid: self.pid });
        let was_steady = timeout(STEADY_AFTER, self.closed()).await.is_err();
        if was_steady {
            self.closed().await;
        }
        Ended::Itself { notice: None, was_steady }
    }

    /// Returns once standard output is closed, that is when the process ends, however it does.
    async fn closed(&mut self) {
        let mut unused = Vec::new();
        loop {
            tokio::select! {
                read = read_some(&mut self.stdout, &mut unused, NOTICE_BYTES_MAX) => if read == 0 { return },
                () = self.stderr.read(), if self.stderr.is_open => {}
            }
            unused.clear();
        }
    }

    /// Collects the process and tells why it ended.
    async fn reason(mut self, ended: Ended) -> End {
        if matches!(ended, Ended::Itself { .. }) {
            // It has closed its output or said that it failed: the rest takes no time.
            let rest = async {
                while self.stderr.is_open {
                    self.stderr.read().await
                }
            };
            timeout(STOP_TIMEOUT, rest).await.ok();
        }
        let words = self.stderr.last_words();
        self.end.send(()).ok();
        let status = match self.collected.await {
            Ok(Ok(status)) => status.to_string(),
            Ok(Err(error)) => error.to_string(),
            Err(error) => error.to_string(),
        };
        match ended {
            Ended::Itself { notice: Some(Notice::Failed { failed, reason }), was_steady } => {
                End { cause: failed, reason, was_steady }
            }
            Ended::Itself { was_steady, .. } => {
                let colon = if words.is_empty() { "" } else { ": " };
                End { cause: Cause::Unknown, reason: format!("it ended ({status}){colon}{words}"), was_steady }
            }
            Ended::Silent => {
                let reason = format!("it did not answer within {} s; its last words: {words}", START_TIMEOUT.as_secs());
                End { cause: Cause::Unknown, reason, was_steady: false }
            }
        }
    }

    /// Asks the child to end, waits, and kills it if need be.
    async fn stop(mut self) {
        drop(self.stdin.take());
        if timeout(STOP_TIMEOUT, self.closed()).await.is_err() {
            tracing::warn!(engine.pid = self.pid, "the embedded ClickHouse did not end by itself and is killed");
        }
        self.end.send(()).ok();
        self.collected.await.ok();
    }
}

fn command(options: &SuperviseOptions) -> Command {
    let mut command = Command::new(&options.executable);
    command.arg0("opcentre").args(["engine", "--child", "--data-dir"]).arg(&options.data_dir);
    let library = options.library.clone().map(OsString::from);
    let memory = options.memory_bytes_max.map(|bytes| OsString::from(bytes.to_string()));
    for (name, value) in [("--library", library), ("--memory-bytes-max", memory)] {
        if let Some(value) = value {
            command.arg(name).arg(value);
        }
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The end of a stream of text.
struct Tail {
    pipe: ChildStderr,
    kept: Vec<u8>,
    is_open: bool,
}

impl Tail {
    async fn read(&mut self) {
        self.is_open = read_some(&mut self.pipe, &mut self.kept, usize::MAX).await > 0;
        let surplus = self.kept.len().saturating_sub(STDERR_BYTES_MAX);
        self.kept.drain(..surplus);
    }

    /// The last line that says something.
    fn last_words(&self) -> String {
        let text = String::from_utf8_lossy(&self.kept);
        text.lines().rev().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default().to_owned()
    }
}

/// Appends what comes, up to `bytes_max` in all; 0 at the end, after an error and when there is no room.
async fn read_some(pipe: &mut (impl AsyncRead + Unpin), into: &mut Vec<u8>, bytes_max: usize) -> usize {
    let mut buffer = [0; 1024];
    let room = buffer.len().min(bytes_max.saturating_sub(into.len()));
    let read = pipe.read(&mut buffer[..room]).await.unwrap_or(0);
    into.extend_from_slice(&buffer[..read]);
    read
}

#[cfg(test)]
mod tests;
