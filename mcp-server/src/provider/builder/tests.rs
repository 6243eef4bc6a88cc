//! Providers are built in the order of their dependencies, and all errors are reported together.

use std::{
    error::Error as _,
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::*;
use crate::provider::Inject;

#[derive(Debug, PartialEq)]
struct Config(&'static str);
struct Store(Inject<Config>);
struct Mailer(String);
struct Audit;

trait Clock: Send + Sync {
    fn hour(&self) -> u8;
}

struct Fixed(u8);

impl Clock for Fixed {
    fn hour(&self) -> u8 {
        self.0
    }
}

fn messages(errors: &[ProviderError]) -> Vec<String> {
    errors.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn providers_are_built_in_dependency_order() {
    let mut builder = ProvidersBuilder::default();
    // Registered backwards on purpose.
    builder.factory(|store: Inject<Store>, config: Inject<Config>| Mailer(format!("{} {}", store.0.0, config.0)));
    builder.async_factory(|config: Inject<Config>| async move { Ok::<_, io::Error>(Store(config)) });
    builder.value(Config("settings"));
    let providers = builder.build().await.unwrap();
    assert_eq!(providers.get::<Mailer>().unwrap().0, "settings settings");
    assert!(Arc::ptr_eq(
        &providers.get::<Config>().unwrap().into_arc(),
        &providers.get::<Store>().unwrap().0.clone().into_arc()
    ));
    assert!(providers.get::<Audit>().is_none());
}

#[tokio::test]
async fn factory_runs_once_for_all_dependents() {
    static RUNS: AtomicUsize = AtomicUsize::new(0);
    let mut builder = ProvidersBuilder::default();
    builder.factory(|_: Inject<Config>| Audit);
    builder.factory(|_: Inject<Config>, _: Inject<Config>| Mailer(String::new()));
    builder.factory(|| {
        RUNS.fetch_add(1, Ordering::Relaxed);
        Config("")
    });
    builder.build().await.unwrap();
    assert_eq!(RUNS.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn functions_with_eight_parameters_are_factories() {
    async fn text(sum: Inject<u64>) -> Result<String, &'static str> {
        Ok(sum.to_string())
    }
    let mut builder = ProvidersBuilder::default();
    builder.async_factory(text);
    builder.factory(
        |one: Inject<u8>,
         two: Inject<u16>,
         three: Inject<u32>,
         four: Inject<i8>,
         five: Inject<i16>,
         six: Inject<i32>,
         seven: Inject<bool>,
         eight: Inject<str>| {
            let numbers = [u64::from(*one), u64::from(*two), u64::from(*three), u64::from(*seven), eight.len() as u64];
            numbers.iter().sum::<u64>() + (i64::from(*four) + i64::from(*five) + i64::from(*six)).unsigned_abs()
        },
    );
    builder.value(1_u8);
    builder.value(1_u16);
    builder.value(1_u32);
    builder.value(1_i8);
    builder.value(1_i16);
    builder.value(1_i32);
    builder.value(true);
    builder.shared::<str>("eight".into());
    assert_eq!(*builder.build().await.unwrap().get::<String>().unwrap(), "12");
}

#[tokio::test]
async fn independent_errors_are_reported_together() {
    let mut builder = ProvidersBuilder::default();
    builder.factory(|_: Inject<Config>| Mailer(String::new())); // missing
    builder.value(1_u8);
    builder.value(2_u8); // twice
    builder.factory(|_: Inject<u32>| 1_u16); // a cycle of two
    builder.factory(|_: Inject<u16>| 1_u32);
    builder.async_factory(|| async { Err::<Audit, _>(io::Error::other("disk is full")) }); // fails
    builder.factory(|_: Inject<Audit>| 1_i8); // skipped, not reported again
    let errors = builder.build().await.unwrap_err();
    let texts = messages(&errors);
    assert_eq!(texts.len(), 4, "{texts:#?}");
    assert!(
        texts[0].starts_with("duplicate provider of `u8`, at ") && texts[0].ends_with(": remove one"),
        "{}",
        texts[0]
    );
    assert!(
        texts[1].starts_with("no provider for `Config`, required by `Mailer`: add `.provide(..)`, "),
        "{}",
        texts[1]
    );
    assert!(
        texts[2].contains("`u16` (") && texts[2].contains(") → `u32` (") && texts[2].contains(") → `u16`: "),
        "{}",
        texts[2]
    );
    assert!(texts[3].starts_with("the factory of `Audit` failed ("), "{}", texts[3]);
    assert_eq!(errors[3].source().unwrap().to_string(), "disk is full");
    let kinds =
        errors.iter().map(|error| (error.is_duplicate(), error.is_missing(), error.is_cycle(), error.is_failed()));
    let expected = [
        (true, false, false, false),
        (false, true, false, false),
        (false, false, true, false),
        (false, false, false, true),
    ];
    assert_eq!(kinds.collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn place_is_the_line_of_the_caller() {
    let mut builder = ProvidersBuilder::default();
    let first = line!() + 1;
    builder.value(Audit);
    builder.factory(|| Audit);
    let errors = builder.build().await.unwrap_err();
    assert_eq!(errors[0].place(), Some(Place { file: file!(), line: first + 1 }));
    assert!(errors[0].to_string().contains(&format!("at {}:{first} and at {}:{}", file!(), file!(), first + 1)));
}

#[tokio::test]
async fn dependents_of_an_error_do_not_run() {
    let ran = Arc::new(Mutex::new(Vec::new()));
    let mut builder = ProvidersBuilder::default();
    for_each_run(&mut builder, &ran);
    let errors = builder.build().await.unwrap_err();
    assert_eq!(errors.len(), 1, "{:?}", messages(&errors));
    assert_eq!(*ran.lock().unwrap(), ["independent"]);
}

fn for_each_run(builder: &mut ProvidersBuilder, ran: &Arc<Mutex<Vec<&'static str>>>) {
    let (dependent, waiting, independent) = (Arc::clone(ran), Arc::clone(ran), Arc::clone(ran));
    builder.factory(move |_: Inject<Config>| {
        dependent.lock().unwrap().push("dependent");
        1_u8
    });
    builder.async_factory(move |_: Inject<u8>| async move {
        waiting.lock().unwrap().push("waiting");
        Ok::<_, io::Error>(1_u16)
    });
    builder.factory(move || {
        independent.lock().unwrap().push("independent");
        1_u32
    });
}

#[tokio::test]
async fn missing_type_error_names_a_wrapped_type() {
    let mut builder = ProvidersBuilder::default();
    builder.value(Arc::new(Config("")));
    builder.factory(|_: Inject<Config>| Audit);
    let texts = messages(&builder.build().await.unwrap_err());
    let expected = "no provider for `Config`, required by `Audit`: `Arc<Config>` is provided, at ";
    assert!(texts[0].starts_with(expected) && texts[0].contains("write `.provide_shared(..)`"), "{}", texts[0]);
}

#[tokio::test]
async fn missing_type_error_names_a_provided_future() {
    let mut builder = ProvidersBuilder::default();
    let line = line!() + 1;
    builder.factory(|_: Inject<Audit>| async { Config("") });
    builder.value(Audit);
    let texts = messages(&builder.missing("tool", None, &[Dependency::of::<Config>()]));
    let expected = format!("the provider at {}:{line} is a future or a closure, not its result: ", file!());
    assert!(texts[0].contains(&expected) && texts[0].contains("use `.provide_async(..)` for a future"), "{}", texts[0]);
}

#[test]
fn missing_trait_object_error_suggests_provide_shared() {
    let texts = messages(&ProvidersBuilder::default().missing("tool", None, &[Dependency::of::<dyn Clock>()]));
    assert_eq!(texts, ["no provider for `dyn Clock`, required by `tool`: add `.provide_shared::<dyn Clock>(..)`"]);
}

#[tokio::test]
async fn trait_object_is_injected() {
    let mut builder = ProvidersBuilder::default();
    builder.shared::<dyn Clock>(Arc::new(Fixed(9)));
    builder.factory(|clock: Inject<dyn Clock>| clock.hour());
    assert_eq!(*builder.build().await.unwrap().get::<u8>().unwrap(), 9);
}

#[test]
fn missing_provider_of_an_item_is_reported() {
    let mut builder = ProvidersBuilder::default();
    builder.value(Audit);
    assert!(builder.contains(TypeId::of::<Audit>()) && !builder.contains(TypeId::of::<Config>()));
    let place = Place { file: "src/notes.rs", line: 7 };
    let errors = builder.missing("delete_note", Some(place), &[Dependency::of::<Audit>(), Dependency::of::<Config>()]);
    let expected = "no provider for `Config`, required by `delete_note`: add `.provide(..)`, `.provide_with(..)` or \
                    `.provide_async(..)` (src/notes.rs:7)";
    assert_eq!(messages(&errors), [expected]);
    let nowhere = builder.missing("added later", None, &[Dependency::of::<Config>()]);
    assert!(nowhere[0].to_string().ends_with("or `.provide_async(..)`") && nowhere[0].place().is_none());
}

#[tokio::test]
async fn duplicate_from_one_line_names_the_second_run() {
    let mut root = ProvidersBuilder::default();
    for _ in 0..2 {
        root.value(Audit);
    }
    let texts = messages(&root.build().await.unwrap_err());
    assert!(texts[0].ends_with(": that line runs twice, remove the second run or import"), "{}", texts[0]);
}

#[test]
fn building_can_move_between_threads() {
    fn is_send<T: Send>(_: T) {}
    is_send(ProvidersBuilder::default().build());
}
