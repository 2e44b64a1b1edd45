//! A real engine for a test: `TestEngine::start()`, then `engine.database("name").await` for a client with a
//! database of its own.
//!
//! It is the built binary as a child in a folder of its own, and ends with the value. It also ends with the thread
//! that started it (that is how it avoids to outlive a killed parent): start it in the test's own thread, don't keep
//! it in a static.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use clickhouse::Client;
use opcentre::engine::Notice;
use tempfile::TempDir;

/// The binary under test.
pub const OPCENTRE: &str = env!("CARGO_BIN_EXE_opcentre");

/// A running engine.
pub struct TestEngine {
    child: Child,
    folder: TempDir,
    url: String,
    key: String,
}

/// How an engine ended before it answered.
#[derive(Debug)]
pub struct StartFailure {
    /// Its line on standard output; none when it died without a word.
    pub notice: Option<Notice>,
    /// Its standard error.
    pub stderr: String,
    /// Its exit code; none when a signal ended it.
    pub code: Option<i32>,
}

impl TestEngine {
    /// An engine on an empty folder.
    pub fn start() -> Self {
        Self::start_in(tempfile::tempdir().unwrap())
    }

    /// An engine on the tables of an earlier one ([`TestEngine::kill`]).
    pub fn start_in(folder: TempDir) -> Self {
        let data_dir = data_dir_of(&folder);
        Self::try_start(&data_dir, folder, &[]).unwrap_or_else(|failure| panic!("{failure:?}"))
    }

    /// Starts with further arguments; `folder` only has to live as long as the engine.
    pub fn try_start(data_dir: &Path, folder: TempDir, arguments: &[&str]) -> Result<Self, StartFailure> {
        let mut child = Command::new(OPCENTRE)
            .args(["engine", "--child", "--data-dir"])
            .arg(data_dir)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        match serde_json::from_str(&line).ok() {
            Some(Notice::Ready { port, key }) => {
                Ok(Self { child, folder, url: format!("http://127.0.0.1:{port}"), key })
            }
            notice => {
                let mut stderr = String::new();
                child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
                Err(StartFailure { notice, stderr, code: child.wait().unwrap().code() })
            }
        }
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The key of this start.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Where its tables are.
    pub fn data_dir(&self) -> PathBuf {
        data_dir_of(&self.folder)
    }

    /// A client on the database `default`.
    pub fn client(&self) -> Client {
        Client::default().with_url(&self.url).with_user("default").with_password(&self.key)
    }

    /// A client on the database `name`, which is made.
    pub async fn database(&self, name: &str) -> Client {
        self.client().query(&format!("CREATE DATABASE IF NOT EXISTS `{name}`")).execute().await.unwrap();
        self.client().with_database(name)
    }

    /// Ends it as `kill -9` does and hands its folder over.
    pub fn kill(mut self) -> TempDir {
        self.end();
        std::mem::replace(&mut self.folder, tempfile::tempdir().unwrap())
    }

    /// Closes its standard input and returns its exit code.
    pub fn close_pipe(&mut self) -> Option<i32> {
        drop(self.child.stdin.take());
        self.child.wait().unwrap().code()
    }

    fn end(&mut self) {
        self.child.kill().ok();
        self.child.wait().unwrap();
    }
}

impl Drop for TestEngine {
    fn drop(&mut self) {
        self.end();
    }
}

fn data_dir_of(folder: &TempDir) -> PathBuf {
    folder.path().join("clickhouse")
}
