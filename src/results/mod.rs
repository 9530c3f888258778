//! The landing: files with a schema. What a run hands over, the journal that keeps it, the tables and summaries made from it, and the
//! way back in.
//!
//! The catalogue of metrics is here too: a name that it does not hold is not written. Nothing here runs a simulation or draws a figure.

mod atomic;
mod catalogue;
mod codec;
mod csv_in;
mod csv_out;
mod error;
mod folder;
mod identity;
mod journal;
mod lock;
mod manifest;
mod metric;
mod oracles;
#[cfg(feature = "parquet")]
mod parquet_in;
#[cfg(feature = "parquet")]
mod parquet_out;
mod plan;
mod point;
mod reader;
mod rows;
mod run_record;
#[cfg(test)]
mod sample;
mod summary;
mod table;
mod writer;

pub use catalogue::{GUARDS, LINK_CLASSES, catalogue};
pub use csv_in::TextTable;
pub use csv_out::float;
pub use error::ResultsError;
pub use folder::is_ours;
pub use identity::{hex, model_id, of_hex, run_id};
pub use journal::{JOURNAL_DIR, Journal, Warning};
pub use manifest::{FileFault, FileHash, FileProblem, HOST, MANIFEST, Manifest, ManifestPoint, NotDone, write_host};
pub use metric::{Code, Metric, MetricError, Open, Population, Source, Stat, Unit};
pub use plan::{AxisValue, Plan, PlanPoint};
pub use point::{PointData, Waits, wait_ip_efficiency};
pub use reader::Results;
pub use run_record::{FirstBreak, Key, MessageRow, OracleCount, RunRecord, Status};
pub use summary::{Summary, SummaryRow};
pub use writer::{AssembleOptions, Assembled, assemble, assemble_from, put_file};

/// Version of what a run computes. Raised by every change that moves a pinned fate fingerprint; rows of different versions never mix.
pub const RESULTS_VERSION: u32 = 5;
