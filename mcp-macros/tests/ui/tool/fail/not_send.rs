#![allow(unused)]

use std::rc::Rc;

use mcp_server::tool;

#[tool]
async fn hello() {
    let count = Rc::new(1);
    std::future::ready(()).await;
    drop(count);
}

fn main() {}
