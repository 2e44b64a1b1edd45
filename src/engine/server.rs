//! An engine process: opened once on a data folder, then serving a listener until it is told to stop.

use std::ffi::{CString, NulError};
use std::fs::{self, DirBuilder, File, TryLockError};
use std::future::{Future, IntoFuture};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::serve::ListenerExt;
use tokio::net::TcpListener;

use super::ffi::Chdb;
use super::handler::{self, Shared};
use super::key::Key;
use super::library::{self, LibraryError, LoadError};
use super::release::{self, ReleaseError};
use super::session::Sessions;

/// How long running queries may take to end at the stop.
const STOP_GRACE: Duration = Duration::from_secs(5);
/// Between two requests to end them: a query may begin just behind the first.
const STOP_PAUSE: Duration = Duration::from_millis(500);
/// ClickHouse's cache of marks, in bytes: its default is for machines with hundreds of gigabytes.
const MARK_CACHE_BYTES: u64 = 128 << 20;

/// What an engine needs to open.
#[derive(Debug, Clone)]
pub struct ServerOptions {
    /// Folder of the tables; made, for its owner only, when it doesn't exist.
    pub data_dir: PathBuf,
    /// The library to load: the pinned release, wherever it stands.
    pub library: PathBuf,
    /// Memory that all queries may use together, bytes.
    pub memory_bytes_max: u64,
    /// Queries that run at once; more wait.
    pub queries_max: u32,
}

/// Why an engine can't open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The library is not there, or not the pinned one.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// The library is the pinned one and can't be loaded all the same.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The data folder can't be made or used.
    #[error("data folder {} can't be used", path.display())]
    DataDir {
        /// The folder.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// The data folder was written by a later release, or its mark can't be kept.
    #[error(transparent)]
    Release(#[from] ReleaseError),
    /// The data folder's path holds a NUL byte.
    #[error("data folder {} can't be named to the engine", path.display())]
    DataDirName {
        /// The folder.
        path: PathBuf,
        /// Where the byte is.
        source: NulError,
    },
    /// Another engine has the data folder open (ClickHouse's code 76).
    #[error("data folder {} is in use by process {pid} (code 76): stop that one, or choose another folder", path.display())]
    InUse {
        /// The folder.
        path: PathBuf,
        /// The process that holds it.
        pid: u32,
    },
    /// The engine refused the folder; its own words are above, on standard error.
    #[error("the engine could not open data folder {}", path.display())]
    Refused {
        /// The folder.
        path: PathBuf,
    },
}

/// An open engine.
pub struct Server {
    sessions: Sessions,
    queries_max: u32,
    release: String,
}

impl Server {
    /// Checks and loads the library and opens the data folder. Once per process.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(options: &ServerOptions) -> Result<Self, OpenError> {
        library::check(&options.library)?;
        let data_dir = prepare(&options.data_dir)?;
        in_use(&data_dir)?;
        release::take_over(&data_dir)?;
        let chdb = Chdb::load(&options.library)?;
        let path = argument("--path=", &data_dir)?;
        let limits = [
            format!("--max_server_memory_usage={}", options.memory_bytes_max),
            format!("--mark_cache_size={MARK_CACHE_BYTES}"),
        ];
        let limits = limits.map(|limit| CString::new(limit).expect("made of letters and digits"));
        let first: Vec<CString> = std::iter::once(path.clone()).chain(limits).collect();
        let Some(connection) = chdb.connect(&first) else {
            in_use(&data_dir)?;
            return Err(OpenError::Refused { path: data_dir });
        };
        // Kept open for ever: the engine shuts down with its last connection and can't be opened again.
        std::mem::forget(connection);
        let sessions = Sessions::new(chdb, vec![path]);
        Ok(Self { sessions, queries_max: options.queries_max, release: chdb.version() })
    }

    /// The release of chDB that runs.
    #[must_use]
    pub fn release(&self) -> &str {
        &self.release
    }

    /// Answers on `listener` whoever has `key`, until `stop`; then accepts nothing more, ends all queries and waits
    /// for them a few seconds. The process should [`leave`](super::leave) afterwards.
    ///
    /// # Errors
    /// The listener's.
    pub async fn run(self, listener: TcpListener, key: Key, stop: impl Future<Output = ()>) -> io::Result<()> {
        let shared = Arc::new(Shared::new(self.sessions, key, self.queries_max));
        let listener = listener.tap_io(|stream| {
            // Small chunks would wait for the client's acknowledgement, tens of milliseconds.
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "a connection keeps its delay");
            }
        });
        let serving = axum::serve(listener, handler::router(Arc::clone(&shared))).into_future();
        tokio::select! {
            ended = serving => return ended,
            () = stop => {}
        }
        if tokio::time::timeout(STOP_GRACE, end_queries(&shared)).await.is_err() {
            tracing::warn!("queries are still running at the stop");
        }
        Ok(())
    }
}

async fn end_queries(shared: &Arc<Shared>) {
    shared.refuse_new();
    loop {
        let killer = Arc::clone(shared);
        match tokio::task::spawn_blocking(move || killer.sessions().kill_all()).await {
            Ok(Err(failure)) => tracing::warn!(error = %failure, "queries could not be ended"),
            Err(error) => tracing::warn!(%error, "queries could not be ended"),
            Ok(Ok(())) => {}
        }
        if tokio::time::timeout(STOP_PAUSE, shared.idle()).await.is_ok() {
            return;
        }
    }
}

/// The data folder, made if need be, by its one absolute name: the engine compares names.
fn prepare(data_dir: &Path) -> Result<PathBuf, OpenError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(data_dir)
        .and_then(|()| fs::canonicalize(data_dir))
        .map_err(|source| OpenError::DataDir { path: data_dir.to_owned(), source })
}

fn argument(name: &str, path: &Path) -> Result<CString, OpenError> {
    let text = [name.as_bytes(), path.as_os_str().as_bytes()].concat();
    CString::new(text).map_err(|source| OpenError::DataDirName { path: path.to_owned(), source })
}

/// The engine locks the file `status` of its folder and writes its process into it.
fn in_use(data_dir: &Path) -> Result<(), OpenError> {
    let status = data_dir.join("status");
    let Ok(file) = File::open(&status) else { return Ok(()) };
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => {
            let pid = fs::read_to_string(&status).ok().and_then(|text| holder(&text)).unwrap_or_default();
            Err(OpenError::InUse { path: data_dir.to_owned(), pid })
        }
        Ok(()) | Err(TryLockError::Error(_)) => Ok(()),
    }
}

fn holder(status: &str) -> Option<u32> {
    status.lines().find_map(|line| line.strip_prefix("PID:"))?.trim().parse().ok()
}
