use super::{KEPT_DAYS, REJECTS_OF_SOURCE_MAX, Reject, Rejects, recheck};
use crate::facts::Facts;
use crate::ingest::{Batch, Context, Limits, read_batch};
use crate::model::{Instant, Text, Zone};

const NOW: Instant = Instant(1_722_560_400_000);
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

fn context(now: Instant) -> Context {
    let zone = Zone::named("Asia/Ho_Chi_Minh").unwrap();
    Context { source: Text::new("s"), now, zone, limits: Limits::default() }
}

fn refused(lines: impl IntoIterator<Item = String>) -> Batch {
    let body = lines.into_iter().collect::<Vec<_>>().join("\n");
    let batch = read_batch(body.as_bytes(), None, None, &context(NOW)).unwrap();
    assert_eq!(batch.rejected, batch.received);
    batch
}

/// An hour ahead of the receiving clock.
fn too_early(id: usize) -> String {
    format!(r#"{{"type":"dossier","id":"d{id}","unit":"17","at":"2024-08-02T09:00:00+07:00","status":"done"}}"#)
}

fn ids(rejects: &[Reject]) -> Vec<u64> {
    rejects.iter().map(|reject| reject.id).collect()
}

#[test]
fn refused_lines_are_listed_by_source_page_by_page_and_over_a_restart() {
    let facts = Facts::in_memory().unwrap();
    let rejects = Rejects::open(facts.clone()).unwrap();
    let (a, b) = (Text::new("a"), Text::new("b"));
    rejects.keep(&refused((0..5).map(too_early)), &a, NOW).unwrap();
    rejects.keep(&refused((0..2).map(too_early)), &b, NOW).unwrap();
    for rejects in [rejects, Rejects::open(facts).unwrap()] {
        assert_eq!(ids(&rejects.list(None, 0, 100, NOW).unwrap()), [1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(ids(&rejects.list(Some(&b), 0, 100, NOW).unwrap()), [6, 7]);
        assert_eq!(ids(&rejects.list(Some(&a), 2, 2, NOW).unwrap()), [3, 4]);
        let one = rejects.get(6, NOW).unwrap().unwrap();
        assert_eq!(
            (one.source, one.code.as_str(), one.pointer.as_str(), one.line),
            (b.clone(), "out_of_range", "/at", 1)
        );
    }
}

#[test]
fn the_same_line_again_is_counted_not_kept_again() {
    let rejects = Rejects::open(Facts::in_memory().unwrap()).unwrap();
    let source = Text::new("s");
    for _ in 0..3 {
        rejects.keep(&refused([too_early(1), too_early(2), too_early(1)]), &source, NOW).unwrap();
    }
    let listed = rejects.list(None, 0, 100, NOW).unwrap();
    assert_eq!(listed.iter().map(|reject| reject.times).collect::<Vec<_>>(), [3, 6]);
}

#[test]
fn p2_refused_lines_are_bounded_in_number_for_each_source_and_in_time() {
    let rejects = Rejects::open(Facts::in_memory().unwrap()).unwrap();
    let (flood, quiet) = (Text::new("flood"), Text::new("quiet"));
    rejects.keep(&refused([too_early(0)]), &quiet, NOW).unwrap();
    for thousand in 0..12 {
        rejects.keep(&refused((0..1_000).map(|id| too_early(thousand * 1_000 + id))), &flood, NOW).unwrap();
    }
    let of_flood = rejects.list(Some(&flood), 0, usize::MAX, NOW).unwrap();
    assert_eq!((of_flood.len(), of_flood[0].id), (REJECTS_OF_SOURCE_MAX, 2 + 2_000), "the newest");
    assert_eq!(rejects.list(Some(&quiet), 0, 10, NOW).unwrap().len(), 1, "another source's are untouched");

    let later = Instant(NOW.0 + (KEPT_DAYS + 1) * DAY_MS);
    assert_eq!(rejects.list(None, 0, 10, later).unwrap(), []);
    assert_eq!(rejects.get(1, later).unwrap(), None);
    rejects.keep(&refused([too_early(7)]), &quiet, later).unwrap();
    assert_eq!(rejects.list(None, 0, 10, NOW).unwrap().len(), 1, "the old ones are gone from the disk as well");
}

#[test]
fn kept_lines_are_checked_again_by_the_clock_and_the_rules_of_today() {
    let rejects = Rejects::open(Facts::in_memory().unwrap()).unwrap();
    let lines = [
        too_early(1),
        r#"{"type":"dossier","id":"d2","unit":"17","at":"2024-08-02T07:00:00+07:00","status":"finished"}"#.to_owned(),
        r#"{"type":"dossier","id":"d3","unit":"17","at":"2024-08-02T07:00:00+07:00","who":"x"}"#.to_owned(),
        r#"{"type":"dossier","id":"d4","#.to_owned(),
        r#"{"type":"dossier","id":"d5","unit":"17","at":"2024-08-02T07:00:00+07:00","status":null}"#.to_owned(),
    ];
    rejects.keep(&refused(lines), &Text::new("s"), NOW).unwrap();
    let listed = rejects.list(None, 0, 10, NOW).unwrap();
    let today = recheck(&listed, &context(NOW));
    assert_eq!((today.records.len(), today.refused, today.incomplete), (0, 2, 3));
    let later = recheck(&listed, &context(Instant(NOW.0 + DAY_MS)));
    assert_eq!((later.records.len(), later.records[0].0, later.refused), (1, 1, 1));
    rejects.remove(&[1]).unwrap();
    assert_eq!(ids(&rejects.list(None, 0, 10, NOW).unwrap()), [2, 3, 4, 5]);
}
