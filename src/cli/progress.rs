//! Progress on standard error, threads, and what Ctrl-C does.

use std::io::IsTerminal;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::print::say;

/// A bar with runs done, rate and time left; nothing where nobody watches.
pub struct Progress(ProgressBar);

impl Progress {
    pub fn new(runs: u64) -> Progress {
        let bar = ProgressBar::new(runs);
        if !std::io::stderr().is_terminal() || runs == 0 {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len} runs  {per_sec}  {eta} left").expect("a template");
        bar.set_style(style);
        Progress(bar)
    }

    pub fn at(&self, done: u64) {
        self.0.set_position(done);
    }

    pub fn clear(&self) {
        self.0.finish_and_clear();
    }
}

/// Threads to use: those asked for, or as many as there are cores.
pub fn threads(asked: Option<u32>) -> usize {
    asked.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), |n| n as usize)
}

/// Set once the user has asked to stop. The second time the program ends at once; what is kept stays whole.
pub fn interruption() -> &'static AtomicBool {
    static STOP: AtomicBool = AtomicBool::new(false);
    static HANDLER: OnceLock<()> = OnceLock::new();
    HANDLER.get_or_init(|| {
        let handler = || {
            if STOP.swap(true, Ordering::Relaxed) {
                std::process::exit(3);
            }
            say("stopping: runs under way are finished and kept; once more to stop at once");
        };
        // Without a handler Ctrl-C ends the program as it does any other.
        let _ = ctrlc::set_handler(handler);
    });
    &STOP
}
