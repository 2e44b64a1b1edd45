//! The words of windows: what is read names days in order, and is read again from what it prints.
#![no_main]

use libfuzzer_sys::fuzz_target;
use opcentre::kpi::{Window, WindowChoice};
use opcentre::model::Day;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(choice) = text.parse::<WindowChoice>() else { return };
    let printed = choice.to_string();
    assert_eq!(printed.parse::<WindowChoice>().as_ref(), Ok(&choice), "{text} prints as {printed}");
    for today in ["2000-01-01", "2024-02-29", "2024-12-30", "2099-12-31"] {
        let today: Day = today.parse().expect("a day");
        for Window { first, last } in
            [choice.on(today), choice.previous(today), choice.same_period_last_year(today)]
        {
            assert!(first <= last, "{text} on {today}: {first} to {last}");
        }
    }
});
