//! Upstairs: charts and tables of a results folder. This room opens the files of a results folder and only those, and runs nothing.
//!
//! [`read_figures`] and [`Figure`] say what a figure is, [`Data`] what it is made from, [`plot`] draws it, [`summary`] prints a table.

mod data;
mod fault;
mod figure;
pub mod plot;
mod words;

pub use data::{Axis, Data, PointHistograms, Row};
pub use fault::{Fault, Faults};
pub use figure::{Figure, Kind, Known, MAX_PANELS, Scale, read_figures};
pub use plot::{Drawn, MAX_LINES, PlotError, draw_figure};
