//! Dependency injection: values and factories, built once and in the order in which they need each
//! other.
//!
//! A provider is known by its type. A factory names what it needs by its parameter types, so the
//! order, what is missing and what turns in a circle are known before anything has run, and are
//! reported together.

mod builder;
mod error;
mod factory;
mod inject;
mod plan;
mod providers;

pub(crate) use self::builder::ProvidersBuilder;
pub use self::{
    error::ProviderError,
    factory::{AsyncFactory, Factory},
    inject::{Dependency, Inject},
    providers::Providers,
};
