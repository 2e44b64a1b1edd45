use super::*;
use crate::model::{DossierEvent, DossierKey, Field, Instant, Status, Text};

/// A payload as the first release wrote it. It must read the same for ever: never edit it.
const FIRST_RELEASE: &[u8] = b"\x01{\"type\":\"dossier\",\"source\":\"motcua\",\"id\":\"a\",\"unit\":\"148\",\
    \"at\":1722474000000,\"status\":\"accepted\",\"due_at\":null,\"digitised\":true}";

fn event() -> Record {
    let key = DossierKey { source: Text::new("motcua"), id: Text::new("a") };
    Record::Dossier(Box::new(DossierEvent {
        status: Some(Status::Accepted),
        due_at: Field::Null,
        digitised: Field::Value(true),
        ..DossierEvent::new(key, Text::new("148"), Instant(1_722_474_000_000))
    }))
}

#[test]
fn i4_what_the_first_release_wrote_stays_decodable() {
    assert_eq!(decode(FIRST_RELEASE).unwrap(), event());
    assert_eq!(encode(&event()), FIRST_RELEASE);
}

#[test]
fn i4_a_later_version_is_named_and_not_guessed_at() {
    assert!(matches!(decode(b"\x02{}"), Err(DecodeError::Version(2))));
    assert!(matches!(decode(b""), Err(DecodeError::Empty)));
}
