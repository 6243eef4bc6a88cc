//! `Holder`: the party that shared resources are charged to.

use std::{
    hash::{BuildHasher as _, RandomState},
    net::{IpAddr, Ipv6Addr},
    sync::LazyLock,
};

/// The party that shared resources are charged to.
///
/// A principal is a holder by issuer and subject, however many clients act for it. A client that
/// acts for itself differs from a user whose subject is the id of that client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Holder {
    /// A principal, by a keyed digest of its identity: keys have one size, and a lookup needs no
    /// allocation.
    Principal([u64; 2]),
    /// All anonymous callers together.
    Anonymous,
    /// Anonymous callers of one address.
    Address(IpAddr),
}

/// Returns the part of an address that one client cannot change: an IPv4 address, or the first 64
/// bits of an IPv6 address.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
    }
}

impl Holder {
    /// Returns the holder of anonymous callers with that address.
    pub(crate) fn address(address: IpAddr) -> Self {
        Self::Address(network(address))
    }

    /// Returns the principal with that issuer and subject.
    pub(crate) fn principal(issuer: &str, subject: &str, is_client: bool) -> Self {
        // Two keys: 128 bits that no client can compute, so that digests do not collide.
        static KEYS: LazyLock<[RandomState; 2]> = LazyLock::new(|| [RandomState::new(), RandomState::new()]);
        Self::Principal(KEYS.each_ref().map(|key| key.hash_one((issuer, subject, is_client))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_network_are_one_holder() {
        let holder = |address: &str| Holder::address(address.parse().unwrap());
        for (one, other, equal) in [
            ("192.0.2.1", "192.0.2.1", true),
            ("192.0.2.1", "192.0.2.2", false),
            ("192.0.2.1", "::ffff:192.0.2.1", true),
            ("::ffff:192.0.2.1", "::ffff:192.0.2.2", false),
            ("2001:db8:0:1::1", "2001:db8:0:1:ffff:ffff:ffff:ffff", true),
            ("2001:db8:0:1::1", "2001:db8:0:2::1", false),
        ] {
            assert_eq!(holder(one) == holder(other), equal, "{one} {other}");
        }
    }

    #[test]
    fn holders_differ_by_issuer_subject_and_kind() {
        let ada = Holder::principal("https://idp", "ada", false);
        assert_eq!(ada, Holder::principal("https://idp", "ada", false));
        for other in [
            Holder::principal("https://other", "ada", false),
            Holder::principal("https://idp", "bob", false),
            Holder::principal("https://idp", "ada", true),
            Holder::principal("https://idpa", "da", false),
            Holder::Anonymous,
        ] {
            assert_ne!(ada, other);
        }
    }
}
