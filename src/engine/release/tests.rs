use std::fs;

use super::{FILE, LIBRARY_RELEASE, ReleaseError, is_newer, refuse_newer, take_over};

#[test]
fn releases_are_compared_by_numbers() {
    for (written, ours, newer) in [
        ("26.7.3-stable.1", "26.7.3-stable.1", false),
        ("26.10.0-stable.1", "26.7.3-stable.1", true),
        ("26.7.3-stable.2", "26.7.3-stable.1", true),
        ("26.7.3-stable.10", "26.7.3-stable.9", true),
        ("25.12.9-stable.7", "26.7.3-stable.1", false),
        ("26.7.3", "26.7.3-stable.1", false),
        ("tomorrow", "26.7.3-stable.1", true),
        ("", "26.7.3-stable.1", true),
    ] {
        assert_eq!(is_newer(written, ours), newer, "{written} by {ours}");
    }
}

#[test]
fn a_folder_is_taken_over_from_an_older_release_and_never_from_a_newer_one() {
    let dir = tempfile::tempdir().unwrap();
    let mark = dir.path().join(FILE);
    refuse_newer(dir.path()).unwrap();
    assert!(!mark.exists(), "looking changes nothing");
    for before in [None, Some("25.1.2-stable.1"), Some(LIBRARY_RELEASE)] {
        if let Some(before) = before {
            fs::write(&mark, before).unwrap();
        }
        take_over(dir.path()).unwrap();
        assert_eq!(fs::read_to_string(&mark).unwrap().trim(), LIBRARY_RELEASE);
    }
    fs::write(&mark, "99.1.0-stable.1\n").unwrap();
    let error = take_over(dir.path()).unwrap_err();
    assert!(matches!(&error, ReleaseError::Newer { written, .. } if written == "99.1.0-stable.1"));
    assert!(error.to_string().contains("run the newer program"), "{error}");
    assert_eq!(fs::read_to_string(&mark).unwrap(), "99.1.0-stable.1\n", "left as it was");
}
