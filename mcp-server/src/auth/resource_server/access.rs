//! Access to one tool, resource or prompt: requirements, and pure decisions for calls and lists.

use crate::auth::{
    principal::Principal,
    scope::{Scope, ScopeHierarchy, ScopeSet},
};

/// Scopes and roles that an item requires, in addition to those that every request to the server
/// requires.
///
/// The default requires an authenticated caller, without scopes or roles. Kinds of requirements are
/// joined by *and*: all `scopes` and `roles`, and one of each group of `any_scopes` and
/// `any_roles`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    scopes: ScopeSet,
    any_scopes: Vec<Vec<Scope>>,
    roles: Vec<Box<str>>,
    any_roles: Vec<Vec<Box<str>>>,
    public: bool,
    listing: Listing,
    malformed: Vec<Box<str>>,
}

/// Visibility of an item in lists such as `tools/list`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Listing {
    /// Listed unless the caller lacks a role. The default.
    ///
    /// A missing *scope* does not hide the item, because a client requests the scopes of items that
    /// it sees.
    #[default]
    Auto,
    /// Listed for every caller.
    Always,
    /// Listed for callers that may use it. For all others the item looks like an unknown one, also
    /// for those that lack a scope.
    WhenAllowed,
    /// Never listed, but callable by name. For callers that may not use it, the item looks like an
    /// unknown one.
    Never,
}

impl Access {
    /// Creates requirements without scopes and roles: any authenticated caller may use the item.
    /// The default.
    pub fn new() -> Self {
        Self::default()
    }

    /// Requires all of these scopes. Repeated calls add up.
    #[must_use]
    pub fn scopes<T: AsRef<str>>(mut self, scopes: impl IntoIterator<Item = T>) -> Self {
        let scopes = self.only_well_formed(scopes);
        self.scopes = self.scopes.union(&scopes.iter().map(Scope::as_str).collect());
        self
    }

    /// Requires at least one of these scopes. After repeated calls, one of each group is required.
    /// An empty group is ignored.
    ///
    /// A challenge names the first scope of a group.
    #[must_use]
    pub fn any_scopes<T: AsRef<str>>(mut self, scopes: impl IntoIterator<Item = T>) -> Self {
        let scopes = self.only_well_formed(scopes);
        if !scopes.is_empty() {
            self.any_scopes.push(scopes);
        }
        self
    }

    /// Requires all of these roles. Repeated calls add up.
    #[must_use]
    pub fn roles<T: Into<Box<str>>>(mut self, roles: impl IntoIterator<Item = T>) -> Self {
        self.roles.extend(roles.into_iter().map(Into::into));
        self
    }

    /// Requires at least one of these roles. After repeated calls, one of each group is required.
    /// An empty group is ignored.
    #[must_use]
    pub fn any_roles<T: Into<Box<str>>>(mut self, roles: impl IntoIterator<Item = T>) -> Self {
        let roles: Vec<Box<str>> = roles.into_iter().map(Into::into).collect();
        if !roles.is_empty() {
            self.any_roles.push(roles);
        }
        self
    }

    /// Admits every caller, and ignores scopes and roles. Callers without a token are admitted only
    /// if the server has [`Anonymous::PublicOnly`](super::Anonymous::PublicOnly).
    #[must_use]
    pub fn public(mut self) -> Self {
        self.public = true;
        self
    }

    /// Sets the visibility in lists. Default: [`Listing::Auto`].
    #[must_use]
    pub fn listing(mut self, listing: Listing) -> Self {
        self.listing = listing;
        self
    }

    /// Adds the requirements of `controller`, a group of items, to those of `self`, an item of the
    /// group.
    ///
    /// The item's own listing wins, and so does [`public`](Self::public). A public controller makes
    /// those items public that have no requirements of their own.
    #[must_use]
    pub fn within(mut self, controller: &Self) -> Self {
        if self.listing == Listing::default() {
            self.listing = controller.listing;
        }
        if controller.public && !self.is_restricted() {
            self.public = true;
        }
        self.scopes = self.scopes.union(&controller.scopes);
        self.any_scopes.extend(controller.any_scopes.iter().cloned());
        self.roles.extend(controller.roles.iter().cloned());
        self.any_roles.extend(controller.any_roles.iter().cloned());
        self.malformed.extend(controller.malformed.iter().cloned());
        self
    }

    /// Returns `true` if every caller is admitted.
    pub fn is_public(&self) -> bool {
        self.public
    }

    /// Returns `true` if scopes or roles are required.
    pub fn is_restricted(&self) -> bool {
        !(self.scopes.is_empty() && self.any_scopes.is_empty() && self.malformed.is_empty()) || self.is_gated_by_role()
    }

    /// Returns `true` if some callers that may list do not see the item.
    pub(crate) fn hides_from_some(&self) -> bool {
        match self.listing {
            Listing::Always => false,
            Listing::Never => true,
            Listing::WhenAllowed => !self.public || self.is_restricted(),
            Listing::Auto => !self.public && self.is_gated_by_role(),
        }
    }

    /// Returns the invalid scopes among those given, which are not `scope-token`s (RFC 6749,
    /// section 3.3).
    ///
    /// An item with such a text admits no caller. `build()` reports it.
    pub fn malformed_scopes(&self) -> impl Iterator<Item = &str> {
        self.malformed.iter().map(AsRef::as_ref)
    }

