//! What was printed, kept until the figures change: within a bound of papers and of bytes, the oldest goes first.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::http::error::Problem;
use crate::model::{Instant, Period};
use crate::report::{Heading, Paper, Press};

/// Papers kept at most (P-2): a few reports of every unit of a province.
const PAPERS_MAX: usize = 512;
/// Bytes of their pages kept at most (P-2).
const PAGES_BYTES_MAX: usize = 48 << 20;
/// Digits of a tag: enough to tell any two apart.
const TAG_DIGITS: usize = 24;

/// Report, unit, period, version.
pub(super) type PaperKey = (String, String, Period, Option<String>);

/// A paper with what names its figures.
pub(super) struct Printed {
    pub(super) paper: Paper,
    /// The same while the figures are the same.
    pub(super) tag: String,
    key: PaperKey,
}

/// What figures are made from: the same moment gives the same ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) seq: u64,
    pub(super) now: Instant,
    pub(super) catalogue: String,
    /// When the closing was made, and its number; none of current figures.
    pub(super) closing: Option<(String, u32)>,
    pub(super) feeds: String,
}

/// Pages of a paper that were drawn.
struct Drawn {
    printed: Arc<Printed>,
    /// When it was looked at last.
    moment: Moment,
    pages: BTreeMap<usize, Bytes>,
    used: u64,
}

#[derive(Default)]
struct Shelf {
    papers: BTreeMap<PaperKey, Drawn>,
    bytes: usize,
    turn: u64,
}

/// All that is kept. The lock is held for looking up and putting away, never while a page is drawn.
#[derive(Default)]
pub(super) struct KeptPapers(Mutex<Shelf>);

impl KeptPapers {
    /// The paper that was put together at this very moment.
    pub(super) fn of_moment(&self, key: &PaperKey, moment: &Moment) -> Option<Arc<Printed>> {
        let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shelf.turn += 1;
        let turn = shelf.turn;
        let drawn = shelf.papers.get_mut(key).filter(|drawn| drawn.moment == *moment)?;
        drawn.used = turn;
        Some(drawn.printed.clone())
    }

    /// The paper as it was printed when the figures are still the same, else this one.
    pub(super) fn newest(&self, (key, moment): (PaperKey, Moment), paper: Paper) -> Result<Arc<Printed>, Problem> {
        let tag = tag(&paper)?;
        let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shelf.turn += 1;
        let turn = shelf.turn;
        if let Some(drawn) = shelf.papers.get_mut(&key).filter(|drawn| drawn.printed.tag == tag) {
            drawn.used = turn;
            drawn.moment = moment;
            return Ok(drawn.printed.clone());
        }
        let printed = Arc::new(Printed { paper, tag, key: key.clone() });
        shelf.forget(&key);
        shelf.papers.insert(key, Drawn { printed: printed.clone(), moment, pages: BTreeMap::new(), used: turn });
        shelf.bound();
        Ok(printed)
    }

    /// A page of it, drawn once.
    pub(super) fn page(&self, press: &Press, printed: &Arc<Printed>, page: usize) -> Result<Bytes, Problem> {
        let is_it = |drawn: &&Drawn| Arc::ptr_eq(&drawn.printed, printed);
        {
            let shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let kept = shelf.papers.get(&printed.key).filter(is_it).and_then(|drawn| drawn.pages.get(&page));
            if let Some(bytes) = kept {
                return Ok(bytes.clone());
            }
        }
        let bytes: Bytes = press.page(&printed.paper, page).map_err(Problem::internal)?.png.into();
        let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut added = 0;
        if let Some(drawn) = shelf.papers.get_mut(&printed.key).filter(|drawn| Arc::ptr_eq(&drawn.printed, printed))
            && drawn.pages.insert(page, bytes.clone()).is_none()
        {
            added = bytes.len();
        }
        shelf.bytes += added;
        shelf.bound();
        Ok(bytes)
    }
}

impl Shelf {
    fn forget(&mut self, key: &PaperKey) {
        if let Some(gone) = self.papers.remove(key) {
            self.bytes -= gone.pages.values().map(Bytes::len).sum::<usize>();
        }
    }

    fn bound(&mut self) {
        while self.papers.len() > PAPERS_MAX || self.bytes > PAGES_BYTES_MAX {
            let oldest = self.papers.iter().min_by_key(|(_, drawn)| drawn.used).map(|(key, _)| key.clone());
            let Some(oldest) = oldest else { return };
            self.forget(&oldest);
        }
    }
}

/// Names everything that is printed but when it was made and up to which record.
fn tag(paper: &Paper) -> Result<String, Problem> {
    let heading = Heading { as_of: String::new(), seq: 0, ..paper.heading.clone() };
    let figures =
        serde_json::to_vec(&(&heading, &paper.pages, paper.locale, paper.format)).map_err(Problem::internal)?;
    let digits: String = Sha256::digest(figures).iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(digits[..TAG_DIGITS].to_owned())
}
