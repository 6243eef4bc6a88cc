//! Access decisions as tables: requirements, caller, decision.

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
fn missing_scopes_are_all_named_in_one_decision() {
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
fn one_scope_of_each_group_is_enough() {
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
fn missing_role_hides_the_item_and_its_scopes() {
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
    assert_eq!(decide(&shown, Some(&caller(&[], &[])), &flat), Decision::Deny("missing role"));
}

#[test]
fn public_wins_and_the_default_needs_a_caller() {
    let flat = ScopeHierarchy::default();
    assert_eq!(decide(&Access::new().scopes(["a"]).roles(["b"]).public(), None, &flat), Decision::Allow);
    assert_eq!(decide(&Access::new(), None, &flat), login(""));
    assert_eq!(decide(&Access::new(), Some(&caller(&[], &[])), &flat), Decision::Allow);
}

#[test]
fn malformed_scope_denies_every_caller() {
    let access = Access::new().scopes(["two words"]);
    assert_eq!(access.malformed_scopes().collect::<Vec<_>>(), ["two words"]);
    assert!(access.is_restricted());
    assert!(matches!(
        decide(&access, Some(&caller(&["two", "words"], &[])), &ScopeHierarchy::default()),
        Decision::Deny(_)
    ));
}

#[test]
fn listing_depends_on_missing_scopes_and_roles() {
    let flat = ScopeHierarchy::default();
    let scoped = Access::new().scopes(["a"]);
    let gated = Access::new().roles(["admin"]);
    let (low, high) = (caller(&[], &[]), caller(&["a"], &["admin"]));
    for (access, listing, anonymous_sees, low_sees, high_sees) in [
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
        let sees = |caller: Option<&Principal>| listed(&access, &decide(&access, caller, &flat));
        assert_eq!(
            (sees(None), sees(Some(&low)), sees(Some(&high))),
            (anonymous_sees, low_sees, high_sees),
            "{access:?}"
        );
    }
}

#[test]
fn item_adds_to_its_controller() {
    let controller = Access::new().scopes(["greet"]).any_roles(["eu", "us"]).listing(Listing::WhenAllowed);
    let item = Access::new().scopes(["greet:loud"]).within(&controller);
    let expected = Access::new().scopes(["greet", "greet:loud"]).any_roles(["eu", "us"]).listing(Listing::WhenAllowed);
    assert_eq!(item, expected);
    assert!(Access::new().public().within(&controller).is_public());
    assert!(Access::new().within(&Access::new().public()).is_public());
    assert!(!Access::new().scopes(["a"]).within(&Access::new().public()).is_public());
}
