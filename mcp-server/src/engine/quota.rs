//! How many there may be of something, over all callers and of each one.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use crate::auth::PrincipalBinding;

/// Counts places, and refuses newcomers when there is none left. Nobody is put out for them.
pub(crate) struct Quota {
    most: usize,
    most_per_principal: usize,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    all: usize,
    by_principal: HashMap<PrincipalBinding, usize>,
}

impl Quota {
    pub(crate) fn new(most: usize, most_per_principal: usize) -> Arc<Self> {
        Arc::new(Self { most, most_per_principal, taken: Mutex::default() })
    }

    /// A place for this caller; `None` when there is no room. Callers that nobody knows share the places of all.
    pub(crate) fn enter(self: &Arc<Self>, owner: Option<PrincipalBinding>) -> Option<Place> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.all >= self.most {
            return None;
        }
        if let Some(owner) = &owner {
            // Looked at first: an entry made for who gets no place would stay.
            if taken.by_principal.get(owner).copied().unwrap_or_default() >= self.most_per_principal {
                return None;
            }
            *taken.by_principal.entry(owner.clone()).or_default() += 1;
        }
        taken.all += 1;
        Some(Place { quota: self.clone(), owner })
    }

    /// How many places are taken.
    pub(crate) fn taken(&self) -> usize {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).all
    }
}

/// A place, given up when this is dropped.
pub(crate) struct Place {
    quota: Arc<Quota>,
    owner: Option<PrincipalBinding>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.quota.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.all -= 1;
        if let Some(owner) = &self.owner
            && let Some(theirs) = taken.by_principal.get_mut(owner)
        {
            *theirs -= 1;
            if *theirs == 0 {
                taken.by_principal.remove(owner);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Principal;

    #[test]
    fn a_place_is_free_again_when_it_is_given_up() {
        let quota = Quota::new(2, 1);
        let ada = || Some(Principal::builder("https://issuer", "ada").build().binding());
        let first = quota.enter(ada());
        assert!(first.is_some());
        // Without the room of another, one caller does not get more than its own.
        assert!(quota.enter(ada()).is_none());
        let second = quota.enter(None);
        assert!(second.is_some() && quota.enter(None).is_none());
        drop((first, second));
        assert_eq!(quota.taken(), 0);
        assert!(quota.enter(ada()).is_some());
    }

    #[test]
    fn nothing_is_kept_of_who_gets_no_place() {
        let quota = Quota::new(2, 0);
        let bob = Principal::builder("https://issuer", "bob").build().binding();
        assert!(quota.enter(Some(bob)).is_none());
        assert!(quota.taken.lock().unwrap().by_principal.is_empty());
    }
}
