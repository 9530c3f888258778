//! From records to rows: the columns of `runs`, `latency`, `levels` and `messages` (`metrics.md` 6).

use std::collections::{BTreeMap, BTreeSet};

use super::metric::{Code, Metric, Source, Unit};
use super::plan::{AxisValue, Plan};
use super::point::PointData;
use super::run_record::{Key, MessageRow, RunRecord, each_message_column};
use super::table::{Cell, Column, Field, Kind, Table};
use crate::stats::Sum;

/// One row of `runs`, kept until all runs are known: breakdowns of any run are columns of all.
pub(super) struct RunRow {
    fixed: Vec<Cell>,
    metrics: Vec<Cell>,
    breakdowns: BTreeMap<Key, Sum>,
}

impl RunRow {
    /// The row of a run; `values` are those of its point.
    pub fn of(run: &RunRecord, axes: &AxisKinds, values: &[AxisValue]) -> RunRow {
        let mut fixed: Vec<Cell> = vec![index(run.point), index(run.replicate)];
        fixed.extend(axes.cells(values));
        fixed.extend([
            run.run_id.into(),
            run.model_id.into(),
            index(run.results_version),
            run.profile.clone().into(),
            run.seed.into(),
        ]);
        fixed.push(run.status.word().into());
        let numbers = [
            run.end_ns,
            run.window_start_ns,
            run.window_end_ns,
            run.submitted,
            run.accepted,
            run.deferred,
            run.delivered,
            run.pending,
        ];
        fixed.extend(numbers.map(Cell::I64));
        fixed.extend([run.trace_fingerprint.into(), run.fate_fingerprint.into()]);

        let mut cells = Vec::new();
        for metric in columns() {
            cells.push(PointData::run_value(run, metric).into());
            if let Some(kind) = sum_kind(metric) {
                cells.extend(sum_cells(PointData::run_sum(run, metric), kind));
            }
        }
        RunRow { fixed, metrics: cells, breakdowns: run.breakdowns.clone() }
    }
}

/// Metrics that have a column: all that a run has a value for.
fn columns() -> impl Iterator<Item = &'static Metric> {
    Metric::built().filter(|metric| metric.code != Code::Z)
}

/// Kind of the `__num` column, for metrics that have one.
fn sum_kind(metric: &Metric) -> Option<Kind> {
    match (metric.code, metric.unit) {
        (Code::M, Unit::Seconds) => Some(Kind::Decimal),
        (Code::M | Code::R, _) => Some(Kind::I64),
        _ => None,
    }
}

fn sum_fields(name: &str, kind: Kind) -> [Field; 2] {
    [Field::nullable(format!("{name}__num"), kind), Field::nullable(format!("{name}__den"), Kind::I64)]
}

fn sum_cells(sum: Option<Sum>, kind: Kind) -> [Cell; 2] {
    let count = |n: i128| Cell::I64(i64::try_from(n).expect("a count of one run fits 64 bits"));
    match sum {
        None => [Cell::Null, Cell::Null],
        Some(sum) if kind == Kind::Decimal => [sum.num.into(), count(sum.den)],
        Some(sum) => [count(sum.num), count(sum.den)],
    }
}

fn index(n: u32) -> Cell {
    Cell::I32(i32::try_from(n).expect("a plan has fewer than 2^31 points, replicates and versions"))
}

/// The table `runs`: one row per run, with a column for each breakdown that any run has.
pub(super) fn runs_table(axes: &AxisKinds, rows: Vec<RunRow>) -> Table {
    use Kind::{F64, I32, I64, Id, Text, U64};
    let kinds = [I32, I32, Id, Id, I32, Text, U64, Text, I64, I64, I64, I64, I64, I64, I64, I64, Id, Id];
    let mut fixed = RUN_COLUMNS.iter().zip(kinds).map(|(name, kind)| Field::required(*name, kind));
    let mut fields: Vec<Field> = fixed.by_ref().take(2).collect();
    fields.extend(axes.fields());
    fields.extend(fixed);
    for metric in columns() {
        fields.push(Field::nullable(metric.name.as_str(), F64));
        fields.extend(sum_kind(metric).map(|kind| sum_fields(&metric.name, kind)).into_iter().flatten());
    }
    let breakdowns: BTreeSet<Key> = rows.iter().flat_map(|row| row.breakdowns.keys().cloned()).collect();
    let parents: Vec<Option<&Metric>> =
        breakdowns.iter().map(|name| Metric::find(name.split("__by_").next().unwrap_or(name))).collect();
    for (name, parent) in breakdowns.iter().zip(&parents) {
        fields.push(Field::nullable(name.as_ref(), F64));
        fields.extend(sum_fields(name, parent.and_then(sum_kind).unwrap_or(I64)));
    }
    let mut table = Table::new(fields);
    for row in rows {
        let parts = breakdowns.iter().zip(&parents).flat_map(|(name, parent)| {
            let sum = row.breakdowns.get(name).copied();
            let value = sum.and_then(Sum::value).map(|v| parent.map_or(v, |metric| metric.unit.scale(v)));
            let [num, den] = sum_cells(sum, parent.and_then(sum_kind).unwrap_or(I64));
            [value.into(), num, den]
        });
        table.push(row.fixed.into_iter().chain(row.metrics).chain(parts));
    }
    table
}

