#![allow(unused)]

use mcp_server::{Args, tool};

#[derive(serde::Deserialize)]
struct Point;

#[tool]
async fn argument(#[arg] point: Point) {
    drop(point);
}

#[tool]
async fn all(point: Args<Point>) {
    drop(point);
}

fn main() {}
