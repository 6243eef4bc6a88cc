//! Clients that others wrote, each against every kind of server: response mode, sessions or none, both eras.

mod conversation;
mod fixture;
mod program;
mod proxy;
mod rust_client;
mod rust_conversation;
mod rust_task;
mod servers;

use program::Program;
use servers::{Brief, Era};

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
    serves(TYPESCRIPT_V1, Era::Session).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn typescript_v2_is_served_in_sessions() {
    serves(TYPESCRIPT_V2, Era::Session).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn typescript_v2_is_served_without_sessions() {
    serves(TYPESCRIPT_V2, Era::Stateless).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn python_v1_is_served_in_sessions() {
    serves(PYTHON_V1, Era::Session).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn python_v2_is_served_in_sessions() {
    serves(PYTHON_V2, Era::Session).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn python_v2_is_served_without_sessions() {
    serves(PYTHON_V2, Era::Stateless).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rmcp_is_served_in_sessions() {
    serves_rmcp(Era::Session).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rmcp_is_served_without_sessions() {
    serves_rmcp(Era::Stateless).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn typescript_v1_starts_its_server() {
    starts(TYPESCRIPT_V1, &[Era::Session]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn typescript_v2_starts_its_server() {
    starts(TYPESCRIPT_V2, &[Era::Session, Era::Stateless]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn python_v1_starts_its_server() {
    starts(PYTHON_V1, &[Era::Session]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn python_v2_starts_its_server() {
    starts(PYTHON_V2, &[Era::Session, Era::Stateless]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rmcp_starts_its_server() {
    for era in [Era::Session, Era::Stateless] {
        rust_client::check(&Brief::stdio(era)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_inspector_finds_no_fault_in_the_tools_and_calls_one() {
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

async fn serves_rmcp(era: Era) {
    for variant in servers::ALL {
        let server = variant.start().await;
        rust_client::check(&server.brief(era)).await;
        server.assert_forgotten().await;
    }
}

/// Tries the client against every variant of the server.
async fn serves(program: Program, era: Era) {
    if !program.is_installed() {
        return;
    }
    for variant in servers::ALL {
        let server = variant.start().await;
        passes(program, &server.brief(era)).await;
        server.assert_forgotten().await;
    }
}

/// Lets the client start a server, in each of these eras.
async fn starts(program: Program, eras: &[Era]) {
    if !program.is_installed() {
        return;
    }
    for era in eras {
        passes(program, &Brief::stdio(*era)).await;
    }
}

async fn passes(program: Program, brief: &Brief) {
    let seen = program.check(brief).await;
    assert_eq!(seen["version"], brief.era.version(), "{brief:?}: {seen}");
    let passed = |check: &_| seen["passed"].as_array().is_some_and(|passed| passed.contains(check));
    let missing = brief.checks().into_iter().find(|check| !passed(check));
    assert_eq!(missing, None, "{brief:?}: {seen}");
}
