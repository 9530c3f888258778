//! Figures of a results folder, as SVG and PNG, by plotters.
//!
//! One chart per file (`lines`, `ccdf`, `frontier`, `dots`); the paper around them is `frame`, the shapes are `scene`, the two
//! formats [`write`]. A figure is a function of the files alone: drawn twice, its bytes are the same. Without the feature `plots`
//! the room says that figures were not built in.

#[cfg(feature = "plots")]
mod ccdf;
#[cfg(feature = "plots")]
mod dots;
#[cfg(feature = "plots")]
mod font;
#[cfg(feature = "plots")]
mod frame;
#[cfg(feature = "plots")]
mod frontier;
#[cfg(feature = "plots")]
mod labels;
#[cfg(feature = "plots")]
mod lines;
#[cfg(feature = "plots")]
mod palette;
#[cfg(feature = "plots")]
mod scale;
#[cfg(feature = "plots")]
mod scene;
#[cfg(feature = "plots")]
mod series;
#[cfg(all(test, feature = "plots"))]
mod tests;
#[cfg(feature = "plots")]
mod write;

use super::data::{Data, PointHistograms};
use super::fault::{Fault, Faults, known_words};
use super::figure::{Figure, Kind};
use super::folder::{FIGURES, Folder, PLOTS};
use crate::results::ResultsError;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// A figure that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    pub name: String,
    pub svg: PathBuf,
    pub png: PathBuf,
}

/// Why figures could not be drawn.
#[derive(Debug, Error)]
pub enum PlotError {
    #[error("figures were not built in: this program was compiled without the feature \"plots\"")]
    NotBuiltIn,
    /// The figures ask for what is not there, or the files have changed. Nothing was drawn.
    #[error(transparent)]
    Faults(#[from] Faults),
    /// The folder cannot be read.
    #[error(transparent)]
    Results(#[from] ResultsError),
    #[error("{}: cannot write: {source}", path.display())]
    Write { path: PathBuf, source: std::io::Error },
    /// A fault of ours or of plotters.
    #[error("figure \"{figure}\" cannot be drawn: {why}")]
    Draw { figure: String, why: String },
}

/// The figures of a folder, drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plotted {
    pub drawn: Vec<Drawn>,
    /// Whether the manifest now lists the figures. It is left alone where other files differ from it, so that it still tells.
    pub listed: bool,
}

/// Draws the figures of a results folder into its `plots/`: those named in `only`, or all. Nothing is drawn if anything is wrong
/// with a figure or with the files that figures are made from.
pub fn plot_folder(dir: &Path, only: &[String]) -> Result<Plotted, PlotError> {
    if !cfg!(feature = "plots") {
        return Err(PlotError::NotBuiltIn);
    }
    let folder = Folder::open(dir)?;
    let (mut faults, differs) = folder.changes()?;
    let figures = folder.figures().unwrap_or_else(|found| {
        faults.extend(found);
        Vec::new()
    });
    if faults.is_empty() {
        let names = || figures.iter().map(|figure| figure.name.as_str());
        let unknown = only.iter().filter(|name| !names().any(|known| known == name.as_str()));
        faults
            .extend(unknown.map(|name| Fault::new(FIGURES, format!("there is no figure \"{name}\""), known_words(name, names()))));
    }
    if !faults.is_empty() {
        return Err(Faults(faults).into());
    }
    let plots = dir.join(PLOTS);
    std::fs::create_dir_all(&plots).map_err(|source| PlotError::Write { path: plots.clone(), source })?;
    let mut drawn = Vec::new();
    for figure in figures.iter().filter(|figure| only.is_empty() || only.contains(&figure.name)) {
        let histograms = match &figure.kind {
            Kind::Ccdf { family, .. } => folder.histograms(family)?,
            _ => Vec::new(),
        };
        drawn.push(draw_figure(figure, folder.data(), &histograms, &plots)?);
    }
    if !differs {
        folder.results().manifest().clone().write(dir)?;
    }
    Ok(Plotted { drawn, listed: !differs })
}

/// Draws one figure that has been checked against `data` into `folder`, as `<name>.svg` and `<name>.png`. `histograms` are those of
/// the figure's family if it is a `ccdf`. Each file appears whole or not at all.
#[cfg(feature = "plots")]
pub fn draw_figure(figure: &Figure, data: &Data, histograms: &[PointHistograms], folder: &Path) -> Result<Drawn, PlotError> {
    let scene = match &figure.kind {
        Kind::Lines { .. } => lines::draw(figure, data),
        Kind::Ccdf { .. } => ccdf::draw(figure, data, histograms),
        Kind::Frontier { .. } => frontier::draw(figure, data),
        Kind::Dots { .. } => dots::draw(figure, data),
    };
    let drawn = |write::DrawError(why)| PlotError::Draw { figure: figure.name.clone(), why };
    let text = write::svg(&scene).map_err(drawn)?;
    let svg = put(folder, &figure.name, "svg", |path| {
        std::fs::write(path, &text).map_err(|source| PlotError::Write { path: path.to_owned(), source })
    })?;
    let png = put(folder, &figure.name, "png", |path| write::png(&scene, path).map_err(drawn))?;
    Ok(Drawn { name: figure.name.clone(), svg, png })
}

/// Without the feature `plots` nothing is drawn.
#[cfg(not(feature = "plots"))]
pub fn draw_figure(_: &Figure, _: &Data, _: &[PointHistograms], _: &Path) -> Result<Drawn, PlotError> {
    Err(PlotError::NotBuiltIn)
}

/// Has a file written under another name and then renames it.
#[cfg(feature = "plots")]
fn put(folder: &Path, name: &str, end: &str, write: impl FnOnce(&Path) -> Result<(), PlotError>) -> Result<PathBuf, PlotError> {
    let (path, unfinished) = (folder.join(format!("{name}.{end}")), folder.join(format!(".{name}.unfinished.{end}")));
    let done = write(&unfinished)
        .and_then(|()| std::fs::rename(&unfinished, &path).map_err(|source| PlotError::Write { path: path.clone(), source }));
    if done.is_err() {
        // What is left of a failed attempt is of no use; that it may be absent is no second error.
        let _ = std::fs::remove_file(&unfinished);
    }
    done.map(|()| path)
}
