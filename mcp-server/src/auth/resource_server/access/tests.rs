//! The table of access: who, what, and what follows.

use super::*;

fn caller(scopes: &[&str], roles: &[&str]) -> Principal {
    Principal::builder("https://idp", "ada").scopes(scopes).roles(roles.iter().copied()).build()
}

fn need(scopes: &str) -> Decision {
    Decision::NeedScopes(ScopeSet::parse(scopes))
}

fn login(scopes: &str) -> Decision {
    Decision::NeedLogin(ScopeSet::parse(scopes))
}

#[test]
fn scopes_are_all_needed_and_named_in_one_challenge() {
    let access = Access::new().scopes(["n:write", "n:read"]);
    let flat = ScopeHierarchy::default();
    let steps = ScopeHierarchy::default().implies("n:admin", ["n:write"]).implies("n:write", ["n:read"]);
    for (scopes, hierarchy, expected) in [
        (&["n:write", "n:read"][..], &flat, Decision::Allow),
        (&["n:write"], &flat, need("n:read n:write")),
        (&["n:write"], &steps, Decision::Allow),
        (&["n:admin"], &steps, Decision::Allow),
        (&["n:admin"], &flat, need("n:read n:write")),
        (&["n:writex", "N:WRITE"], &steps, need("n:read n:write")),
        (&[], &steps, need("n:read n:write")),
    ] {
        assert_eq!(decide(&access, Some(&caller(scopes, &[])), hierarchy), expected, "{scopes:?}");
    }
    assert_eq!(decide(&access, None, &flat), login("n:read n:write"));
}

#[test]
fn one_of_each_group_is_enough() {
    let access = Access::new().any_scopes(["a", "b"]).any_scopes(["x", "y"]).scopes(["base"]);
    let flat = ScopeHierarchy::default();
    for (scopes, expected) in [
        (&["base", "b", "x"][..], Decision::Allow),
        (&["base", "b"], need("base x")),
        (&["base"], need("a base x")),
        (&["a", "x"], need("base")),
    ] {
        assert_eq!(decide(&access, Some(&caller(scopes, &[])), &flat), expected, "{scopes:?}");
    }
}

#[test]
fn a_missing_role_hides_and_asks_for_no_scope() {
    let flat = ScopeHierarchy::default();
    let both = Access::new().roles(["editor"]).any_roles(["eu", "us"]).scopes(["n:write"]);
    for (roles, scopes, expected) in [
        (&["editor", "us"][..], &["n:write"][..], Decision::Allow),
        (&["editor", "us"], &[], need("n:write")),
        (&["editor"], &["n:write"], Decision::Hide),
        (&["us"], &["n:write"], Decision::Hide),
        (&["Editor", "us"], &["n:write"], Decision::Hide),
    ] {
        assert_eq!(decide(&both, Some(&caller(scopes, roles)), &flat), expected, "{roles:?} {scopes:?}");
    }
    assert_eq!(decide(&both, None, &flat), login(""));
    let shown = both.clone().listing(Listing::Always);
    assert_eq!(decide(&shown, Some(&caller(&[], &[])), &flat), Decision::Deny("a role is missing"));
}

#[test]
fn public_wins_and_the_default_asks_for_a_caller() {
    let flat = ScopeHierarchy::default();
    assert_eq!(decide(&Access::new().scopes(["a"]).roles(["b"]).public(), None, &flat), Decision::Allow);
    assert_eq!(decide(&Access::new(), None, &flat), login(""));
    assert_eq!(decide(&Access::new(), Some(&caller(&[], &[])), &flat), Decision::Allow);
}

#[test]
fn a_malformed_scope_closes_the_item() {
    let access = Access::new().scopes(["two words"]);
    assert_eq!(access.malformed_scopes().collect::<Vec<_>>(), ["two words"]);
    assert!(access.is_restricted());
    assert!(matches!(
        decide(&access, Some(&caller(&["two", "words"], &[])), &ScopeHierarchy::default()),
        Decision::Deny(_)
    ));
}

#[test]
fn lists_show_what_can_be_asked_for() {
    let flat = ScopeHierarchy::default();
    let scoped = Access::new().scopes(["a"]);
    let gated = Access::new().roles(["admin"]);
    let (low, high) = (caller(&[], &[]), caller(&["a"], &["admin"]));
    for (access, listing, nobody, low_sees, high_sees) in [
        (&scoped, Listing::Auto, true, true, true),
        (&scoped, Listing::WhenAllowed, false, false, true),
        (&scoped, Listing::Never, false, false, false),
        (&scoped, Listing::Always, true, true, true),
        (&gated, Listing::Auto, false, false, true),
        (&gated, Listing::WhenAllowed, false, false, true),
        (&gated, Listing::Never, false, false, false),
        (&gated, Listing::Always, true, true, true),
    ] {
        let access = access.clone().listing(listing);
        let sees = |who: Option<&Principal>| listed(&access, &decide(&access, who, &flat));
        assert_eq!((sees(None), sees(Some(&low)), sees(Some(&high))), (nobody, low_sees, high_sees), "{access:?}");
    }
}

#[test]
fn an_item_adds_to_its_controller() {
    let controller = Access::new().scopes(["greet"]).any_roles(["eu", "us"]).listing(Listing::WhenAllowed);
    let item = Access::new().scopes(["greet:loud"]).within(&controller);
    let expected = Access::new().scopes(["greet", "greet:loud"]).any_roles(["eu", "us"]).listing(Listing::WhenAllowed);
    assert_eq!(item, expected);
    assert!(Access::new().public().within(&controller).is_public());
    assert!(Access::new().within(&Access::new().public()).is_public());
    assert!(!Access::new().scopes(["a"]).within(&Access::new().public()).is_public());
}
