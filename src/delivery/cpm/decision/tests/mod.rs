//! The suite of the decision.
