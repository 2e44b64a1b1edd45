//! The only unsafe code: the C interface of `libchdb.so` and three process calls of libc.
//!
//! What the wrappers promise, so that nothing outside needs `unsafe`:
//! - The library is loaded once and never unloaded: its threads live as long as the process.
//! - A [`Connection`] is used by one thread at a time (`&mut` everywhere, no `Sync`). An open [`Rows`] or
//!   [`InsertStream`] borrows it mutably, so nothing else can run on it and it can't be closed before them.
//! - Bytes handed out by the library are copied before the result that owns them is destroyed.
//!
//! Signatures: `chdb.h` of chdb-core 26.7. Every text goes with its length; NUL bytes are data.
#![allow(unsafe_code, reason = "the one place for it")]

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::path::Path;
use std::ptr::{self, NonNull};

use bytes::Bytes;

use super::answer::{Analysis, Answer, EngineMessage, Params};
use super::library::LoadError;

// Opaque types of the library: only ever seen behind pointers.
#[repr(C)]
struct RawConnection([u8; 0]);
#[repr(C)]
struct RawResult([u8; 0]);
#[repr(C)]
struct RawInsert([u8; 0]);

/// `chdb_query_analysis_v1`.
#[repr(C)]
struct RawAnalysis {
    struct_size: u32,
    statement_count: u32,
    flags: u32,
    query_class: u32,
}

type WithParams<R> = unsafe extern "C" fn(
    *mut RawConnection,
    *const c_char,
    usize,
    *const c_char,
    usize,
    *const *const c_char,
    *const usize,
    *const *const c_char,
    *const usize,
    usize,
) -> *mut R;
type OfResult<T> = unsafe extern "C" fn(*mut RawResult) -> T;

macro_rules! api {
    ($($field:ident = $symbol:literal: $type:ty),* $(,)?) => {
        /// The functions in use.
        struct Api {
            $($field: $type),*
        }

        impl Api {
            fn of(library: &libloading::Library, path: &Path) -> Result<Self, LoadError> {
                // SAFETY: each type below is the function's signature in chdb.h of the release whose hash was checked
                // before loading.
                Ok(Self { $($field: unsafe { symbol(library, path, $symbol) }?),* })
            }
        }
    };
}

api! {
    set_signal_handlers = "chdb_set_signal_handlers_enabled": unsafe extern "C" fn(c_int),
    version = "chdb_version": unsafe extern "C" fn() -> *const c_char,
    connect = "chdb_connect": unsafe extern "C" fn(c_int, *mut *mut c_char) -> *mut *mut RawConnection,
    close = "chdb_close_conn": unsafe extern "C" fn(*mut *mut RawConnection),
    classify = "chdb_classify_query_n":
        unsafe extern "C" fn(*mut RawConnection, *const c_char, usize, *const c_char, usize, *mut RawAnalysis) -> c_int,
    query = "chdb_query_with_params_n": WithParams<RawResult>,
    stream_query = "chdb_stream_query_with_params_n": WithParams<RawResult>,
    stream_fetch = "chdb_stream_fetch_result": unsafe extern "C" fn(*mut RawConnection, *mut RawResult) -> *mut RawResult,
    stream_cancel = "chdb_stream_cancel_query": unsafe extern "C" fn(*mut RawConnection, *mut RawResult),
    result_destroy = "chdb_destroy_query_result": unsafe extern "C" fn(*mut RawResult),
    result_buffer = "chdb_result_buffer": OfResult<*const c_char>,
    result_length = "chdb_result_length": OfResult<usize>,
    result_error = "chdb_result_error": OfResult<*const c_char>,
    result_rows = "chdb_result_rows_read": OfResult<u64>,
    result_read_rows = "chdb_result_storage_rows_read": OfResult<u64>,
    result_read_bytes = "chdb_result_storage_bytes_read": OfResult<u64>,
    result_written_rows = "chdb_result_rows_written": OfResult<u64>,
    result_written_bytes = "chdb_result_bytes_written": OfResult<u64>,
    insert = "chdb_stream_insert_with_params_n": WithParams<RawInsert>,
    insert_append = "chdb_stream_append": unsafe extern "C" fn(*mut RawInsert, *const c_void, usize) -> c_int,
    insert_done = "chdb_stream_done": unsafe extern "C" fn(*mut RawInsert) -> *mut RawResult,
    insert_error = "chdb_stream_insert_error": unsafe extern "C" fn(*mut RawInsert) -> *const c_char,
    insert_destroy = "chdb_destroy_insert_stream": unsafe extern "C" fn(*mut RawInsert),
}

