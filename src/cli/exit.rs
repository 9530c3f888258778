//! How a verb ends, and the exit status it gives.

use std::process::ExitCode;

/// The ends of a verb. Where several apply, the worst wins: 70 before 1 before 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done; also help, and a pipe that the reader closed.
    Done,
    /// Stopped short: precision not reached, runs failed, interrupted.
    Short,
    /// A finding: a gate or an expectation failed, an oracle that the profile mandates was broken.
    Finding,
    /// The input is wrong, or cannot be read or written.
    Input,
    /// A fault of this program.
    Bug,
}

impl Exit {
    pub const fn status(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Finding => 1,
            Exit::Input => 2,
            Exit::Short => 3,
            Exit::Bug => 70,
        }
    }

    /// The worse of two.
    pub fn and(self, other: Exit) -> Exit {
        let rank = |e: Exit| match e {
            Exit::Done => 0,
            Exit::Short => 1,
            Exit::Finding => 2,
            Exit::Input => 3,
            Exit::Bug => 4,
        };
        if rank(other) > rank(self) { other } else { self }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.status())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_wins() {
        let worst = |ends: &[Exit]| ends.iter().fold(Exit::Done, |a, b| a.and(*b)).status();
        assert_eq!(worst(&[Exit::Short, Exit::Finding]), 1);
        assert_eq!(worst(&[Exit::Bug, Exit::Finding, Exit::Short]), 70);
        assert_eq!(worst(&[Exit::Done, Exit::Short]), 3);
        assert_eq!(worst(&[]), 0);
    }
}