/// Name of an axis' column: the dotted path, unless a fixed column of `runs` or of the summary is called so.
pub(super) fn axis_column(axis: &str) -> String {
    let taken = RUN_COLUMNS.contains(&axis) || super::summary::COLUMNS.contains(&axis) || Metric::find(axis).is_some();
    if taken { format!("axis.{axis}") } else { axis.to_owned() }
}

/// Fixed columns of `runs`.
const RUN_COLUMNS: [&str; 18] = [
    "point",
    "replicate",
    "run_id",
    "model_id",
    "results_version",
    "profile",
    "seed",
    "status",
    "end_ns",
    "window_start_ns",
    "window_end_ns",
    "submitted",
    "accepted",
    "deferred",
    "delivered",
    "pending",
    "trace_fingerprint",
    "fate_fingerprint",
];

/// Axis columns: names, and the narrowest kind that holds every point's value.
pub(super) struct AxisKinds {
    names: Vec<String>,
    kinds: Vec<Kind>,
}

impl AxisKinds {
    pub fn of(plan: &Plan) -> AxisKinds {
        let kind = |at: usize| {
            let values = || plan.points.iter().map(|point| &point.values[at]);
            if values().all(|v| matches!(v, AxisValue::Integer(_))) {
                Kind::I64
            } else if values().all(|v| matches!(v, AxisValue::Integer(_) | AxisValue::Number(_))) {
                Kind::F64
            } else if values().all(|v| matches!(v, AxisValue::Boolean(_))) {
                Kind::Bool
            } else {
                Kind::Text
            }
        };
        // The run's own column of the same name says the same (`profile`); the axis stands beside it under a name of its own.
        AxisKinds {
            names: plan.axes.iter().map(|axis| axis_column(axis)).collect(),
            kinds: (0..plan.axes.len()).map(kind).collect(),
        }
    }

    fn fields(&self) -> impl Iterator<Item = Field> + '_ {
        self.names.iter().zip(&self.kinds).map(|(name, kind)| Field::required(name.as_str(), *kind))
    }

    fn cells<'a>(&'a self, values: &'a [AxisValue]) -> impl Iterator<Item = Cell> + 'a {
        self.kinds.iter().zip(values).map(|(kind, value)| match (kind, value) {
            (Kind::I64, AxisValue::Integer(v)) => Cell::I64(*v),
            (Kind::F64, AxisValue::Integer(v)) => Cell::F64(*v as f64),
            (Kind::F64, AxisValue::Number(v)) => Cell::F64(*v),
            (Kind::Bool, AxisValue::Boolean(v)) => Cell::Bool(*v),
            (_, value) => Cell::Text(value.to_string().into()),
        })
    }
}

/// An empty `latency` table.
pub(super) fn latency_table() -> Table {
    let mut fields =
        vec![Field::required("point", Kind::I32), Field::required("replicate", Kind::I32), Field::required("metric", Kind::Text)];
    fields.extend(["lower_ns", "upper_ns", "delivered", "censored"].map(|name| Field::required(name, Kind::I64)));
    Table::new(fields)
}