/// # Safety
/// `T` is the type of a pointer to the function `name` of this library.
unsafe fn symbol<T: Copy>(library: &libloading::Library, path: &Path, name: &'static str) -> Result<T, LoadError> {
    // SAFETY: this function's contract.
    let found = unsafe { library.get::<T>(name) };
    found.map(|found| *found).map_err(|source| LoadError::Symbol { path: path.to_owned(), name, source })
}

/// The loaded library: opens connections, from any thread.
#[derive(Clone, Copy)]
pub(super) struct Chdb {
    api: &'static Api,
}

impl Chdb {
    /// Loads the library, keeps it for the life of the process and switches its signal handlers off.
    pub(super) fn load(path: &Path) -> Result<Self, LoadError> {
        // SAFETY: loading runs the library's initialisers. The file's length and hash were checked by the caller,
        // so it is the release these signatures were written for, and not a truncated one that would raise SIGBUS.
        let library = unsafe { libloading::Library::new(path) }
            .map_err(|source| LoadError::Open { path: path.to_owned(), source })?;
        let library: &'static libloading::Library = Box::leak(Box::new(library));
        let api: &'static Api = Box::leak(Box::new(Api::of(library, path)?));
        // SAFETY: sets a process-wide flag; called before the first connection, as chdb.h asks.
        unsafe { (api.set_signal_handlers)(0) };
        Ok(Self { api })
    }

    /// The release of chDB.
    pub(super) fn version(self) -> String {
        // SAFETY: returns a static, NUL-terminated string or null.
        unsafe { text(|| (self.api.version)()) }.unwrap_or_default()
    }

    /// A new connection, or none: the library gives no reason, its standard error does.
    /// `arguments` are those of a command line without the program's name (`--path=D`).
    pub(super) fn connect(self, arguments: &[CString]) -> Option<Connection> {
        let program = c"opcentre";
        let mut argv: Vec<*mut c_char> = std::iter::once(program.as_ptr())
            .chain(arguments.iter().map(|argument| argument.as_ptr()))
            .map(<*const c_char>::cast_mut)
            .chain(std::iter::once(ptr::null_mut()))
            .collect();
        let argc = c_int::try_from(argv.len() - 1).ok()?;
        // SAFETY: argv holds argc NUL-terminated strings, which live through the call, and a closing null, like
        // main's; the library parses them and does not write to them. Connecting is thread-safe by chdb.h.
        let handle = unsafe { (self.api.connect)(argc, argv.as_mut_ptr()) };
        Some(Connection { api: self.api, handle: NonNull::new(handle)? })
    }
}

/// One session: its own current database and settings. Queries on it run one after the other.
pub(super) struct Connection {
    api: &'static Api,
    handle: NonNull<*mut RawConnection>,
}

// SAFETY: the library keeps no thread-local state for a connection; it runs queries on its own threads and locks
// inside. The type is not Sync, so one thread at a time uses it.
unsafe impl Send for Connection {}

impl Drop for Connection {
    fn drop(&mut self) {
        // SAFETY: the handle came from `connect` and is closed once, here; borrows guarantee that no stream is open.
        unsafe { (self.api.close)(self.handle.as_ptr()) };
    }
}

impl Connection {
    fn raw(&mut self) -> *mut RawConnection {
        // SAFETY: the handle points to the library's connection pointer until it is closed in drop.
        unsafe { *self.handle.as_ptr() }
    }

    /// Counts and classifies the statements of a text, with ClickHouse's own parser.
    pub(super) fn analyse(&mut self, sql: &str) -> Result<Analysis, EngineMessage> {
        const READ_ONLY: u32 = 0;
        let mut out = RawAnalysis {
            struct_size: u32::try_from(size_of::<RawAnalysis>()).expect("sixteen bytes fit"),
            statement_count: 0,
            flags: 0,
            query_class: u32::MAX,
        };
        // SAFETY: the text is valid for its length during the call, no target database is given, and `out` is a
        // live struct whose size is set as chdb.h requires.
        let state =
            unsafe { (self.api.classify)(self.raw(), sql.as_ptr().cast(), sql.len(), ptr::null(), 0, &raw mut out) };
        if state != 0 {
            return Err(EngineMessage("the engine could not analyse the statement".to_owned()));
        }
        Ok(Analysis { statements: out.statement_count, reads_only: out.query_class == READ_ONLY })
    }

