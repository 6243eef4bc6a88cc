#![allow(unused)]

fn hello(#[arg] name: String) -> String {
    name
}

fn main() {}
