//! The study: a model file becomes a [`Model`], or every fault in it at once.
//!
//! The way of a file: [`read_tree`] makes a syntax tree that knows its places; [`Tree`] lays what the file extends and the built-in
//! defaults under it; [`resolve`] lays overrides over it, puts parameters in the place of references, walks it against the one
//! description of the language (`file`, `laws`, `params`), and checks what must fit together. The same description gives the JSON
//! [`schema`] and the reference in the documentation.

mod access;
mod built;
mod canonical;
mod check;
mod check_access;
mod check_deferred;
mod check_functions;
mod check_links;
mod check_people;
mod check_policy;
mod check_policy_use;
mod check_provider;
mod check_responses;
mod check_rest;
mod check_smsc;
mod check_traffic;
pub mod clauses;
mod extend;
mod fault;
mod file;
mod file_access;
mod file_deferred;
mod file_policy;
mod laws;
mod leaf;
mod load;
mod merge;
mod names;
mod overrides;
mod params;
mod plant;
mod recording;
mod refer;
mod report;
mod resolved;
pub mod schema;
mod shape;
mod source;
mod tree;
mod views;
mod walk;
mod written;
mod written_access;
mod written_policy;

pub use access::{Common, Daily, Layers, Pattern, PatternKind, Portion, Replay, Trace, is_on, leaves};
#[cfg(test)]
pub(crate) use built::{Built, built};
pub use canonical::resolved_text;
pub use extend::{LIBRARY, Tree};
pub use fault::{Fault, Faults};
pub use leaf::shorten;
pub use load::{Loaded, load_model, resolve};
pub use names::{nearest, remedy as name_remedy};
pub use overrides::{parse_override, path_names};
pub use resolved::*;
pub use schema::model_schema;
pub use source::{MAX_FILE_BYTES, Origin, Source, read_text};
pub use tree::{Data, Document, Member, Node, Place, parse_document, pointer_token, read_tree};
pub use views::topology;
