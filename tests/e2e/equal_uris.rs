//! Equal URIs (RFC 3986, sections 6.2.2 and 6.2.3): read, subscribed, completed, and duplicate.

use mcp_server::{McpModule, McpOptions, Typed, registry::ResourceBuilder, resource};
use serde_json::{Value, json};
use tests::harness::{Client, Response, RunningServer, SESSION_VERSIONS, serve};

use crate::items::{http_options, named};

#[resource(server = "equal uris", uri = "https://example.com")]
fn site() -> &'static str {
    "site"
}

#[resource(server = "equal uris", uri = "HTTP://Example.COM/Thing")]
fn thing() -> &'static str {
    "thing"
}

#[resource(server = "equal uris", uri = "wss://Example.com:443/feed?Q#F")]
fn feed() -> &'static str {
    "feed"
}

#[resource(server = "equal uris", uri = "file:///srv/a/../b%7e.txt")]
fn file() -> &'static str {
    "file"
}

#[resource(server = "equal uris", uri = "urn:isbn:%41/../b")]
fn book() -> &'static str {
    "book"
}

#[resource(server = "equal uris", uri_template = "t://caf%C3%A9/{a}")]
fn cafe(#[arg] a: String) -> String {
    a
}

#[resource(server = "equal uris", uri_template = "notes://{id}")]
fn note(#[arg(complete = ids)] id: String) -> String {
    id
}

#[allow(clippy::needless_pass_by_value, reason = "extractors are passed by value")]
fn ids(typed: Typed) -> Vec<String> {
    typed.matching(["a1", "b1"])
}

#[resource(server = "equal uris", uri_template = "docs://Site/{+path}{?page}")]
fn page(#[arg] path: String, #[arg] page: Option<String>) -> String {
    format!("{path} {page:?}")
}

async fn served() -> RunningServer {
    serve(named("equal uris")).await
}

/// Returns the parameters of the next notification.
async fn next(stream: &mut Response) -> Value {
    let mut message = stream.message().await.unwrap();
    assert_eq!(message["method"], "notifications/resources/updated");
    message["params"]["uri"].take()
}

fn update(served: &RunningServer, uri: &str) {
    served.server.as_ref().unwrap().changes().resource_updated(uri);
}

#[tokio::test]
async fn equal_uris_read_the_same_resource() {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        for (uri, expected) in [
            ("https://example.com", "site"),
            ("https://example.com/", "site"),
            ("HTTPS://EXAMPLE.com:443/", "site"),
            ("https://example.com:/", "site"),
            ("https://example.com/a/..", "site"),
            ("http://example.com/Thing", "thing"),
            ("HTTP://Example.COM/Thing", "thing"),
            ("http://example.com:80/./%54hing", "thing"),
            ("wss://example.com/feed?Q#F", "feed"),
            ("file:///srv/b~.txt", "file"),
            ("FILE://localhost/srv/b%7E.txt", "file"),
            ("URN:isbn:A/../b", "book"),
            ("t://caf%c3%A9/x", "x"),
            ("T://caf%c3%a9/%c3%a9", "é"),
            ("T://CAF%C3%A9/y/../x", "x"),
            ("notes://Abc", "Abc"),
            ("NOTES://Abc/", "Abc"),
            ("docs://site/A/./b/%2e%2e/C?p%61ge=1%2F", "A/C Some(\"1/\")"),
            ("DOCS://SITE/a?x", "a None"),
        ] {
            let result = client.result("resources/read", json!({"uri": uri})).await;
            assert_eq!(result["contents"][0]["text"], expected, "{uri}");
            assert_eq!(result["contents"][0]["uri"], uri, "as the client wrote it");
        }
        for uri in [
            "https://example.com:80/",
            "http://example.com/thing",
            "http://example.com:443/Thing",
            "wss://example.com/feed?q#F",
            "urn:isbn:b",
            "urn:ISBN:A/../b",
            "t://caf%C3%A9/..",
            "docs://site/a?page=1#f",
            "docs://other/../site/a",
        ] {
            let error = &client.response("resources/read", json!({"uri": uri})).await["error"];
            assert_eq!(error["data"]["uri"], uri, "{error}");
        }
    }
}

