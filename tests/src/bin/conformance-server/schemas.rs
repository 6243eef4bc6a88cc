//! Arguments with schema keywords beyond types.

use mcp_server::{
    Args,
    auth::Access,
    registry::{Item, ToolBuilder},
    tool,
};
use schemars::{JsonSchema, schema_for};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize, JsonSchema)]
#[serde(rename = "address")]
#[schemars(extend("$anchor" = "addressDef"))]
struct Address {
    street: Option<String>,
    city: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
enum ContactMethod {
    Phone,
    Email,
}

/// A contact.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(
    extend("$schema" = "https://json-schema.org/draft/2020-12/schema"),
    extend("allOf" = [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}]),
    extend("if" = {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]}),
    extend("then" = {"required": ["phone"]}),
    extend("else" = {"required": ["email"]}),
)]
#[allow(clippy::struct_field_names, reason = "the suite asks for `contactMethod`")]
struct Contact {
    name: Option<String>,
    address: Option<Address>,
    contact_method: Option<ContactMethod>,
    phone: Option<String>,
    email: Option<String>,
}

/// Takes arguments that only all of JSON Schema 2020-12 describes. The suite prescribes `allOf` at
/// the root, so the schema counts as written by hand.
pub(crate) fn json_schema_2020_12_tool() -> Item {
    ToolBuilder::new("json_schema_2020_12_tool")
        .description("Takes arguments that only all of JSON Schema 2020-12 describes.")
        .access(Access::new().public())
        .input_schema(schema_for!(Contact).to_value())
        .run(|Args(contact): Args<Contact>| async move { described(contact) })
}

fn described(contact: Contact) -> String {
    let address = contact.address.map(|address| json!([address.street, address.city]));
    let method = contact.contact_method.map(|method| match method {
        ContactMethod::Phone => "phone",
        ContactMethod::Email => "email",
    });
    json!([contact.name, address, method, contact.phone, contact.email]).to_string()
}

/// Takes an argument that clients of 2026-07-28 repeat in a header.
#[tool(public)]
fn test_custom_header(
    /// What to say
    #[arg(header = "Value")]
    value: String,
) -> String {
    value
}
