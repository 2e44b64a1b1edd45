use super::StoreError;
use super::error::code_of;

fn refused(message: &str) -> StoreError {
    clickhouse::error::Error::BadResponse(message.to_owned()).into()
}

#[test]
fn code_is_the_first_number_behind_its_mark() {
    assert_eq!(code_of("Code: 73. DB::Exception: Code: 74. DB::Exception: no"), Some(73));
    assert_eq!(code_of("Code: 60"), Some(60));
    assert_eq!(code_of("Cannot run a query while a streaming insert is active"), None);
    assert_eq!(code_of("Code: x"), None);
}

#[test]
fn s5_only_listed_codes_are_permanent() {
    assert!(refused("Code: 117. DB::Exception: Incorrect data").is_permanent());
    assert!(!refused("Code: 241. DB::Exception: Memory limit").is_permanent());
    assert!(!refused("Code: 33. DB::Exception: Cannot read all data").is_permanent());
    assert!(!refused("no code at all").is_permanent());
    assert!(!StoreError::from(clickhouse::error::Error::TimedOut).is_permanent());
    assert!(!StoreError::from(clickhouse::error::Error::SchemaMismatch("x".to_owned())).is_permanent());
}