#[tokio::test]
async fn lists_keep_spelling_of_author() {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        let resources = client.result("resources/list", json!({})).await["resources"].take();
        let uris: Vec<&str> = resources.as_array().unwrap().iter().map(|item| item["uri"].as_str().unwrap()).collect();
        assert_eq!(
            uris,
            [
                "https://example.com",
                "HTTP://Example.COM/Thing",
                "wss://Example.com:443/feed?Q#F",
                "file:///srv/a/../b%7e.txt",
                "urn:isbn:%41/../b"
            ]
        );
        let templates = client.result("resources/templates/list", json!({})).await["resourceTemplates"].take();
        assert_eq!(templates[0]["uriTemplate"], "t://caf%C3%A9/{a}");
    }
}

#[tokio::test]
async fn session_is_notified_in_its_spelling() {
    let served = served().await;
    for version in SESSION_VERSIONS {
        let client = Client::in_session(&served, version).await;
        let mut stream = client.send(client.stream_request()).await;
        for uri in ["https://example.com/", "T://caf%c3%a9/x", "notes://Abc"] {
            client.result("resources/subscribe", json!({"uri": uri})).await;
        }
        for (changed, expected) in [
            ("HTTPS://example.com", "https://example.com/"),
            ("t://café/x", "T://caf%c3%a9/x"),
            ("notes://abc/", "notes://Abc"),
        ] {
            update(&served, changed);
            assert_eq!(next(&mut stream).await, expected);
        }
        // The last spelling counts, and the resource is subscribed once.
        client.result("resources/subscribe", json!({"uri": "https://EXAMPLE.com:443"})).await;
        update(&served, "https://example.com");
        update(&served, "t://caf%C3%A9/x");
        let mut updated = [next(&mut stream).await, next(&mut stream).await];
        updated.sort_by_key(ToString::to_string);
        assert_eq!(updated, ["T://caf%c3%a9/x", "https://EXAMPLE.com:443"]);
        for uri in ["HTTPS://example.com/", "t://caf%C3%A9/y/../x"] {
            client.result("resources/unsubscribe", json!({"uri": uri})).await;
        }
        for uri in ["https://example.com", "t://caf%C3%A9/x", "notes://Abc"] {
            update(&served, uri);
        }
        assert_eq!(next(&mut stream).await, "notes://Abc", "the others are unsubscribed");
    }
}

#[tokio::test]
async fn equal_uri_does_not_count_as_another_subscription() {
    let options = McpOptions::new("equal uris", "1").streamable_http(http_options());
    let served = serve(McpModule::for_root(options.limits(mcp_server::Limits::default().max_subscriptions(1)))).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    for uri in ["https://example.com/", "https://EXAMPLE.com", "HTTPS://example.com:443/"] {
        client.result("resources/subscribe", json!({"uri": uri})).await;
    }
    let response = client.response("resources/subscribe", json!({"uri": "notes://a"})).await;
    assert!(response["error"]["message"].as_str().unwrap().contains("at most 1"), "{response}");
}

#[tokio::test]
async fn listener_is_notified_in_its_spelling() {
    let served = served().await;
    let client = Client::stateless(&served);
    let uris = ["HTTP://EXAMPLE.com/Thing", "NOTES://Abc", "http://example.com:80/Thing", "t://caf%C3%A9/.."];
    let filter = json!({"notifications": {"resourceSubscriptions": uris}});
    let mut stream = client.send(client.request(1, "subscriptions/listen", filter)).await;
    let acknowledged = stream.message().await.unwrap()["params"]["notifications"]["resourceSubscriptions"].take();
    assert_eq!(acknowledged, json!(["HTTP://EXAMPLE.com/Thing", "NOTES://Abc", "http://example.com:80/Thing"]));
    update(&served, "notes://abc/");
    assert_eq!(next(&mut stream).await, "NOTES://Abc");
    update(&served, "http://example.com/x/../Thing");
    let mut updated = [next(&mut stream).await, next(&mut stream).await];
    updated.sort_by_key(ToString::to_string);
    assert_eq!(updated, ["HTTP://EXAMPLE.com/Thing", "http://example.com:80/Thing"]);
}

