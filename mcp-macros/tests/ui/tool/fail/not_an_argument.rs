#![allow(unused)]

use mcp_server::tool;

#[derive(Clone)]
struct Point;

#[tool]
async fn plain(#[arg] point: Point) {
    drop(point);
}

#[tool]
async fn inside(#[arg] name: String, #[arg] points: Vec<Point>) {
    drop((name, points));
}

#[tool]
async fn with_default(#[arg(default = Point)] point: Point) {
    drop(point);
}

fn main() {}
