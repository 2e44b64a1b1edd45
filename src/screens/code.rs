//! The short code that a screen shows and a person types.

use std::fmt;

/// Letters that no one mistakes for others and that make no words (RFC 8628, 6.1).
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
/// How many of them: 20^8 codes, about 34 bits.
const LENGTH: usize = 8;

/// Eight letters, shown as `WDJB-MJHT`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserCode([u8; LENGTH]);

impl UserCode {
    /// The code of a random number.
    pub fn of(random: u64) -> UserCode {
        let mut rest = random;
        UserCode([(); LENGTH].map(|()| {
            let letter = LETTERS[usize::try_from(rest % 20).unwrap_or_default()];
            rest /= 20;
            letter
        }))
    }

    /// A code as somebody typed it: case, spaces and dashes don't matter. None when it can't be one.
    pub fn read(text: &str) -> Option<UserCode> {
        let mut code = [0; LENGTH];
        let mut typed = text.bytes().filter(|byte| !matches!(byte, b' ' | b'-')).map(|byte| byte.to_ascii_uppercase());
        for place in &mut code {
            *place = typed.next().filter(|letter| LETTERS.contains(letter))?;
        }
        typed.next().is_none().then_some(UserCode(code))
    }
}

impl fmt::Display for UserCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letters = String::from_utf8_lossy(&self.0);
        write!(f, "{}-{}", &letters[..LENGTH / 2], &letters[LENGTH / 2..])
    }
}

/// A code lets a screen in, so that it isn't to be found in a log.
impl fmt::Debug for UserCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserCode")
    }
}
