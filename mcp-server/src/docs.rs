//! Guides: one topic per page, with examples that are compiled as tests.
//!
//! | to | read |
//! |---|---|
//! | write tools, resources and prompts | [handlers], [errors], [completion], [builders] |
//! | share state, check and wrap calls | [providers], [guards] |
//! | ask the user or the language model | [asking] |
//! | run long calls | [tasks], [cancellation] |
//! | notify clients of changes | [notifications], [dynamic_items], [delivery] |
//! | show a user interface | [apps] |
//! | choose a transport | [transports], [sessions], [stdio] |
//! | paginate, cache, route | [lists], [headers] |
//! | protect a server | `authorization`, `keycloak` (feature `auth`) |
//! | test and deploy | [testing], [testing_feature], [deployment] |
//! | connect a client | [clients] |
//! | compare with what you know | [from_nestjs], [from_rmcp] |
//! | look up methods and features by revision | [protocol] |

#[doc = include_str!("docs/links.txt")]
#[doc = include_str!("docs/handlers.md")]
pub mod handlers {}

#[doc = include_str!("docs/links.txt")]
#[doc = include_str!("docs/errors.md")]
pub mod errors {}

#[doc = include_str!("docs/links.txt")]
#[doc = include_str!("docs/builders.md")]
pub mod builders {}

#[doc = include_str!("docs/links.txt")]
#[doc = include_str!("docs/completion.md")]
pub mod completion {}

#[doc = include_str!("docs/links.txt")]
#[doc = include_str!("docs/providers.md")]
pub mod providers {}

#[doc = include_str!("docs/links.txt")]
#[doc = include_str!("docs/guards.md")]
pub mod guards {}

#[doc = include_str!("docs/links.txt")]
#[doc = include_str!("docs/asking.md")]
pub mod asking {}

#[doc = include_str!("docs/links.txt")]
#[doc = include_str!("docs/tasks.md")]
pub mod tasks {}

#[doc = include_str!("docs/links.txt")]
#[doc = include_str!("docs/cancellation.md")]
pub mod cancellation {}

#[doc = include_str!("docs/links.txt")]
#[doc = include_str!("docs/notifications.md")]
pub mod notifications {}

#[doc = include_str!("docs/links.txt")]
#[doc = include_str!("docs/dynamic_items.md")]
pub mod dynamic_items {}

#[doc = include_str!("docs/links.txt")]
#[doc = include_str!("docs/delivery.md")]
pub mod delivery {}

#[doc = include_str!("docs/links.txt")]
#[doc = include_str!("docs/apps.md")]
pub mod apps {}

#[doc = include_str!("docs/links.txt")]
#[doc = include_str!("docs/lists.md")]
pub mod lists {}

#[doc = include_str!("docs/links.txt")]
#[doc = include_str!("docs/headers.md")]
pub mod headers {}

#[doc = include_str!("docs/links.txt")]
#[doc = include_str!("docs/transports.md")]
pub mod transports {}

#[doc = include_str!("docs/links.txt")]
#[doc = include_str!("docs/sessions.md")]
pub mod sessions {}

#[doc = include_str!("docs/links.txt")]
#[doc = include_str!("docs/stdio.md")]
pub mod stdio {}

#[cfg(feature = "auth")]
#[doc = include_str!("docs/links.txt")]
#[doc = include_str!("docs/authorization.md")]
pub mod authorization {}

#[cfg(feature = "auth")]
#[doc = include_str!("docs/links.txt")]
#[doc = include_str!("docs/keycloak.md")]
pub mod keycloak {}

#[doc = include_str!("docs/links.txt")]
#[doc = include_str!("docs/deployment.md")]
pub mod deployment {}

#[doc = include_str!("docs/links.txt")]
#[doc = include_str!("docs/testing.md")]
pub mod testing {}

#[doc = include_str!("docs/links.txt")]
#[cfg_attr(feature = "testing", doc = include_str!("docs/testing_feature.md"))]
#[cfg_attr(not(feature = "testing"), doc = "A guide to the feature `testing`, shown if it is enabled.")]
pub mod testing_feature {}

#[doc = include_str!("docs/links.txt")]
#[doc = include_str!("docs/clients.md")]
pub mod clients {}

#[doc = include_str!("docs/links.txt")]
#[doc = include_str!("docs/from_nestjs.md")]
pub mod from_nestjs {}

#[doc = include_str!("docs/links.txt")]
#[doc = include_str!("docs/from_rmcp.md")]
pub mod from_rmcp {}

#[doc = include_str!("docs/links.txt")]
#[doc = include_str!("docs/protocol.md")]
pub mod protocol {}

/// Examples of the README, compiled with those of the guides.
#[cfg(all(doctest, feature = "auth"))]
#[doc = include_str!("docs/links.txt")]
#[doc = include_str!("../../README.md")]
pub mod readme {}
