//! Errors of `build()`: all at once, each with its place and a fix.

use std::error::Error as _;

use mcp_server::{
    Authorization, BuildError, BuildErrors, Inject, Limits, McpModule, McpOptions, Principal, StreamableHttp, items,
    prompt, resource, tool,
};

struct Store;
struct Egg;
struct Hen;

mod first {
    #[mcp_server::tool(server = "build")]
    pub(super) fn twice() {}
}

mod second {
    #[mcp_server::tool(server = "build")]
    pub(super) fn twice() {}
}

#[tool(server = "build")]
fn stores(store: Inject<Store>) {
    drop(store);
}

#[tool(server = "build", scopes("notes:write"))]
fn scoped() {}

#[tool(server = "build")]
fn whose(caller: Principal) {
    drop(caller);
}

#[resource(server = "build", uri = "test://same")]
fn one() -> &'static str {
    ""
}

#[resource(server = "build", uri = "test://same")]
fn other() -> &'static str {
    ""
}

#[prompt(server = "build twins", name = "twin")]
fn prompt_twin() -> &'static str {
    ""
}

#[tool(server = "build twins", name = "twin")]
fn tool_twin() {}

/// Builds a module that must fail with this many errors.
async fn messages<const COUNT: usize>(module: McpModule) -> [String; COUNT] {
    let errors: BuildErrors = module.build().await.unwrap_err();
    let text = |error: &BuildError| match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    };
    let texts: Vec<String> = errors.iter().map(text).collect();
    for text in &texts {
        assert!(errors.to_string().contains(text), "the list contains each error: {errors}");
    }
    texts.try_into().unwrap_or_else(|texts: Vec<String>| panic!("{COUNT} errors expected: {texts:#?}"))
}

fn found<'t>(texts: &'t [String], words: &[&str]) -> &'t str {
    texts
        .iter()
        .find(|text| words.iter().all(|word| text.contains(word)))
        .unwrap_or_else(|| panic!("{words:?} are not in {texts:#?}"))
}

#[tokio::test]
async fn all_build_errors_are_reported_together() {
    let http = StreamableHttp::default()
        .path("mcp")
        .allowed_hosts(["https://mcp.example.com/"])
        .allowed_origins(["app.example.com"]);
    let options = McpOptions::new("build", "1").streamable_http(http).limits(Limits::default().max_json_depth(1_000));
    let module = McpModule::for_root(options)
        .provide_with(|egg: Inject<Egg>| {
            drop(egg);
            Hen
        })
        .provide_with(|hen: Inject<Hen>| {
            drop(hen);
            Egg
        });
    let texts: [String; 10] = messages(module).await;
    found(&texts, &["path", "`mcp`", "/"]);
    found(&texts, &["https://mcp.example.com/", "invalid host", "allowed_hosts"]);
    found(&texts, &["app.example.com", "invalid origin", "allowed_origins"]);
    found(&texts, &["depth", "1000", "120"]);
    found(&texts, &["stores", "Store", "no provider for", "build.rs:"]);
    found(&texts, &["scoped", "scopes", ".authorization(", "build.rs:"]);
    found(&texts, &["whose", "Principal", ".authorization(", "Option<Principal>", "build.rs:"]);
    found(&texts, &["cycle", "Hen", "Egg", "build.rs:"]);
    for words in [["duplicate tool", "`twice`"], ["duplicate resource", "`test://same`"]] {
        let text = found(&texts, &words);
        let places: Vec<_> = text.match_indices("build.rs:").collect();
        assert_eq!(places.len(), 2, "both places are named: {text}");
    }
}

#[tokio::test]
async fn tool_and_prompt_share_a_name() {
    McpModule::for_root(McpOptions::new("build twins", "1")).build().await.unwrap();
}

#[tokio::test]
async fn zero_limit_fails_build() {
    let limits = Limits::default().max_body_bytes(0).max_sessions(0).max_calls(0).max_connections(0).max_tasks(0);
    let options = McpOptions::new("build twins", "").limits(limits);
    let texts: [String; 5] = messages(McpModule::for_root(options)).await;
    found(&texts, &["missing version of the server"]);
    for option in ["max_body_bytes", "max_sessions", "max_calls", "max_connections"] {
        found(&texts, &[&format!("invalid `Limits::{option}` 0: expected at least 1")]);
    }
}

