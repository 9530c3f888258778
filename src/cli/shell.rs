//! `completions` and `man`: what a shell and a manual want to know.

use clap::CommandFactory;

use super::args::{Cli, Completions, Man};
use super::exit::Exit;
use super::print::{self, Stop};

pub fn completions(args: &Completions) -> Result<Exit, Stop> {
    // Into memory first: the generator panics on a closed pipe.
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "cpmsim", &mut text);
    print::out(&String::from_utf8_lossy(&text))?;
    Ok(Exit::Done)
}

pub fn man(args: &Man) -> Result<Exit, Stop> {
    std::fs::create_dir_all(&args.dir).map_err(|e| Stop::file(&args.dir, "make the folder", &e))?;
    clap_mangen::generate_to(Cli::command(), &args.dir).map_err(|e| Stop::file(&args.dir, "write the pages", &e))?;
    print::out(&format!("manual pages are in {}\n", args.dir.display()))?;
    Ok(Exit::Done)
}
