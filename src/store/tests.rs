use super::error::code_of;
use super::{Fault, StoreError};

fn refused(message: &str) -> StoreError {
    clickhouse::error::Error::BadResponse(message.to_owned()).into()
}

#[test]
fn code_is_the_first_number_behind_its_mark() {
    assert_eq!(code_of("Code: 73. DB::Exception: Code: 74. DB::Exception: no"), Some(73));
    assert_eq!(code_of("Code: 60"), Some(60));
    assert_eq!(code_of("Cannot run a query while a streaming insert is active"), None);
    assert_eq!(code_of("Code: x"), None);
    assert_eq!(code_of("<html>502 Bad Gateway, last error Code: 117</html>"), None, "somebody else's words");
}

#[test]
fn s5_only_listed_codes_are_permanent() {
    assert!(refused("Code: 117. DB::Exception: Incorrect data").is_permanent());
    assert!(!refused("Code: 241. DB::Exception: Memory limit").is_permanent());
    assert!(!refused("Code: 33. DB::Exception: Cannot read all data").is_permanent());
    assert!(!refused("Code: 53. DB::Exception: Type mismatch").is_permanent(), "columns, not values");
    assert!(!refused("no code at all").is_permanent());
    assert!(!StoreError::from(clickhouse::error::Error::TimedOut).is_permanent());
    assert!(!StoreError::from(clickhouse::error::Error::SchemaMismatch("x".to_owned())).is_permanent());
}

#[test]
fn s2_every_passing_trouble_is_retried_and_said_in_words() {
    for (message, words) in [
        ("Code: 243. DB::Exception: Cannot reserve 1.00 MiB", "no room on its disk"),
        ("Code: 241. DB::Exception: Memory limit", "out of memory"),
        ("Code: 252. DB::Exception: Too many parts", "unmerged parts"),
        ("Code: 242. DB::Exception: Table is in readonly mode", "read-only"),
        ("Code: 516. DB::Exception: default: Authentication failed", "user, password"),
        ("Code: 60. DB::Exception: Table opcentre.records does not exist", "restore them"),
        ("Code: 12345. DB::Exception: of tomorrow", "code 12345"),
        ("<html>502 Bad Gateway</html>", "in ClickHouse's place"),
    ] {
        let error = refused(message);
        assert!(!error.is_permanent() && error.advice().contains(words), "{message}: {}", error.advice());
        assert!(!error.advice().contains("DB::Exception"), "its own words stay in the log");
    }
    let slow = StoreError::TimedOut(std::time::Duration::from_secs(120));
    assert!(slow.advice().contains("within 120 s"), "{}", slow.advice());
    assert_eq!((slow.fault(), refused("Code: 241").fault()), (Fault::TooMuch, Fault::TooMuch));
    assert_eq!(refused("Code: 252").fault(), Fault::Passing, "more and smaller inserts would make it worse");
}
