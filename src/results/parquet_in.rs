//! Reads tables of our own making back from Parquet, some columns at a time.

use std::fs::File;
use std::path::Path;

use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::DataType;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};

use super::error::ResultsError;
use super::table::{Column, Field, Kind, Table};

/// Reads the columns `fields` of the file, row group by row group, handing each to `take`. A file without one of the columns, or with
/// another kind in it, is damaged.
pub(super) fn read(
    path: &Path,
    fields: &[Field],
    mut take: impl FnMut(Table) -> Result<(), ResultsError>,
) -> Result<(), ResultsError> {
    let file = File::open(path).map_err(ResultsError::io(path, "open"))?;
    let error = |e: ParquetError| ResultsError::damaged(path, e.to_string());
    let reader = SerializedFileReader::new(file).map_err(error)?;
    let schema = reader.metadata().file_metadata().schema_descr();
    let place = |field: &Field| {
        let at = schema.columns().iter().position(|column| column.name() == field.name);
        at.ok_or_else(|| ResultsError::damaged(path, format!("it has no column \"{}\"", field.name)))
    };
    let places = fields.iter().map(place).collect::<Result<Vec<_>, _>>()?;
    for at in 0..reader.num_row_groups() {
        let group = reader.get_row_group(at).map_err(error)?;
        let rows =
            usize::try_from(group.metadata().num_rows()).map_err(|_| ResultsError::damaged(path, "a negative number of rows"))?;
        let mut columns = Vec::new();
        for (field, place) in fields.iter().zip(&places) {
            let column = column(&*group, *place, field, rows).map_err(error)?;
            columns
                .push(column.ok_or_else(|| ResultsError::damaged(path, format!("column \"{}\" is of another kind", field.name)))?);
        }
        take(Table::of_columns(fields.to_vec(), columns, rows))?;
    }
    Ok(())
}

/// One column of a row group; none if it is of another kind than `field` says.
fn column(group: &dyn RowGroupReader, at: usize, field: &Field, rows: usize) -> Result<Option<Column>, ParquetError> {
    let optional = group.metadata().column(at).column_descr().max_def_level() > 0;
    let fixed =
        |bytes: &[u8]| <[u8; 16]>::try_from(bytes).map_err(|_| ParquetError::General("a value is not 16 bytes long".into()));
    Ok(Some(match (field.kind, group.get_column_reader(at)?) {
        (Kind::I32, ColumnReader::Int32ColumnReader(r)) => Column::I32(values(r, optional, rows, |v| Ok(*v))?),
        (Kind::I64, ColumnReader::Int64ColumnReader(r)) => Column::I64(values(r, optional, rows, |v| Ok(*v))?),
        (Kind::U64, ColumnReader::Int64ColumnReader(r)) => Column::U64(values(r, optional, rows, |v| Ok(v.cast_unsigned()))?),
        (Kind::F64, ColumnReader::DoubleColumnReader(r)) => Column::F64(values(r, optional, rows, |v| Ok(*v))?),
        (Kind::Bool, ColumnReader::BoolColumnReader(r)) => Column::Bool(values(r, optional, rows, |v| Ok(*v))?),
        (Kind::Text, ColumnReader::ByteArrayColumnReader(r)) => {
            Column::Text(values(r, optional, rows, |v| Ok(v.as_utf8()?.to_owned().into()))?)
        }
        (Kind::Id, ColumnReader::FixedLenByteArrayColumnReader(r)) => Column::Id(values(r, optional, rows, |v| fixed(v.data()))?),
        (Kind::Decimal, ColumnReader::FixedLenByteArrayColumnReader(r)) => {
            Column::Decimal(values(r, optional, rows, |v| fixed(v.data()).map(i128::from_be_bytes))?)
        }
        _ => return Ok(None),
    }))
}

fn values<T: DataType, V>(
    mut reader: ColumnReaderImpl<T>,
    optional: bool,
    rows: usize,
    of: impl Fn(&T::T) -> Result<V, ParquetError>,
) -> Result<Vec<Option<V>>, ParquetError> {
    let (mut levels, mut held) = (Vec::new(), Vec::new());
    let mut seen = 0;
    while seen < rows {
        let (records, _, _) = reader.read_records(rows - seen, if optional { Some(&mut levels) } else { None }, None, &mut held)?;
        if records == 0 {
            return Err(ParquetError::General("a column ends before its row group".into()));
        }
        seen += records;
    }
    let mut held = held.iter();
    let mut next = || held.next().ok_or_else(|| ParquetError::General("fewer values than rows".into())).and_then(&of);
    if !optional {
        return (0..rows).map(|_| next().map(Some)).collect();
    }
    levels.iter().map(|level| if *level > 0 { next().map(Some) } else { Ok(None) }).collect()
}
