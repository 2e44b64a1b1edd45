//! Bodies of records and of units: whatever comes in, each line is accepted or refused, and what is accepted stays
//! the same when it is kept and when it is sent again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use opcentre::ingest::{Context, Limits, check_source, read_batch, read_units, to_line};
use opcentre::model::codec::{decode, encode};
use opcentre::model::{Instant, Zone};

const TYPES: [Option<&str>; 4] = [None, Some("application/json"), Some("application/x-ndjson"), Some("text/csv")];
const ENCODINGS: [Option<&str>; 4] = [None, Some("gzip"), Some("zstd"), Some("identity")];

fuzz_target!(|data: &[u8]| {
    let Some((&choice, body)) = data.split_first() else { return };
    let context = Context {
        source: check_source("fuzz").expect("a name"),
        now: Instant(1_722_560_000_000),
        zone: Zone::named("Asia/Ho_Chi_Minh").expect("a zone"),
        limits: Limits { body_bytes_max: 1 << 20, rejections_max: 3, ..Limits::default() },
    };
    let content_type = TYPES[usize::from(choice & 3)];
    let encoding = ENCODINGS[usize::from(choice >> 2 & 3)];
    if choice & 16 != 0 {
        // The result doesn't matter, only that there is one.
        drop(read_units(body, content_type, context.now, &context.limits));
        return;
    }
    let Ok(batch) = read_batch(body, content_type, encoding, &context) else { return };
    assert_eq!(batch.received, batch.records.len() + batch.rejected, "I-2");
    assert_eq!(batch.rejections.len(), batch.rejected.min(3), "I-2");
    for record in batch.records {
        assert_eq!(decode(&encode(&record)).expect("I-4: decodable"), record, "I-4");
        if let Some(line) = to_line(&record) {
            let again = read_batch(line.as_bytes(), None, None, &context).expect("a line");
            assert_eq!(again.records, [record], "I-3: {line}");
        }
    }
});
