//! The suite of statements: tests that bear the identifier of a statement and can be run with a rule switched off.
//!
//! Each test is a function of the rules in force. The test harness runs it with all of them; the table of survivors runs the
//! whole suite once for each tag without that rule, and some test must then fail.

use super::clause::Rules;

/// One test of the suite.
pub(crate) struct Case {
    pub name: &'static str,
    pub run: fn(Rules),
}

/// Defines tests named after statements, `fn iw15_8_3_1_1_08_blacklisted_gets_warning_122(rules) { … }`, and lists them in `CASES`.
macro_rules! clause_tests {
    ($($(#[$meta:meta])* fn $name:ident($rules:ident) $body:block)*) => {
        $($(#[$meta])* fn $name($rules: $crate::delivery::Rules) $body)*

        /// The same with all rules in force.
        mod in_force {
            $(#[test] fn $name() { super::$name($crate::delivery::Rules::ALL) })*
        }

        pub(crate) const CASES: &[$crate::delivery::suite::Case] =
            &[$($crate::delivery::suite::Case { name: stringify!($name), run: $name }),*];
    };
}
pub(crate) use clause_tests;
