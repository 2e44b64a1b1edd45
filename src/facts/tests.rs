use super::*;

const A: Shelf<String> = Shelf::new("a");
const B: Shelf<u64> = Shelf::new("b");

fn put_all(facts: &Facts, rows: &[(u64, &str)]) {
    let mut change = Change::default();
    for (number, row) in rows {
        change.put(A, &number_key(*number), &(*row).to_owned()).unwrap();
    }
    facts.commit(change).unwrap();
}

#[test]
fn rows_are_found_and_listed_in_the_order_of_their_keys() {
    let facts = Facts::in_memory().unwrap();
    assert_eq!((facts.get(A, b"x").unwrap(), facts.count(A).unwrap()), (None, 0));
    assert!(facts.page(A, None, 10).unwrap().is_empty());
    put_all(&facts, &[(300, "third"), (2, "first"), (256, "second")]);
    let rows = |after: Option<&[u8]>, max| {
        let page = facts.page(A, after, max).unwrap();
        page.into_iter().map(|(key, row)| (key_number(&key).unwrap(), row)).collect::<Vec<_>>()
    };
    assert_eq!(rows(None, 2), [(2, "first".to_owned()), (256, "second".to_owned())]);
    assert_eq!(rows(Some(&number_key(256)), 2), [(300, "third".to_owned())]);
    assert_eq!(facts.count(A).unwrap(), 3);
}

#[test]
fn a_change_is_made_on_all_shelves_and_outlives_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("facts");
    let facts = Facts::open(&path).unwrap();
    put_all(&facts, &[(1, "gone"), (2, "kept")]);
    let mut change = Change::default();
    change.remove(A, &number_key(1));
    change.remove(A, &number_key(99));
    change.put(B, b"key", &7).unwrap();
    facts.commit(change).unwrap();
    drop(facts);
    let facts = Facts::open(&path).unwrap();
    assert_eq!(facts.get(A, &number_key(1)).unwrap(), None);
    assert_eq!(facts.get(A, &number_key(2)).unwrap().as_deref(), Some("kept"));
    assert_eq!(facts.get(B, b"key").unwrap(), Some(7));
}

#[test]
fn a_store_is_held_by_one_and_a_foreign_row_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("facts");
    let facts = Facts::open(&path).unwrap();
    assert!(matches!(Facts::open(&path), Err(FactsError::Locked { .. })));
    put_all(&facts, &[(1, "text")]);
    let numbers: Shelf<u64> = Shelf::new("a");
    assert!(matches!(facts.get(numbers, &number_key(1)), Err(FactsError::Row { shelf: "a", .. })));
}
