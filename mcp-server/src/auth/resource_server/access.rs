//! Who may use one tool, resource or prompt, and who sees it in a list. Pure: everything it decides on is handed in.

use crate::auth::{
    hierarchy::ScopeHierarchy,
    principal::Principal,
    scope::{Scope, ScopeSet},
};

/// What an item asks of its callers, beyond what the server asks of everyone. The default asks for a caller, any caller.
///
/// Kinds are joined by *and*: `scopes` and `roles` must all hold, of each group of `any_scopes` and `any_roles` one.
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

/// Whether an item shows up in `tools/list` and its kin for someone who may not use it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Listing {
    /// Listed, unless a role is missing. A missing *scope* does not hide: a client that never sees the item could not ask for
    /// the scope either. The default.
    #[default]
    Auto,
    /// Listed for everyone who may list at all.
    Always,
    /// Listed for those who may use it.
    WhenAllowed,
    /// Never listed; usable by those who know its name.
    Never,
}

impl Access {
    /// Asks for nothing but a caller.
    pub fn new() -> Self {
        Self::default()
    }

    /// All of these scopes are needed. May be called again to add some.
    #[must_use]
    pub fn scopes<T: AsRef<str>>(mut self, scopes: impl IntoIterator<Item = T>) -> Self {
        let scopes = self.only_well_formed(scopes);
        self.scopes = self.scopes.union(&scopes.iter().map(Scope::as_str).collect());
        self
    }

    /// One of these scopes is needed. Called again, it adds a second group of which one is needed as well. A challenge names the
    /// first of a group.
    #[must_use]
    pub fn any_scopes<T: AsRef<str>>(mut self, scopes: impl IntoIterator<Item = T>) -> Self {
        let scopes = self.only_well_formed(scopes);
        if !scopes.is_empty() {
            self.any_scopes.push(scopes);
        }
        self
    }

    /// All of these roles are needed. May be called again to add some.
    #[must_use]
    pub fn roles<T: Into<Box<str>>>(mut self, roles: impl IntoIterator<Item = T>) -> Self {
        self.roles.extend(roles.into_iter().map(Into::into));
        self
    }

    /// One of these roles is needed. Called again, it adds a second group of which one is needed as well.
    #[must_use]
    pub fn any_roles<T: Into<Box<str>>>(mut self, roles: impl IntoIterator<Item = T>) -> Self {
        let roles: Vec<Box<str>> = roles.into_iter().map(Into::into).collect();
        if !roles.is_empty() {
            self.any_roles.push(roles);
        }
        self
    }

    /// Anyone may use it, also without a token where [`Anonymous::PublicOnly`](super::Anonymous::PublicOnly) lets them in. Wins
    /// over scopes and roles.
    #[must_use]
    pub fn public(mut self) -> Self {
        self.public = true;
        self
    }

    /// Who sees it in a list.
    #[must_use]
    pub fn listing(mut self, listing: Listing) -> Self {
        self.listing = listing;
        self
    }

    /// What an item of a controller asks: what `self`, the item, asks and what the controller asks. A word of the item on being
    /// public or on its listing wins.
    #[must_use]
    pub fn within(mut self, controller: &Self) -> Self {
        if self.listing == Listing::default() {
            self.listing = controller.listing;
        }
        // A public controller makes those items public that ask for nothing themselves.
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

    /// Whether anyone may use it.
    pub fn is_public(&self) -> bool {
        self.public
    }

    /// Whether it asks for scopes or roles.
    pub fn is_restricted(&self) -> bool {
        !(self.scopes.is_empty() && self.any_scopes.is_empty() && self.malformed.is_empty()) || self.is_gated_by_role()
    }

    /// Whether there are callers, of those who may list at all, for whom it is not in the list.
    pub(crate) fn hides_from_some(&self) -> bool {
        match self.listing {
            Listing::Always => false,
            Listing::Never => true,
            Listing::WhenAllowed => !self.public || self.is_restricted(),
            Listing::Auto => !self.public && self.is_gated_by_role(),
        }
    }

    /// Words given as scopes that are none (RFC 6749 §3.3). An item with such a word is closed to everyone; report it at start.
    pub fn malformed_scopes(&self) -> impl Iterator<Item = &str> {
        self.malformed.iter().map(AsRef::as_ref)
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

    /// Every scope that is needed, with the first alternative of each group that `is_met` does not know to be met.
    fn needed_scopes(&self, is_met: impl Fn(&[Scope]) -> bool) -> ScopeSet {
        let first = self.any_scopes.iter().filter(|group| !is_met(group)).filter_map(|group| group.first());
        self.scopes.union(&first.map(Scope::as_str).collect())
    }
}

/// What follows for one caller and one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Go on.
    Allow,
    /// The caller is unknown: 401, with these scopes in the challenge beside those everyone needs. A name that does not exist
    /// must be answered in the same way, or names can be probed.
    NeedLogin(ScopeSet),
    /// The token grants too little: 403 with all of these in one challenge.
    NeedScopes(ScopeSet),
    /// The caller may know the item and not use it; the text says why.
    Deny(&'static str),
    /// Answer exactly as for a name that does not exist.
    Hide,
}

/// Decides on one call. To be asked only where authorization is configured: without it nobody has a principal.
pub fn decide(access: &Access, principal: Option<&Principal>, hierarchy: &ScopeHierarchy) -> Decision {
    if access.public {
        return Decision::Allow;
    }
    let Some(principal) = principal else {
        // The scopes of an item that is hidden from most would tell that it exists.
        let scopes = if access.is_gated_by_role() { ScopeSet::default() } else { access.needed_scopes(|_| false) };
        return Decision::NeedLogin(scopes);
    };
    if !access.malformed.is_empty() {
        return Decision::Deny("nobody can hold a scope that this needs");
    }
    if !has_roles(access, principal) {
        return if access.listing == Listing::Always { Decision::Deny("a role is missing") } else { Decision::Hide };
    }
    let granted = principal.scopes();
    let is_met = |group: &[Scope]| group.iter().any(|scope| hierarchy.satisfies(granted, scope.as_str()));
    if hierarchy.satisfies_all(granted, &access.scopes) && access.any_scopes.iter().all(|group| is_met(group)) {
        return Decision::Allow;
    }
    Decision::NeedScopes(access.needed_scopes(is_met))
}

/// Whether the item is listed for the caller about whom `decision` was made.
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
