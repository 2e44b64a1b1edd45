//! Addresses of our own pages and answers.

/// Text as part of an address: everything but letters, digits and a few signs is written as `%XX` (RFC 3986, section 2.1).
pub fn in_address(text: &str) -> String {
    let as_is = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if as_is(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
