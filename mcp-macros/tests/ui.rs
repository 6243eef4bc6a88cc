//! UI tests: cases in `tests/ui/<macro>/fail` are named for their error, cases in `pass` compile.
//!
//! The expected messages are those of the minimum supported Rust version. After an intended change,
//! `TRYBUILD=overwrite` rewrites them.

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/ui/*/pass/*.rs");
    cases.compile_fail("tests/ui/*/fail/*.rs");
}
