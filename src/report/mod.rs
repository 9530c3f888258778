//! Upstairs: charts and tables of a results folder. This room opens the files of a results folder and only those, and runs nothing.
//!
//! [`read_figures`] and [`Figure`] say what a figure is, [`Folder`] and [`Data`] what it is made from,
//! [`plot_folder`] draws, [`summary`] prints a table.

mod data;
mod fault;
mod figure;
mod folder;
#[cfg(test)]
mod made_up;
pub mod plot;
pub mod summary;
mod words;

pub use data::{Axis, Data, PointHistograms, Row};
pub use fault::{Fault, Faults};
pub use figure::{Figure, Kind, Known, MAX_LINES, MAX_PANELS, Scale, read_figures};
pub use folder::{FIGURES, Folder, PLOTS, default_figures};
pub use plot::{Drawn, PlotError, Plotted, draw_figure, plot_folder};
