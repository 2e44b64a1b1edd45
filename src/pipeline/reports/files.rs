//! The files of runs: a folder for each below `reports/` of the data dir.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::Print;

/// The paragraph's file.
const TEXT: &str = "text.txt";
/// The workbook's.
const WORKBOOK: &str = "figures.xlsx";
/// The endings of files with their media types.
pub const FILE_TYPES: [(&str, &str); 3] = [
    ("png", "image/png"),
    ("txt", "text/plain; charset=utf-8"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
];

/// Where the files of all runs are.
#[derive(Clone, Debug)]
pub(super) struct Folders(PathBuf);

/// The files of one run.
#[derive(Clone, Debug)]
pub(super) struct Files {
    /// Its pages.
    pub(super) pages: Vec<PathBuf>,
    /// The paragraph.
    pub(super) text: PathBuf,
    /// The workbook.
    pub(super) workbook: PathBuf,
}

impl Folders {
    pub(super) fn new(path: PathBuf) -> Folders {
        Folders(path)
    }

    fn of(&self, number: u64) -> PathBuf {
        self.0.join(number.to_string())
    }

    /// Writes the files of a run, over those of a try that wasn't finished; they are on disk when this returns.
    pub(super) fn write(&self, number: u64, print: &Print) -> io::Result<Files> {
        let folder = self.of(number);
        // What an unfinished try left might be more than what is written now.
        remove(&folder)?;
        fs::create_dir_all(&folder)?;
        let put = |name: String, bytes: &[u8]| {
            let path = folder.join(name);
            let mut file = fs::File::create(&path)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            io::Result::Ok(path)
        };
        let pages = print.pages.iter().enumerate().map(|(place, png)| put(format!("{}.png", place + 1), png));
        let files = Files {
            pages: pages.collect::<io::Result<Vec<_>>>()?,
            text: put(TEXT.to_owned(), print.text.as_bytes())?,
            workbook: put(WORKBOOK.to_owned(), &print.workbook)?,
        };
        fs::File::open(&folder)?.sync_all()?;
        fs::File::open(&self.0)?.sync_all()?;
        Ok(files)
    }

    /// A file of a run: `1.png`, `text.txt`, `figures.xlsx`; none when there is no such name.
    pub(super) fn path(&self, number: u64, name: &str) -> Option<PathBuf> {
        let is_page = name
            .strip_suffix(".png")
            .is_some_and(|page| !page.is_empty() && page.len() <= 3 && page.bytes().all(|sign| sign.is_ascii_digit()));
        (is_page || name == TEXT || name == WORKBOOK).then(|| self.of(number).join(name))
    }

    pub(super) fn remove(&self, number: u64) -> io::Result<()> {
        remove(&self.of(number))
    }
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
