//! Mappings and tables: any mapping that is taken turns any table into lines that ingest can judge.
#![no_main]

use libfuzzer_sys::fuzz_target;
use opcentre::ingest::mapping::Mapping;
use opcentre::ingest::table::Table;
use opcentre::ingest::{Context, Limits, read_batch};
use opcentre::model::{Instant, Zone};

const USUAL: &str = include_str!("../../fixtures/boston311.toml");
const NOW: Instant = Instant(1_722_560_000_000);
const NAMES: [&str; 4] = ["a.csv", "a.tsv", "a.ndjson", "a.csv.gz"];

fuzz_target!(|data: &[u8]| {
    let Some((&choice, rest)) = data.split_first() else { return };
    let zone = Zone::named("Asia/Ho_Chi_Minh").expect("a zone");
    let (mapping, table) = match rest.iter().position(|byte| *byte == 0) {
        Some(end) => (String::from_utf8_lossy(&rest[..end]).into_owned(), &rest[end + 1..]),
        None => (USUAL.to_owned(), rest),
    };
    let Ok(mapping) = Mapping::parse(&mapping, &zone) else { return };
    let input = std::io::Cursor::new(table.to_vec());
    let Ok(mut table) = Table::open(NAMES[usize::from(choice & 3)], input, &mapping) else { return };
    let context = Context { source: mapping.source().clone(), now: NOW, zone, limits: Limits::default() };
    let mut last_line = 0;
    while let Ok(Some(row)) = table.next_row() {
        assert!(row.line > last_line, "a row's line is behind the one before");
        last_line = row.line;
        let Ok(cells) = row.cells else { continue };
        assert_eq!(cells.len(), mapping.columns().len());
        if let Ok(line) = mapping.line(&cells, NOW) {
            let batch = read_batch(line.as_bytes(), None, None, &context).expect("a line is a body");
            assert_eq!(batch.received, 1, "{line}");
        }
    }
});
