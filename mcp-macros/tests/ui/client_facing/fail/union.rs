use mcp_server::ClientFacing;

#[derive(ClientFacing)]
union Bits {
    number: u32,
    float: f32,
}

fn main() {}
