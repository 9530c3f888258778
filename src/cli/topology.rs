//! `topology`: who is joined to whom, as a graph.

use super::args::Topology;
use super::exit::Exit;
use super::one_run;
use super::print::{self, Stop};
use crate::model::topology;

pub fn obey(args: &Topology) -> Result<Exit, Stop> {
    let point = one_run::point(&args.model, &args.set.set, None)?;
    print::out(&topology(&point.model))?;
    Ok(Exit::Done)
}