#[tokio::test]
async fn function_listed_twice_fails_build() {
    let module = McpModule::for_root(McpOptions::new("build", "1")).only(items![first::twice, first::twice]);
    let [text] = messages(module).await;
    assert!(text.contains("duplicate tool `twice`, at ") && text.ends_with("it is listed twice, remove one"), "{text}");
}

#[tokio::test]
async fn unlisted_scope_and_left_out_functions_are_logged() {
    let log = crate::failures::log();
    let authorization = Authorization::resource("https://mcp.example.com/mcp")
        .server("https://idp.example.com")
        .scopes_supported(["notes:read"]);
    let options = McpOptions::new("build scopes", "1").authorization(authorization);
    McpModule::for_root(options).only(items![scoped]).build().await.unwrap();
    let line = crate::failures::line(log, "`scoped` requires the scope `notes:write`");
    assert!(line.contains("WARN") && line.contains("`Authorization::scopes_supported`"), "{line}");

    McpModule::for_root(McpOptions::new("build left out", "1")).build().await.unwrap();
    let line = crate::failures::line(log, "server=\"build left out\" left_out=");
    assert!(line.contains("INFO") && line.contains("left out functions of other servers"), "{line}");
}

#[tokio::test]
async fn invalid_path_fails_build() {
    for path in ["", "mcp", "/{mcp}", "/a b", "/.well-known/mcp", "/mcp?x", "/*rest", "/mcp//x"] {
        let options = McpOptions::new("build twins", "1").streamable_http(StreamableHttp::default().path(path));
        let [text] = messages(McpModule::for_root(options)).await;
        assert!(text.contains(&format!("`{path}`")), "{text}");
    }
}

#[tokio::test]
async fn addresses_that_never_match_fail_build() {
    let build =
        |http: StreamableHttp| messages(McpModule::for_root(McpOptions::new("build twins", "1").streamable_http(http)));
    for (host, words) in [
        ("*.example.com", "expected no wildcard"),
        ("localhost:*", "expected no wildcard"),
        ("exämple.com", "xn--"),
        ("https://mcp.example.com", "expected no scheme, such as `mcp.example.com`"),
        ("mcp.example.com/mcp", "expected no path, such as `mcp.example.com`"),
        ("mcp.example.com ", "expected no whitespace"),
        ("mcp.example.com:65536", "1 to 65535"),
    ] {
        let [text] = build(StreamableHttp::default().allowed_hosts([host])).await;
        assert!(text.contains(&format!("invalid host `{host}` in `allowed_hosts`")) && text.contains(words), "{text}");
    }
    for (origin, words) in [
        ("https://*.example.com", "expected no wildcard"),
        ("app.example.com", "expected a scheme, such as `https://app.example.com`"),
        ("https://app.example.com/app", "expected no path, such as `https://app.example.com`"),
        ("https://exämple.com", "xn--"),
        ("https://app.example.com:443", "expected no default port"),
    ] {
        let [text] = build(StreamableHttp::default().allowed_origins([origin])).await;
        assert!(text.contains(&format!("invalid origin `{origin}` in `allowed_origins`")), "{text}");
        assert!(text.contains(words), "{text}");
    }
    for (path, words) in [("/é", "`/%C3%A9`"), ("/a/../b", "`/b`"), ("//mcp", "`/mcp`"), ("/%6dcp", "`/mcp`")] {
        let [text] = build(StreamableHttp::default().path(path)).await;
        assert!(text.contains(&format!("invalid path `{path}`")) && text.contains(words), "{text}");
    }
}

#[tool(server = "Misspeled")]
fn of_misspelled_server() {}

#[resource(server = "misspelled", uri = "test://misspelled")]
fn resource_of_same_server() -> &'static str {
    ""
}

#[tool(server = "misspelled-declared")]
fn of_declared_server() {}

