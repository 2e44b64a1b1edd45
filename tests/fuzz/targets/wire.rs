//! What a screen sends over its WebSocket.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(text) = std::str::from_utf8(data) {
        opcentre::http::live::is_client_frame(text);
    }
});
