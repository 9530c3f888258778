//! What the whole program promises, seen from outside: one binary, so that linking is paid once.

mod clauses;
mod cli;
mod closed_form;
mod common;
mod compare;
mod determinism;
mod hazards;
mod layering;
