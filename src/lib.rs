//! `cpmsim`: a deterministic discrete-event simulator of message delivery in OMA CPM, the base of RCS.
//!
//! The house, from the front door down. A room looks only downstairs, and only where `tests/it/layering.rs` says.
//!
//! ```text
//! front door     cli                                        words in, words out, exit codes
//! upstairs       experiment     explore      report         many runs | races | charts; they meet only in files
//! landing        sim                         results        one run   | files with a schema
//! study          model          judge                       a model file becomes a Model | ledger, fingerprints
//! ground floor   delivery   engine   network   stats        four rooms without doors between them
//! the ground     units                                      time, identities, quantities, laws, the Chooser
//! ```

#![forbid(unsafe_code)]

pub mod cli;
pub mod delivery;
pub mod engine;
pub mod experiment;
pub mod explore;
pub mod judge;
pub mod model;
pub mod network;
pub mod report;
pub mod results;
pub mod sim;
pub mod stats;
pub mod units;