    /// Runs a text to its end. Never give it insert data: a blank line in the data ends it and the rest is run as SQL.
    pub(super) fn query(&mut self, sql: &str, format: &str, params: &Params) -> Result<Answer, EngineMessage> {
        let result = self.call(self.api.query, sql, format, params);
        OwnedResult::new(self.api, result)?.answer()
    }

    /// Starts a read whose result is fetched piece by piece.
    pub(super) fn stream(&mut self, sql: &str, format: &str, params: &Params) -> Result<Rows<'_>, EngineMessage> {
        let result = self.call(self.api.stream_query, sql, format, params);
        let handle = OwnedResult::new(self.api, result)?;
        handle.error()?;
        Ok(Rows { connection: self, handle, ended: false })
    }

    /// Starts an insert whose data is appended piece by piece. `sql` has no FORMAT clause.
    pub(super) fn insert(
        &mut self,
        sql: &str,
        format: &str,
        params: &Params,
    ) -> Result<InsertStream<'_>, EngineMessage> {
        let handle = self.call(self.api.insert, sql, format, params);
        let handle = NonNull::new(handle).ok_or_else(out_of_memory)?;
        let mut stream = InsertStream { connection: self, handle };
        stream.failure().map_or(Ok(()), Err)?;
        Ok(stream)
    }

    fn call<R>(&mut self, function: WithParams<R>, sql: &str, format: &str, params: &Params) -> *mut R {
        let names: Vec<*const c_char> = params.iter().map(|(name, _)| name.as_ptr().cast()).collect();
        let name_lengths: Vec<usize> = params.iter().map(|(name, _)| name.len()).collect();
        let values: Vec<*const c_char> = params.iter().map(|(_, value)| value.as_ptr().cast()).collect();
        let value_lengths: Vec<usize> = params.iter().map(|(_, value)| value.len()).collect();
        // SAFETY: the connection is open; every pointer is valid for the length beside it during the call, and the
        // library captures texts and parameters before it returns (chdb.h).
        unsafe {
            function(
                self.raw(),
                sql.as_ptr().cast(),
                sql.len(),
                format.as_ptr().cast(),
                format.len(),
                names.as_ptr(),
                name_lengths.as_ptr(),
                values.as_ptr(),
                value_lengths.as_ptr(),
                params.len(),
            )
        }
    }
}

/// An open read.
pub(super) struct Rows<'c> {
    connection: &'c mut Connection,
    handle: OwnedResult,
    ended: bool,
}

/// A piece of a read.
pub(super) struct Piece {
    /// Bytes in the format asked for: a document of its own, header included.
    pub(super) bytes: Bytes,
    /// False for the closing piece, which has bytes only where the format needs them for an empty result.
    pub(super) has_rows: bool,
}

impl Rows<'_> {
    /// The next piece; the one without rows is the last.
    pub(super) fn fetch(&mut self) -> Result<Piece, EngineMessage> {
        // SAFETY: connection and stream are open (borrowed, owned), and `&mut` makes the calls one after the other.
        let piece = unsafe { (self.connection.api.stream_fetch)(self.connection.raw(), self.handle.raw.as_ptr()) };
        let piece = OwnedResult::new(self.connection.api, piece)?.answer().inspect_err(|_| self.ended = true)?;
        self.ended = piece.rows == 0;
        Ok(Piece { bytes: piece.bytes, has_rows: piece.rows > 0 })
    }
}

impl Drop for Rows<'_> {
    fn drop(&mut self) {
        if !self.ended {
            // SAFETY: as in `fetch`; the handle itself is destroyed afterwards by its own drop.
            unsafe { (self.connection.api.stream_cancel)(self.connection.raw(), self.handle.raw.as_ptr()) };
        }
    }
}

/// An open insert: dropped before [`InsertStream::done`] it is cancelled, blocks not yet written are lost.
pub(super) struct InsertStream<'c> {
    connection: &'c mut Connection,
    handle: NonNull<RawInsert>,
}

