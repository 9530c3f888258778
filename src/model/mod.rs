//! The study: a model file becomes a [`Model`], or every fault in it at once.

mod resolved;

pub use resolved::*;
