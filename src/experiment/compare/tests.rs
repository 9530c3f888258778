//! Comparisons of runs that are made up, and of models against themselves.
