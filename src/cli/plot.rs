//! `plot`: the figures of a results folder, without running anything.

use super::args::Plot;
use super::exit::Exit;
use super::figures;
use super::print::{self, Stop};

pub fn obey(args: &Plot) -> Result<Exit, Stop> {
    let drawn = figures::draw(&args.dir, &args.only)?;
    let mut text: String = drawn.iter().map(|d| format!("{}\n{}\n", d.svg.display(), d.png.display())).collect();
    if drawn.is_empty() {
        text = format!("{} holds no figures to draw\n", args.dir.display());
    }
    print::out(&text)?;
    Ok(Exit::Done)
}