impl InsertStream<'_> {
    /// Gives data, in pieces cut anywhere; waits while the engine is behind.
    pub(super) fn append(&mut self, bytes: &[u8]) -> Result<(), EngineMessage> {
        // SAFETY: the stream is open; the bytes are valid for their length and are copied by the library.
        let state =
            unsafe { (self.connection.api.insert_append)(self.handle.as_ptr(), bytes.as_ptr().cast(), bytes.len()) };
        if state == 0 {
            return Ok(());
        }
        Err(self.failure().unwrap_or_else(|| EngineMessage("the engine ended the insert without a reason".to_owned())))
    }

    /// Ends the data and waits for the rows to be written.
    pub(super) fn done(self) -> Result<Answer, EngineMessage> {
        // SAFETY: the stream is open and `self` is consumed, so nothing is appended afterwards; drop then destroys it.
        let result = unsafe { (self.connection.api.insert_done)(self.handle.as_ptr()) };
        OwnedResult::new(self.connection.api, result)?.answer()
    }

    fn failure(&mut self) -> Option<EngineMessage> {
        // SAFETY: the text belongs to the stream, which is alive, and is copied here.
        unsafe { text(|| (self.connection.api.insert_error)(self.handle.as_ptr())) }.map(EngineMessage)
    }
}

impl Drop for InsertStream<'_> {
    fn drop(&mut self) {
        // SAFETY: made by `Connection::insert`, destroyed once, here; that cancels it unless it was ended (chdb.h).
        unsafe { (self.connection.api.insert_destroy)(self.handle.as_ptr()) };
    }
}

/// A result that is destroyed when dropped.
struct OwnedResult {
    api: &'static Api,
    raw: NonNull<RawResult>,
}

impl OwnedResult {
    fn new(api: &'static Api, raw: *mut RawResult) -> Result<Self, EngineMessage> {
        Ok(Self { api, raw: NonNull::new(raw).ok_or_else(out_of_memory)? })
    }

    fn error(&self) -> Result<(), EngineMessage> {
        // SAFETY: the text belongs to the result, which is alive, and is copied here.
        match unsafe { text(|| (self.api.result_error)(self.raw.as_ptr())) } {
            Some(message) => Err(EngineMessage(message)),
            None => Ok(()),
        }
    }

    fn answer(&self) -> Result<Answer, EngineMessage> {
        self.error()?;
        let raw = self.raw.as_ptr();
        // SAFETY: the result is alive; the getters only read it.
        unsafe {
            Ok(Answer {
                bytes: self.copy_bytes(),
                rows: (self.api.result_rows)(raw),
                read_rows: (self.api.result_read_rows)(raw),
                read_bytes: (self.api.result_read_bytes)(raw),
                written_rows: (self.api.result_written_rows)(raw),
                written_bytes: (self.api.result_written_bytes)(raw),
            })
        }
    }

    fn copy_bytes(&self) -> Bytes {
        let raw = self.raw.as_ptr();
        // SAFETY: buffer and length describe one allocation of the result, alive until `self` is dropped; the bytes
        // are copied. A null buffer (no output) is not made into a slice.
        unsafe {
            let (buffer, length) = ((self.api.result_buffer)(raw), (self.api.result_length)(raw));
            if buffer.is_null() || length == 0 {
                return Bytes::new();
            }
            Bytes::copy_from_slice(std::slice::from_raw_parts(buffer.cast(), length))
        }
    }
}

impl Drop for OwnedResult {
    fn drop(&mut self) {
        // SAFETY: made by the library, destroyed once, here.
        unsafe { (self.api.result_destroy)(self.raw.as_ptr()) };
    }
}

fn out_of_memory() -> EngineMessage {
    EngineMessage("the engine gave no result, it is probably out of memory".to_owned())
}

/// Copies the NUL-terminated text that `get` returns; none for null or an empty one.
///
/// # Safety
/// `get` returns null or a pointer to a NUL-terminated string that is valid until this function returns.
unsafe fn text(get: impl FnOnce() -> *const c_char) -> Option<String> {
    let pointer = get();
    if pointer.is_null() {
        return None;
    }
    // SAFETY: not null, and by this function's contract NUL-terminated and alive.
    let text = unsafe { CStr::from_ptr(pointer) }.to_string_lossy();
    (!text.is_empty()).then(|| text.into_owned())
}

/// Asks the kernel to kill this process when the thread that started it ends, however that ends (Linux only).
pub(super) fn die_with_parent() -> std::io::Result<()> {
    // SAFETY: prctl with PR_SET_PDEATHSIG takes a signal number and touches no memory of ours.
    let state = unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
    if state == 0 { Ok(()) } else { Err(std::io::Error::last_os_error()) }
}

/// Ends the process at once: no destructors, no exit handlers (the engine's threads are still running).
pub(super) fn exit_now(code: i32) -> ! {
    // SAFETY: _exit may be called at any time, from any thread; standard output is flushed by the caller.
    unsafe { libc::_exit(code) }
}
