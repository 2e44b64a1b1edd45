use std::sync::Arc;

use super::{Quarantine, QuarantineError, file_name};
use crate::journal::RealDisk;
use crate::model::{Instant, Record, Text};
use crate::store::Sequenced;

fn record(seq: u64) -> Sequenced {
    let alias = crate::model::Alias {
        source: Text::new("nguồn"),
        raw: Text::new(&format!("mã \"{seq}\"\n")),
        unit: None,
        at: Instant(1_720_000_000_000),
    };
    Sequenced { seq, received_at: Instant(seq.cast_signed()), record: Record::Alias(alias) }
}

fn load(dir: &std::path::Path) -> Result<Quarantine, QuarantineError> {
    Quarantine::load(Arc::new(RealDisk::open(dir).unwrap()))
}

#[test]
fn s5_what_is_set_aside_is_there_after_a_restart_and_gone_once_released() {
    let dir = tempfile::tempdir().unwrap();
    {
        let mut quarantine = load(dir.path()).unwrap();
        let words = "Code: 117. ".repeat(1_000);
        for seq in [12, 5, 12] {
            quarantine.set_aside(&record(seq), (117, &words), Instant(77)).unwrap();
        }
        assert!(quarantine.contains(5) && !quarantine.contains(6));
    }
    // Cut off in the middle of another one.
    std::fs::write(dir.path().join("next"), "{\"seq\":1").unwrap();
    {
        let mut quarantine = load(dir.path()).unwrap();
        assert_eq!(quarantine.records().cloned().collect::<Vec<_>>(), [record(5), record(12)]);
        let list = quarantine.list();
        assert_eq!(
            list.iter().map(|one| (one.seq, one.code, one.since_ms)).collect::<Vec<_>>(),
            [(5, 117, 77), (12, 117, 77)]
        );
        quarantine.release(5).unwrap();
        quarantine.set_aside(&record(13), (6, "no"), Instant(78)).unwrap();
    }
    let quarantine = load(dir.path()).unwrap();
    assert_eq!(quarantine.records().map(|record| record.seq).collect::<Vec<_>>(), [12, 13]);
}

#[test]
fn s5_a_broken_file_is_no_reason_to_forget_its_record() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join(file_name(3)), "{}").unwrap();
    assert!(matches!(load(dir.path()), Err(QuarantineError::Broken { file, .. }) if file == file_name(3)));
}
