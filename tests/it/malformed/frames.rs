//! WebSocket frames that no screen would send, byte by byte.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

const MASK: [u8; 4] = [0x12, 0x34, 0x56, 0x78];

/// A handshake as any screen makes it.
pub fn handshake(address: &str) -> Vec<u8> {
    format!(
        "GET /api/v1/live HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    .into_bytes()
}

fn payload() -> impl Strategy<Value = Vec<u8>> {
    let texts = [
        r#"{"op":"subscribe","board":"province","unit":"17"}"#,
        r#"{"op":"unsubscribe","board":"province","unit":"17"}"#,
        r#"{"op":"subscribe","board":"province","unit":"nowhere"}"#,
        r#"{"op":"subscribe","board":"\u0000","unit":"\ud800"}"#,
        r#"{"op":"subscribe","board":"province","unit":17}"#,
        r#"{"op":"subscribe"}"#,
        r#"{"op":"pong"}"#,
        r#"{"op":"pong","op":"subscribe"}"#,
        r#"{"op":["#,
        r#"[]"#,
        "null",
        "",
        "\u{3}\u{e8}goodbye",
    ];
    prop_oneof![
        8 => select(texts.to_vec()).prop_map(|text| text.as_bytes().to_vec()),
        2 => vec(any::<u8>(), 0..200),
        1 => (4_090..4_100usize).prop_map(|bytes| vec![b'x'; bytes]),
        1 => (1..5_000usize).prop_map(|depth| b"[".repeat(depth)),
        1 => (60_000..80_000usize).prop_map(|bytes| vec![b' '; bytes]),
    ]
}

/// One frame: mostly whole text, masked; at times anything else.
fn frame() -> impl Strategy<Value = Vec<u8>> {
    let first = prop_oneof![
        8 => Just(0x81u8),
        1 => select(&[0x01u8, 0x00, 0x80, 0x82, 0x88, 0x89, 0x8a, 0x09][..]),
        1 => any::<u8>(),
    ];
    // The length in its shortest form, a longer one, or a lie.
    let form = prop_oneof![10 => Just(0u8), 1 => Just(1u8), 1 => Just(2u8), 1 => Just(3u8)];
    (first, payload(), proptest::bool::weighted(0.95), form).prop_map(|(first, payload, is_masked, form)| {
        let mut frame = vec![first];
        let mask = if is_masked { 0x80 } else { 0 };
        let length = payload.len();
        match (form, u8::try_from(length), u16::try_from(length)) {
            (0, Ok(short @ 0..126), _) => frame.push(mask | short),
            (0 | 1, _, Ok(medium)) => {
                frame.push(mask | 126);
                frame.extend(medium.to_be_bytes());
            }
            (3, ..) => {
                frame.push(mask | 127);
                frame.extend((u64::MAX - 7).to_be_bytes());
            }
            _ => {
                frame.push(mask | 127);
                frame.extend((length as u64).to_be_bytes());
            }
        }
        if is_masked {
            frame.extend(MASK);
            frame.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
        } else {
            frame.extend(payload);
        }
        frame
    })
}

/// What one connection sends: a few frames, or a flood of them.
pub fn frames() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![9 => vec(frame(), 1..12), 1 => vec(frame(), 100..300)].prop_map(|frames| frames.concat())
}
