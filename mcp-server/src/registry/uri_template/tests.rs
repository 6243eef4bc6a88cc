//! Templates matched against URIs.

use super::*;

fn values(template: &str, uri: &str) -> Option<Vec<(String, String)>> {
    let template = UriTemplate::parse(template).unwrap();
    template.matches(uri).map(|values| values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

#[test]
fn variable_port_matches_the_default_port() {
    for (template, uri, expected) in [
        ("https://h.example/{x}", "https://h.example:443/a", Some("a")),
        ("https://h.example:{port}/a", "https://h.example:443/a", Some("443")),
        ("https://h.example:{port}/a", "https://h.example/a", Some("443")),
        ("https://h.example:{port}/a", "HTTPS://H.example:0443/b/../a", Some("443")),
        ("https://h.example:{port}/a", "https://h.example:/a", Some("443")),
        ("https://h.example:{port}/a", "https://h.example:8443/a", Some("8443")),
        ("https://h.example:{+port}", "https://h.example/", Some("443")),
        ("https://h.example:4{rest}/", "https://h.example", Some("43")),
        ("http://h.example:{port}/a", "http://h.example/a", Some("80")),
        ("ws://u@h.example:{port}?q", "ws://u@h.example:80?q", Some("80")),
        ("ftp://h.example:{port}/a", "ftp://h.example/a", Some("21")),
        ("http://[::1]:{port}/a", "http://[::1]/a", Some("80")),
        ("mcp://h.example:{port}/a", "mcp://h.example/a", None),
        ("https://h.example:{port}/a", "https://other.example/a", None),
        ("https://h.example:{port}/a", "http://h.example/a", None),
        ("https://h.example:8443/{x}", "https://h.example/a", None),
    ] {
        let values = values(template, uri);
        assert_eq!(values.as_ref().map(|values| &*values[0].1), expected, "{template} {uri}");
    }
    let two = values("https://{host}:{port}/a", "https://[2001:db8::1]/a").unwrap();
    assert_eq!((&*two[0].1, &*two[1].1), ("[2001:db8::1]", "443"));
}

#[test]
fn variables_match_by_form() {
    for (template, uri, expected) in [
        ("mcp://users/{id}", "mcp://users/7", Some(vec![("id", "7")])),
        ("mcp://users/{id}", "mcp://users/7/x", None),
        ("mcp://users/{id}", "mcp://users/", None),
        ("mcp://users/{id}", "other://users/7", None),
        ("mcp://users/{id}", "mcp://users/a%2Fb%20c", Some(vec![("id", "a/b c")])),
        ("mcp://users/{id}", "mcp://users/%ff", None),
        ("mcp://{a}/x/{b}", "mcp://1/x/2", Some(vec![("a", "1"), ("b", "2")])),
        ("file:///{+path}", "file:///a/b/c", Some(vec![("path", "a/b/c")])),
        ("file:///{path*}.txt", "file:///a/b.txt", Some(vec![("path", "a/b")])),
        ("file:///{name}.{extension}", "file:///a.b.c", Some(vec![("name", "a.b"), ("extension", "c")])),
        ("mcp://list{?page,size}", "mcp://list", Some(vec![])),
        ("mcp://list{?page,size}", "mcp://list?size=2&page=1&x=3", Some(vec![("size", "2"), ("page", "1")])),
        ("mcp://list{?page}", "mcp://list?page=1&page=2", Some(vec![("page", "1")])),
    ] {
        let expected = expected.map(|pairs| pairs.into_iter().map(|(a, b)| (a.to_owned(), b.to_owned())).collect());
        assert_eq!(values(template, uri), expected, "{template} {uri}");
    }
}

#[test]
fn equal_uris_match_alike() {
    for (template, uri, expected) in [
        ("t://caf%C3%A9/{a}", "T://caf%c3%a9/x", Some(vec![("a", "x")])),
        ("t://caf%c3%a9/{a}", "t://café/é", Some(vec![("a", "é")])),
        ("HTTP://Example.COM:80/{a}", "http://example.com/X", Some(vec![("a", "X")])),
        ("http://example.com/{a}", "HTTP://EXAMPLE.com:80/%58", Some(vec![("a", "X")])),
        ("http://example.com/{a}", "http://example.com/x/../Y", Some(vec![("a", "Y")])),
        ("t://x/./y/../{a}/b", "t://x/1/b", Some(vec![("a", "1")])),
        ("file:///{+path}", "file:///a/../../b/./c", Some(vec![("path", "b/c")])),
        ("file:///{+path}", "file://LOCALHOST/A", Some(vec![("path", "A")])),
        ("notes://{id}", "NOTES://Abc/", Some(vec![("id", "Abc")])),
        ("https://{Tenant}.Example.com/", "https://Acme.example.COM", Some(vec![("Tenant", "Acme")])),
        ("docs://{+path}.TXT", "docs://a/b.TXT", Some(vec![("path", "a/b")])),
        ("docs://{+path}.TXT", "docs://a/b.txt", None),
        ("docs://{+path}.TXT", "docs://a.TXT", Some(vec![("path", "a")])),
        ("http://example.com/{?page}", "http://example.com?p%61ge=1", Some(vec![("page", "1")])),
        ("urn:x:{a}", "URN:x:A%2fB", Some(vec![("a", "A/B")])),
        ("urn:x:{a}", "urn:X:1", None),
        ("t://x/{a}", "t://X/..", None),
        ("t://x/{a}2{b}", "t://x/%C3%A92%20", Some(vec![("a", "é"), ("b", " ")])),
        ("t://x/{a}2{b}", "t://x/a%20", None),
    ] {
        let expected = expected.map(|pairs| pairs.into_iter().map(|(a, b)| (a.to_owned(), b.to_owned())).collect());
        assert_eq!(values(template, uri), expected, "{template} {uri}");
    }
}

#[test]
fn query_ends_at_fragment() {
    for (template, uri, expected) in [
        ("t://q/{a}{?x,y}", "t://q/a?x=1#f", None),
        ("t://q/{a}{?x,y}", "t://q/a#f?x=1", None),
        ("t://q/{a}{?x,y}", "t://q/a?x=1%23f", Some(vec![("a", "a"), ("x", "1#f")])),
        ("t://q/{+a}{?x}", "t://q/a#f?x=1", Some(vec![("a", "a#f?x=1")])),
        ("t://q/{a}", "t://q/a#f", None),
    ] {
        let expected = expected.map(|pairs| pairs.into_iter().map(|(a, b)| (a.to_owned(), b.to_owned())).collect());
        assert_eq!(values(template, uri), expected, "{template} {uri}");
    }
}

#[test]
fn template_covers_uris_of_another() {
    for (one, other, expected) in [
        ("t://{a}/x", "T://{b}/x", true),
        ("t://x/{a}", "t://X/{b}", true),
        ("t://{+a}", "t://{+a}{?q}", true),
        ("t://{+a}{?q}", "t://{+a}", true),
        ("t://{a}{?q}", "t://{a}", true),
        ("t://{a}", "t://{a}{?q}", false),
        ("t://{+a}", "t://{a}", true),
        ("t://{a}", "t://{+a}", false),
        ("t://{+a}/x", "t://{b}/x", true),
        ("t://{a}", "t://{a}/x", false),
    ] {
        let [one, other] = [one, other].map(|text| UriTemplate::parse(text).unwrap());
        assert_eq!(one.covers(&other), expected, "{one:?} {other:?}");
    }
}

#[test]
fn unmatchable_templates_are_rejected() {
    for template in
        ["a{b", "a}b", "{}", "{a}{b}", "{a}/{a}", "{/a}", "{#a}", "{a,b}", "{?a}x", "{a:3}", "t://x/{a}/../b"]
    {
        assert!(UriTemplate::parse(template).is_err(), "{template}");
    }
}

#[test]
fn repeated_literals_match_in_linear_time() {
    for (template, again, end) in [
        ("a://{+a}/{+b}/y", "x/", ""),
        ("a://{+a}/{+b}/{+c}/y", "/y", "z"),
        ("a://{+path}.txt", ".txt", "z"),
        ("a://{name}.{extension}", ".", "/"),
    ] {
        let uri = format!("a://{}{end}", again.repeat(50_000));
        assert_eq!(match_parts(&UriTemplate::parse(template).unwrap().parts, &uri, &(0..0)), None, "{template}");
    }
}

#[test]
fn variables_are_greedy_but_leave_a_match() {
    for (template, uri, expected) in [
        ("a://{+a}/{+b}/y", "a://1/2/y/3/y", Some(vec![("a", "1/2/y"), ("b", "3")])),
        ("a://{+a}/{b}.{c}/z", "a://1/2.3/4.5.6/z", Some(vec![("a", "1/2.3"), ("b", "4.5"), ("c", "6")])),
        ("a://{a}é{b}", "a://üéé", Some(vec![("a", "ü"), ("b", "é")])),
        ("a://{a}-{b}", "a://-", None),
        ("{+a}", "", None),
        ("a:", "a:", Some(vec![])),
    ] {
        let expected = expected.map(|pairs| pairs.into_iter().map(|(a, b)| (a.to_owned(), b.to_owned())).collect());
        assert_eq!(values(template, uri), expected, "{template} {uri}");
    }
}
