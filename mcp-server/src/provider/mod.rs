//! Dependency injection: values and factories, built once and in dependency order.
//!
//! A provider is identified by its type, and the parameter types of a factory are its dependencies.
//! The order, missing providers and cycles are therefore known before a factory runs, and all
//! errors are reported together.

mod builder;
mod error;
mod factory;
mod hint;
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
