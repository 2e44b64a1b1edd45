//! Keeps tokens on disk: nothing holds that isn't written down.

use crate::auth::{Token, Tokens};
use crate::facts::{Change, Facts, FactsError, Shelf};
use crate::model::{Instant, Text};

use super::super::error::Problem;

/// Every token, by its id.
const TOKENS: Shelf<Token> = Shelf::new("tokens");
/// When each token was used last, by its id, as milliseconds since 1970.
const TOKEN_USES: Shelf<i64> = Shelf::new("token_uses");

/// The tokens of a data dir. Clones are handles on the same ones.
#[derive(Clone, Debug)]
pub struct TokenKeeper {
    facts: Facts,
    tokens: Tokens,
}

impl TokenKeeper {
    /// Reads what is kept.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn open(facts: Facts) -> Result<TokenKeeper, FactsError> {
        let stored = facts.page(TOKENS, None, usize::MAX)?.into_iter().map(|(_, token)| token);
        let uses = facts.page(TOKEN_USES, None, usize::MAX)?;
        let used = uses.into_iter().map(|(id, at_ms)| (Text::new(&String::from_utf8_lossy(&id)), Instant(at_ms)));
        let tokens = Tokens::new(stored, used);
        Ok(TokenKeeper { facts, tokens })
    }

    /// The list in memory.
    pub fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// Writes tokens down, then lets them hold. Waits for the disk.
    ///
    /// # Errors
    /// When they can't be written: then none holds.
    pub fn put(&self, tokens: &[Token]) -> Result<(), FactsError> {
        let mut change = Change::default();
        for token in tokens {
            change.put(TOKENS, token.id.as_bytes(), token)?;
        }
        self.facts.commit(change)?;
        tokens.iter().for_each(|token| self.tokens.put(token.clone()));
        Ok(())
    }

    /// Takes a token back at a real time; one taken back earlier stays as it is. None when there is none of this id.
    ///
    /// # Errors
    /// When it can't be written: then it still holds.
    pub fn revoke(&self, id: &str, now: Instant) -> Result<Option<Token>, FactsError> {
        let Some(mut token) = self.tokens.get(id) else { return Ok(None) };
        if token.revoked_ms.is_none() {
            token.revoked_ms = Some(now.0);
            self.put(std::slice::from_ref(&token))?;
        }
        Ok(Some(token))
    }

    /// Writes down which tokens were used since the last call. Waits for the disk.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn write_uses(&self) -> Result<(), FactsError> {
        let mut change = Change::default();
        for (id, at) in self.tokens.take_used() {
            change.put(TOKEN_USES, id.as_bytes(), &at.0)?;
        }
        self.facts.commit(change)
    }
}

/// Does what waits for the disk off the runtime's threads.
pub(in crate::http) async fn written<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, FactsError> + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(Problem::internal)?.map_err(Problem::internal)
}
