//! Pages of lists, and the cursors that lead from one to the next.
//!
//! A cursor says where a page ended. It is sealed, under the list it belongs to and, where callers see different lists, under the
//! caller: a client can neither read nor make one, nor use that of somebody else.

use bytes::Bytes;

use super::{Engine, Request, error_bytes};
use crate::{
    auth::Principal,
    protocol::ErrorObject,
    registry::{Listing, Mark},
    seal::{Unsealable, binding},
};

/// Bytes of a position, which stand in front of the key.
const POSITION: usize = size_of::<u64>();

impl Engine {
    /// The page of a list that a request asks for.
    pub(super) fn list(&self, request: &Request<'_>, listing: &Listing, principal: Option<&Principal>) -> Bytes {
        let belongs_to = || self.cursor_belongs_to(listing, principal);
        let cursor = request.params.cursor.text("cursor");
        let after = cursor.and_then(|cursor| cursor.map(|cursor| self.open_cursor(&cursor, &belongs_to())).transpose());
        let after = match after {
            Ok(after) => after,
            Err(error) => return error_bytes(Some(request.id), &error),
        };
        let written = listing.page(request.version, principal, after.as_ref(), |page| {
            let next = page.end.as_ref().map(|end| {
                if let Some(cursor) = page.cursor.get() {
                    return Ok(cursor.clone());
                }
                let cursor = self.seal_cursor(end, &belongs_to())?;
                // That of a caller is nobody else's.
                Ok(if listing.varies() { cursor } else { page.cursor.get_or_init(|| cursor).clone() })
            });
            let next = next.transpose()?;
            let lifetime = self.lifetime(listing);
            Ok(self.answers.list(request.version, request.id, &page.member, next.as_deref(), lifetime))
        });
        written.unwrap_or_else(|_: Unsealable| {
            error_bytes(Some(request.id), &ErrorObject::internal("no cursor could be made"))
        })
    }

    /// What a cursor is sealed under: this server, the list, and the caller where callers see different lists.
    fn cursor_belongs_to(&self, listing: &Listing, principal: Option<&Principal>) -> Vec<u8> {
        let caller = listing.varies().then(|| principal.map(Principal::binding));
        binding(&[
            b"cursor",
            self.settings.implementation.name.as_bytes(),
            listing.kind().as_str().as_bytes(),
            &serde_json::to_vec(&caller).unwrap_or_default(),
        ])
    }

    fn seal_cursor(&self, end: &Mark, belongs_to: &[u8]) -> Result<Box<str>, Unsealable> {
        let text = [&end.position.to_be_bytes(), end.key.as_bytes()].concat();
        self.settings.keys.seal(&text, belongs_to).map(String::into_boxed_str)
    }

    fn open_cursor(&self, cursor: &str, belongs_to: &[u8]) -> Result<Mark, ErrorObject> {
        let refused = || {
            ErrorObject::invalid_params(
                "`params.cursor` is not one of this list for this caller: begin again without a cursor",
            )
        };
        let (_, text) = self.settings.keys.open(cursor, belongs_to).map_err(|_| refused())?;
        let (position, key) = text.split_first_chunk::<POSITION>().ok_or_else(refused)?;
        let key = std::str::from_utf8(key).map_err(|_| refused())?;
        Ok(Mark { position: u64::from_be_bytes(*position), key: key.into() })
    }
}