#[tokio::test]
async fn template_is_completed_in_another_spelling() {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        for uri in ["notes://{id}", "NOTES://{id}", "NOTES://{id}/", "Notes://7"] {
            let params = json!({"ref": {"type": "ref/resource", "uri": uri}, "argument": {"name": "id", "value": "a"}});
            let result = client.result("completion/complete", params).await;
            assert_eq!(result["completion"]["values"], json!(["a1"]), "{uri}");
        }
    }
}

#[tokio::test]
async fn equal_uris_are_duplicates() {
    let resource = |uri: &str| ResourceBuilder::new(uri, "r").run(|| async { "" });
    let template = |uri: &str| ResourceBuilder::template(uri, "t").run(|| async { "" });
    let module = || named("equal duplicates");
    for (one, other) in
        [("https://example.com", "HTTPS://example.com:443/"), ("t://x/%7e", "T://X/a/../~"), ("urn:x:%41", "URN:x:A")]
    {
        let errors = module().item(resource(one)).item(resource(other)).build().await.unwrap_err();
        assert!(errors.to_string().contains(&format!("duplicate resource `{other}`")), "{errors}");
    }
    for (one, other, words) in [
        ("t://x/{id}", "T://X/{id}", "duplicate resource template"),
        ("t://caf%C3%A9/{id}", "t://caf%c3%a9/{name}", "matches the same URIs"),
        ("https://h:443/{+path}", "https://H/{path*}", "duplicate resource template"),
        ("a://{+p}", "a://{+p}{?q}", "matches the same URIs"),
        ("a://{+p}{?q}", "a://{p}", "add it earlier"),
    ] {
        let errors = module().item(template(one)).item(template(other)).build().await.unwrap_err();
        assert!(errors.to_string().contains(words), "{errors}");
    }
    let different = [template("a://{p}"), template("a://{+p}"), template("a://x/{p}"), resource("a://x/y")];
    different.into_iter().fold(module(), McpModule::item).build().await.unwrap();
    for uri in ["users/{id}", "/users/{id}", "//h/{id}"] {
        let errors = module().item(template(uri)).build().await.unwrap_err();
        assert!(errors.to_string().contains("expected a scheme"), "{errors}");
    }
}

#[tokio::test]
async fn registry_compares_equal_uris() {
    let served = serve(named("equal registry")).await;
    let registry = served.server.as_ref().unwrap().registry();
    let resource = |uri: &str| ResourceBuilder::new(uri, "r").run(|| async { "read" });
    let template = |uri: &str| ResourceBuilder::template(uri, "t").run(|| async { "matched" });
    registry.add(resource("https://Example.com")).unwrap();
    assert!(registry.add(resource("https://example.com/")).is_err());
    registry.add(template("t://X/{id}")).unwrap();
    assert!(registry.add(template("T://x/{name}")).is_err());
    let client = Client::stateless(&served);
    let result = client.result("resources/read", json!({"uri": "https://example.com/"})).await;
    assert_eq!(result["contents"][0]["text"], "read");
    assert!(!registry.remove_resource("https://example.com/x"));
    assert!(registry.remove_resource("HTTPS://example.com:443/"));
    assert!(!registry.remove_resource("https://Example.com"));
    assert!(registry.remove_resource_template("T://x/{id}"));
    assert_eq!(client.result("resources/list", json!({})).await["resources"], json!([]));
    assert_eq!(client.result("resources/templates/list", json!({})).await["resourceTemplates"], json!([]));
}
