//! One test binary, so that linking is paid once.

mod cli;
