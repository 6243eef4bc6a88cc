#![allow(unused)]

use mcp_server::tool;

#[tool]
const fn constant() {}

#[tool]
unsafe fn dangerous() {}

#[tool]
extern "C" fn foreign() {}

fn main() {}
