use mcp_server::resource;

#[resource(uri = "docs://clock", ui(prefers_border))]
fn not_a_view() -> &'static str {
    ""
}

#[resource(uri = "ui://clock", ui(permissions(camera, location), connect_domain("https://example.com")))]
fn unknown() -> &'static str {
    ""
}

fn main() {}
