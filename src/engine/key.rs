//! The secret of an engine's start.

/// What a client has to show. Whoever has it can read and write every file this user can.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(String);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(..)")
    }
}

impl Key {
    /// 256 random bits.
    #[must_use]
    pub fn random() -> Self {
        let mut bytes = [0_u8; 32];
        rand::fill(&mut bytes);
        Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// A key of one's own: at least 16 visible ASCII characters, none for anything else.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        (text.len() >= 16 && text.bytes().all(|byte| byte.is_ascii_graphic())).then(|| Self(text.to_owned()))
    }

    /// The text to give to a client.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Compares in a time that doesn't depend on where the first difference is.
    pub(super) fn is(&self, shown: &[u8]) -> bool {
        let key = self.0.as_bytes();
        key.len() == shown.len() && key.iter().zip(shown).fold(0, |all, (a, b)| all | (a ^ b)) == 0
    }
}
