//! Clients of other projects, each against every variant of the server and in both eras.

mod fixture;
mod program;
mod proxy;
mod questions;
mod rust;
mod schemas;
mod servers;

use program::Program;
use servers::Brief;
use tests::harness::Era;

const TYPESCRIPT_V1: Program = Program::typescript("typescript-v1");
const TYPESCRIPT_V2: Program = Program::typescript("typescript-v2");
const PYTHON_V1: Program = Program::python("python-v1");
const PYTHON_V2: Program = Program::python("python-v2");
const INSPECTOR: Program = Program {
    script: "node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js",
    ..Program::typescript("inspector")
};

#[tokio::test(flavor = "multi_thread")]
async fn typescript_v1_is_served_in_sessions() {
    check_over_http(TYPESCRIPT_V1, Era::Session).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn typescript_v2_is_served_in_sessions() {
    check_over_http(TYPESCRIPT_V2, Era::Session).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn typescript_v2_is_served_without_sessions() {
    check_over_http(TYPESCRIPT_V2, Era::Stateless).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn python_v1_is_served_in_sessions() {
    check_over_http(PYTHON_V1, Era::Session).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn python_v2_is_served_in_sessions() {
    check_over_http(PYTHON_V2, Era::Session).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn python_v2_is_served_without_sessions() {
    check_over_http(PYTHON_V2, Era::Stateless).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rmcp_is_served_in_sessions() {
    check_rmcp_over_http(Era::Session).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rmcp_is_served_without_sessions() {
    check_rmcp_over_http(Era::Stateless).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn typescript_v1_starts_its_server() {
    check_on_stdio(TYPESCRIPT_V1, &[Era::Session]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn typescript_v2_starts_its_server() {
    check_on_stdio(TYPESCRIPT_V2, &[Era::Session, Era::Stateless]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn python_v1_starts_its_server() {
    check_on_stdio(PYTHON_V1, &[Era::Session]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn python_v2_starts_its_server() {
    check_on_stdio(PYTHON_V2, &[Era::Session, Era::Stateless]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rmcp_starts_its_server() {
    for era in [Era::Session, Era::Stateless] {
        rust::check(&Brief::stdio(era)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn inspector_lists_strictly_and_calls_a_tool() {
    if !INSPECTOR.is_installed() {
        return;
    }
    let server = servers::ALL[0].start().await;
    let url = server.brief(Era::Session).url;
    for era in ["legacy", "modern"] {
        let inspect = async |arguments: &[&str]| {
            let all = [&[INSPECTOR.script, "--cli", &url, "--protocol-era", era, "--method"], arguments].concat();
            let (succeeded, stdout, stderr) = INSPECTOR.run(&all).await;
            assert!(succeeded && stderr.is_empty(), "{era}: {arguments:?}\n--- stdout\n{stdout}\n--- stderr\n{stderr}");
            stdout
        };
        assert!(inspect(&["tools/list", "--strict"]).await.contains("\"hello-world\""));
        let called = inspect(&["tools/call", "--tool-name", "hello-world", "--tool-arg", "name=joe"]).await;
        assert!(called.contains("Hello, joe! Your user agent is: "), "{called}");
    }
}

async fn check_rmcp_over_http(era: Era) {
    for variant in servers::ALL {
        let server = variant.start().await;
        rust::check(&server.brief(era)).await;
        server.wait_until_idle().await;
    }
}

/// Checks the client against every variant of the server.
async fn check_over_http(program: Program, era: Era) {
    if !program.is_installed() {
        return;
    }
    for variant in servers::ALL {
        let server = variant.start().await;
        check(program, &server.brief(era)).await;
        server.wait_until_idle().await;
    }
}

/// Checks the client with a server that it starts, in each of these eras.
async fn check_on_stdio(program: Program, eras: &[Era]) {
    if !program.is_installed() {
        return;
    }
    for era in eras {
        check(program, &Brief::stdio(*era)).await;
    }
}

async fn check(program: Program, brief: &Brief) {
    let report = program.check(brief).await;
    assert_eq!(report["version"], brief.era.version(), "{brief:?}: {report}");
    let passed = |check: &_| report["passed"].as_array().is_some_and(|passed| passed.contains(check));
    let missing = brief.checks().into_iter().find(|check| !passed(check));
    assert_eq!(missing, None, "{brief:?}: {report}");
}
