//! Pages of lists, and the cursors between them.
//!
//! A cursor contains the position at which a page ended. It is sealed for its list and, where
//! callers see different lists, for its caller. A client can neither read nor forge a cursor, nor
//! use that of another caller.

use bytes::Bytes;

use super::{ResponseWriter, start, write, write_lifetime};
use crate::{
    auth::Principal,
    engine::{caching::Lifetime, inbound::Request},
    protocol::{ErrorObject, ProtocolVersion, RequestId},
    registry::{ItemList, Mark},
    seal::{SealError, binding},
};

/// Size of the position in a cursor, which precedes the key.
const POSITION: usize = size_of::<u64>();

impl ResponseWriter {
    /// Writes the page of a list that a request asks for. Fails if the cursor of the request is
    /// invalid, or a new one cannot be created.
    pub(in crate::engine) fn list(
        &self,
        request: &Request<'_>,
        listing: &ItemList,
        principal: Option<&Principal>,
    ) -> Result<Bytes, ErrorObject> {
        let binding = || self.cursor_binding(listing, principal);
        let cursor = request.params.cursor.text("cursor");
        let after = cursor.and_then(|cursor| cursor.map(|cursor| self.open_cursor(&cursor, &binding())).transpose());
        let after = after?;
        let page = listing.page(request.version, principal, after.as_ref(), |page| {
            let next = page.end.as_ref().map(|end| {
                if let Some(cursor) = page.cursor.get() {
                    return Ok(cursor.clone());
                }
                let cursor = self.seal_cursor(end, &binding())?;
                // A cursor that is bound to its caller is not shared.
                Ok(if listing.varies() { cursor } else { page.cursor.get_or_init(|| cursor).clone() })
            });
            let next = next.transpose()?;
            let settings = &self.settings;
            let lifetime = settings.caching.list(listing.kind(), !listing.varies() && !settings.requires_token());
            Ok(self.page(request.version, request.id, &page.member, next.as_deref(), lifetime))
        });
        page.map_err(|_: SealError| {
            tracing::error!("a cursor could not be created: the system has no randomness");
            ErrorObject::internal("the cursor could not be created")
        })
    }

    /// Writes a page. `member` contains its items, such as `"tools":[…]`.
    pub(super) fn page(
        &self,
        version: ProtocolVersion,
        id: &RequestId,
        member: &[u8],
        next: Option<&str>,
        lifetime: Lifetime,
    ) -> Bytes {
        let capacity = member.len() + self.server_info.len() + next.map_or(0, str::len) + 140;
        let mut out = start(id, capacity);
        out.push(b'{');
        out.extend_from_slice(member);
        if let Some(cursor) = next {
            out.extend_from_slice(b",\"nextCursor\":");
            write(&mut out, cursor);
        }
        write_lifetime(&mut out, version, lifetime);
        self.finish(out, version, None)
    }

    /// Returns the binding of a cursor: the server, the list, and the caller where lists differ.
    fn cursor_binding(&self, listing: &ItemList, principal: Option<&Principal>) -> Vec<u8> {
        let caller = listing.varies().then(|| principal.map(Principal::binding));
        binding(&[
            b"cursor",
            self.settings.implementation.name.as_bytes(),
            listing.kind().as_str().as_bytes(),
            &serde_json::to_vec(&caller).unwrap_or_default(),
        ])
    }

    fn seal_cursor(&self, end: &Mark, binding: &[u8]) -> Result<Box<str>, SealError> {
        let text = [&end.position.to_be_bytes(), end.key.as_bytes()].concat();
        self.settings.keys.seal(&self.settings.random, &text, binding).map(String::into_boxed_str)
    }

    fn open_cursor(&self, cursor: &str, binding: &[u8]) -> Result<Mark, ErrorObject> {
        let invalid = || {
            ErrorObject::invalid_params(
                "invalid `params.cursor`: expected a cursor of this list for this caller. Begin again without a cursor",
            )
        };
        let (_, text) = self.settings.keys.open(cursor, binding).map_err(|_| invalid())?;
        let (position, key) = text.split_first_chunk::<POSITION>().ok_or_else(invalid)?;
        let key = std::str::from_utf8(key).map_err(|_| invalid())?;
        Ok(Mark { position: u64::from_be_bytes(*position), key: key.into() })
    }
}
