//! What the compiler says: one file for each mistake in `tests/ui/<attribute>/fail`, named after it, and what must compile in `pass`.
//!
//! The texts beside the files are those of the pinned toolchain. After a change that is meant, `TRYBUILD=overwrite` writes them anew.

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/ui/*/pass/*.rs");
    cases.compile_fail("tests/ui/*/fail/*.rs");
}
