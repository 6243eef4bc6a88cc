#![allow(unused)]

use mcp_server::tool;

struct Store;

#[tool]
async fn hello(store: Store) {
    drop(store);
}

#[tool]
async fn beside(#[arg] name: String, store: Store, names: Vec<String>) {
    drop((name, store, names));
}

fn main() {}
