//! What the terminating PF does with a message that has just come: one pure procedure for each document generation.
//!
//! Built: the 2015 procedure 8.3.1.1 without access policy (steps 1 to 6 need rules, which no model can hold yet).

pub mod iw2015;