    /// Returns every scope that the requirements name, alternatives included.
    pub(crate) fn named_scopes(&self) -> impl Iterator<Item = &str> {
        self.scopes.iter().chain(self.any_scopes.iter().flatten().map(Scope::as_str))
    }

    /// Returns `true` if the caller lacks a role that the item requires.
    pub(crate) fn lacks_roles(&self, principal: Option<&Principal>) -> bool {
        !self.public && self.is_gated_by_role() && principal.is_none_or(|principal| !has_roles(self, principal))
    }

    /// Returns the requirements as text for the log.
    pub(crate) fn requirements(&self) -> String {
        let alternatives = |names: Vec<&str>| format!("one of {}", names.join(", "));
        let scopes = self.scopes.iter().map(str::to_owned);
        let scopes =
            scopes.chain(self.any_scopes.iter().map(|group| alternatives(group.iter().map(Scope::as_str).collect())));
        let roles = self.roles.iter().map(ToString::to_string);
        let roles =
            roles.chain(self.any_roles.iter().map(|group| alternatives(group.iter().map(AsRef::as_ref).collect())));
        let listed = |names: Vec<String>| names.join(", ");
        format!("scopes: {}; roles: {}", listed(scopes.collect()), listed(roles.collect()))
    }

    /// Returns `true` if callers that may not use the item do not see it, whatever they lack.
    fn is_hidden(&self) -> bool {
        matches!(self.listing, Listing::Never | Listing::WhenAllowed)
    }

    fn is_gated_by_role(&self) -> bool {
        !(self.roles.is_empty() && self.any_roles.is_empty())
    }

    fn only_well_formed<T: AsRef<str>>(&mut self, scopes: impl IntoIterator<Item = T>) -> Vec<Scope> {
        let mut well_formed = Vec::new();
        for text in scopes {
            match Scope::new(text.as_ref()) {
                Some(scope) => well_formed.push(scope),
                None => self.malformed.push(text.as_ref().into()),
            }
        }
        well_formed
    }

    /// Returns all required scopes, with the first scope of each group that is not met.
    fn needed_scopes(&self, is_met: impl Fn(&[Scope]) -> bool) -> ScopeSet {
        let first = self.any_scopes.iter().filter(|group| !is_met(group)).filter_map(|group| group.first());
        self.scopes.union(&first.map(Scope::as_str).collect())
    }
}

/// Result of [`decide`]: whether a caller may use an item, and what the server answers if not.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Decision {
    /// The call proceeds.
    Allow,
    /// The caller is anonymous: 401, with these scopes in the challenge.
    ///
    /// Unknown names must be answered alike, or names can be probed.
    NeedLogin(ScopeSet),
    /// The token lacks scopes: 403, with all of these in one challenge.
    NeedScopes(ScopeSet),
    /// The caller may not use the item, but may know of it: error code 403. The text is the reason.
    Deny(&'static str),
    /// The item is answered exactly like an unknown name.
    Hide,
}

/// Decides whether `principal` may use an item that requires `access`. `None` stands for an
/// anonymous caller.
///
/// Call it only for a server with authorization: without one, every caller is anonymous, and access
/// is not checked.
pub fn decide(access: &Access, principal: Option<&Principal>, hierarchy: &ScopeHierarchy) -> Decision {
    if access.public {
        return Decision::Allow;
    }
    let Some(principal) = principal else {
        // The scopes of an item that is not listed for anonymous callers would reveal that it
        // exists.
        let is_listed = access.listing == Listing::Always || !access.is_hidden() && !access.is_gated_by_role();
        let scopes = if is_listed { access.needed_scopes(|_| false) } else { ScopeSet::default() };
        return Decision::NeedLogin(scopes);
    };
    if !access.malformed.is_empty() {
        return Decision::Deny("invalid scope in the declaration of this item");
    }
    if !has_roles(access, principal) {
        return if access.listing == Listing::Always { Decision::Deny("missing role") } else { Decision::Hide };
    }
    let granted = principal.scopes();
    let is_met = |group: &[Scope]| group.iter().any(|scope| hierarchy.satisfies(granted, scope.as_str()));
    if hierarchy.satisfies_all(granted, &access.scopes) && access.any_scopes.iter().all(|group| is_met(group)) {
        return Decision::Allow;
    }
    if access.is_hidden() {
        return Decision::Hide;
    }
    Decision::NeedScopes(access.needed_scopes(is_met))
}

/// Returns `true` if an item with this `access` is listed for a caller with this `decision`.
pub fn listed(access: &Access, decision: &Decision) -> bool {
    match access.listing {
        Listing::Always => true,
        Listing::Never => false,
        Listing::WhenAllowed => *decision == Decision::Allow,
        Listing::Auto => match decision {
            Decision::Allow | Decision::NeedScopes(_) | Decision::Deny(_) => true,
            Decision::NeedLogin(_) => !access.is_gated_by_role(),
            Decision::Hide => false,
        },
    }
}

fn has_roles(access: &Access, principal: &Principal) -> bool {
    access.roles.iter().all(|role| principal.has_role(role))
        && access.any_roles.iter().all(|group| group.iter().any(|role| principal.has_role(role)))
}

#[cfg(test)]
mod tests;
