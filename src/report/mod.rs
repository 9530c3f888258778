//! Upstairs: charts and tables of a results folder. This room opens the files of a results folder and only those, and runs nothing.
//!
//! [`read_figures`] and [`Figure`] say what a figure is, [`Folder`] and [`Data`] what it is made from,
//! [`plot_folder`] draws, [`summary`] prints a table.

mod data;
mod fault;
mod figure;
mod folder;
#[cfg(all(test, feature = "plots"))]
mod made_up;
pub mod plot;
mod reading;
mod schema;
pub mod summary;
mod words;

pub use data::{Axis, Data, PointHistograms, Row};
pub use fault::{Fault, Faults};
pub use figure::{Figure, Kind, Known, MAX_LINES, MAX_PANELS, Scale};
pub use folder::{FIGURES, Folder, PLOTS, default_figures};
pub use plot::{Drawn, PlotError, Plotted, draw_figure, plot_folder};
pub use reading::read_figures;
pub use schema::figures_schema;
pub use words::number;