/// Adds the histograms of a run, families in the order of columns. Straight into the columns: these are millions of rows.
pub(super) fn push_latency(table: &mut Table, run: &RunRecord) {
    // Simulated time ends at 2^63 ns, so that only the bucket of its very end is cut.
    let number = |n: u64| Some(i64::try_from(n).unwrap_or(i64::MAX));
    for (family, key) in families(|metric| metric.source == Source::Histogram) {
        let Some(histogram) = run.histograms.get(key) else { continue };
        table.extend(|columns| {
            let [Column::I32(point), Column::I32(replicate), Column::Text(metric), numbers @ ..] = columns else {
                panic!("the table is made by latency_table");
            };
            let [Column::I64(lower), Column::I64(upper), Column::I64(delivered), Column::I64(censored)] = numbers else {
                panic!("the table is made by latency_table");
            };
            let before = lower.len();
            for bucket in histogram.buckets() {
                lower.push(number(bucket.lower));
                upper.push(number(bucket.upper));
                delivered.push(number(bucket.delivered));
                censored.push(number(bucket.censored));
            }
            let rows = lower.len();
            point.resize(rows, Some(run.point as i32));
            replicate.resize(rows, Some(run.replicate as i32));
            metric.resize(rows, Some(family.into()));
            rows - before
        });
    }
}

/// An empty `levels` table.
pub(super) fn levels_table() -> Table {
    let mut fields =
        vec![Field::required("point", Kind::I32), Field::required("replicate", Kind::I32), Field::required("metric", Kind::Text)];
    fields.extend(["level", "weight_ns", "items", "censored"].map(|name| Field::required(name, Kind::I64)));
    Table::new(fields)
}

/// Adds the levels of a run. Rows of one level add up, so that a weight too large for 64 bits (many users, long windows) stands in several.
pub(super) fn push_levels(table: &mut Table, run: &RunRecord) {
    for (family, key) in families(|metric| matches!(metric.source, Source::LevelTime | Source::LevelItems)) {
        let Some(levels) = run.levels.get(key) else { continue };
        for (level, what) in levels.iter() {
            let (mut weight, mut items, mut censored) = (what.weight_ns, what.items, what.censored);
            loop {
                let part = weight.min(i64::MAX as u128);
                let count = |n: u64| i64::try_from(n).expect("fewer than 2^63 items in a run");
                let cells = [index(run.point), index(run.replicate), family.into()];
                table.push(cells.into_iter().chain([level, part as i64, count(items), count(censored)].map(Cell::I64)));
                weight -= part;
                (items, censored) = (0, 0);
                if weight == 0 {
                    break;
                }
            }
        }
    }
}

/// Families whose numbers lie where `source` says, each once, in the order of columns, with their key.
fn families(source: impl Fn(&Metric) -> bool) -> Vec<(&'static str, &'static str)> {
    let mut families: Vec<(&str, &str)> = Vec::new();
    for metric in Metric::built().filter(|metric| source(metric)) {
        if !families.iter().any(|(_, key)| *key == metric.key()) {
            families.push((&metric.family, metric.key()));
        }
    }
    families
}

/// An empty `messages` table.
pub(super) fn messages_table() -> Table {
    let mut fields =
        vec![Field::required("point", Kind::I32), Field::required("replicate", Kind::I32), Field::required("run_id", Kind::Id)];
    let row = MessageRow::default();
    macro_rules! field {
        ($name:ident) => {
            fields.push(row.$name.field(stringify!($name)))
        };
    }
    each_message_column!(field);
    Table::new(fields)
}

/// Adds the copies of a run, in the order in which the collector wrote them.
pub(super) fn push_messages(table: &mut Table, run: &mut RunRecord) {
    for row in std::mem::take(&mut run.messages) {
        let mut cells = vec![index(run.point), index(run.replicate), run.run_id.into()];
        macro_rules! cell {
            ($name:ident) => {
                cells.push(row.$name.into())
            };
        }
        each_message_column!(cell);
        table.push(cells);
    }
}

/// The kind of column that a Rust type stands for.
trait ColumnKind {
    const KIND: Kind;
    const NULLABLE: bool = false;
    fn field(&self, name: &str) -> Field {
        Field { name: name.to_owned(), kind: Self::KIND, nullable: Self::NULLABLE }
    }
}

macro_rules! column_kinds {
    ($($kind:ty => $column:ident,)*) => { $(
        impl ColumnKind for $kind {
            const KIND: Kind = Kind::$column;
        }
    )* };
}
column_kinds! { i32 => I32, i64 => I64, bool => Bool, Key => Text, }

impl<T: ColumnKind> ColumnKind for Option<T> {
    const KIND: Kind = T::KIND;
    const NULLABLE: bool = true;
}
