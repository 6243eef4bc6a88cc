#![allow(unused)]

use std::rc::Rc;

use mcp_server::{Context, tool};

#[tool]
async fn hello(context: Context) {
    let count = Rc::new(1);
    context.progress(1.0).send();
    drop(count);
}

fn main() {}