#[tokio::test]
async fn misspelled_server_fails_build() {
    let module = |name: &str| McpModule::for_root(McpOptions::new(name, "1"));
    let [text] = messages(module("misspelled")).await;
    for words in ["`of_misspelled_server`", "unknown server `Misspeled`", "`server = \"misspelled\"`", "build.rs:"] {
        assert!(text.contains(words), "{text}");
    }
    // `misspelled` is another module by now. Listed items are not collected.
    let [text] = messages(module("Misspelled")).await;
    assert!(text.contains("`Misspeled`"), "{text}");
    module("Misspelled").only([]).build().await.unwrap();
    // The names differ by two letters, but the other module exists.
    let other = module("misspelled-declared");
    module("misspelled-declar").build().await.unwrap();
    other.build().await.unwrap();
}

#[tokio::test]
async fn server_without_items_builds() {
    let server = McpModule::for_root(McpOptions::new("no items", "1")).build().await.unwrap();
    assert_eq!((server.path(), server.open_sessions(), server.calls_in_flight()), ("/mcp", 0, 0));
}

#[tokio::test]
async fn empty_server_name_fails_build() {
    let [text] = messages(McpModule::for_root(McpOptions::new("", "1"))).await;
    assert!(text.contains("McpOptions::new"), "{text}");
}

#[tokio::test]
async fn failing_factory_error_includes_cause() {
    let module = McpModule::for_root(McpOptions::new("build twins", "1"))
        .provide_async(|| async { Err::<Store, _>(std::io::Error::other("the disk is full")) });
    let [text] = messages(module).await;
    assert!(text.contains("Store") && text.contains("the disk is full") && text.contains("build.rs:"), "{text}");
}

#[tokio::test]
async fn duplicate_provider_fails_build() {
    let module = McpModule::for_root(McpOptions::new("build twins", "1")).provide(1_u8).provide(2_u8);
    let [text] = messages(module).await;
    assert!(text.contains("u8") && text.contains("duplicate") && text.contains("build.rs:"), "{text}");
}

#[tokio::test]
async fn duplicate_in_item_list_fails_build() {
    let module = McpModule::for_root(McpOptions::new("listed", "1")).only(items![first::twice, second::twice]);
    let [text] = messages(module).await;
    assert!(text.contains("`twice`"), "{text}");
}

#[resource(server = "build contradictions", uri_template = "test://{a}/{rest*}")]
fn by_a(#[arg] a: String, #[arg] rest: String) -> String {
    a + &rest
}

#[resource(server = "build contradictions", uri_template = "test://{b}/{+path}")]
fn by_b(#[arg] b: String, #[arg] path: String) -> String {
    b + &path
}

#[resource(server = "build contradictions", uri_template = "test://{b}/{+path}{?page}")]
fn by_page(#[arg] b: String, #[arg] path: String, #[arg] page: Option<u8>) -> String {
    format!("{b}{path}{page:?}")
}

const MOST: i64 = 100;

#[tool(server = "build contradictions")]
fn bounded(
    #[arg(range(min = 1))] name: String,
    #[arg(length(max = 3))] count: Option<u32>,
    #[arg(pattern = "^a$", default = "b")] kind: String,
    #[arg(range(max = MOST), default = 500)] most: i64,
) -> String {
    format!("{name}{count:?}{kind}{most}")
}

#[tool(server = "build contradictions")]
fn fits(
    #[arg(range(min = 1))] count: Option<u32>,
    #[arg(length(max = 3))] names: Vec<String>,
    #[arg(length(min = 1), default = "b")] kind: String,
    #[arg(range(max = 1), example = "x")] any: serde_json::Value,
) -> String {
    format!("{count:?}{names:?}{kind}{any}")
}

#[tokio::test]
async fn contradictory_items_fail_build() {
    let messages = messages::<6>(McpModule::for_root(McpOptions::new("build contradictions", "1"))).await;
    found(&messages, &["`test://{b}/{+path}` matches the same URIs as `test://{a}/{rest*}`", "build.rs:"]);
    found(&messages, &["`test://{b}/{+path}{?page}` matches the same URIs as `test://{a}/{rest*}`", "build.rs:"]);
    found(&messages, &["the tool `bounded`", "`range` is for numbers", "`name` is string"]);
    found(&messages, &["`length` is for texts and lists", "`count` is integer"]);
    found(&messages, &["invalid default: `kind`: expected a text that matches `^a$`, got \"b\""]);
    found(&messages, &["invalid default: `most`: expected at most 100, got 500"]);
}
