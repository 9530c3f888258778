//! Tables as Parquet: zstd, a fixed maker's name, no times, so that equal tables have equal bytes.

use std::cell::RefCell;
use std::sync::Arc;

use parquet::basic::{Compression, Encoding, LogicalType, Repetition, Type as PhysicalType, ZstdLevel};
use parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DataType, DoubleType, FixedLenByteArray, FixedLenByteArrayType, Int32Type, Int64Type,
};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::{ColumnPath, Type, TypePtr};

use super::atomic::AtomicFile;
use super::error::ResultsError;
use super::table::{Column, Field, Kind, Table};

/// A Parquet file being written, one row group per table handed over.
pub(super) struct ParquetFile {
    writer: SerializedFileWriter<AtomicFile>,
}

impl ParquetFile {
    /// Begins to write tables with these columns into `file`.
    pub fn create(file: AtomicFile, fields: &[Field]) -> Result<ParquetFile, ResultsError> {
        let error = fault(&file);
        let mut properties = WriterProperties::builder()
            .set_created_by("cpmsim".to_owned())
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(3).expect("3 is a level of zstd")))
            .set_statistics_enabled(EnabledStatistics::Chunk);
        for field in fields.iter().filter(|field| field.kind == Kind::I64) {
            // Bounds of buckets and times climb: their differences are short, a dictionary of them would not be.
            let column = ColumnPath::new(vec![field.name.clone()]);
            properties = properties.set_column_dictionary_enabled(column.clone(), false);
            properties = properties.set_column_encoding(column, Encoding::DELTA_BINARY_PACKED);
        }
        let properties = properties.build();
        let schema = schema(fields).map_err(&error)?;
        let writer = SerializedFileWriter::new(file, schema, Arc::new(properties)).map_err(error)?;
        Ok(ParquetFile { writer })
    }

    /// Writes the rows of `table` as one row group; nothing if it has none.
    pub fn write(&mut self, table: &Table) -> Result<(), ResultsError> {
        if table.rows() == 0 {
            return Ok(());
        }
        let error = fault(self.writer.inner());
        let mut group = self.writer.next_row_group().map_err(&error)?;
        for (field, column) in table.fields.iter().zip(&table.columns) {
            let mut writer = group.next_column().map_err(&error)?.expect("the schema has as many columns as the table");
            put(&mut writer, field, column).map_err(&error)?;
            writer.close().map_err(&error)?;
        }
        group.close().map_err(&error)?;
        Ok(())
    }

    /// Ends the file and makes it appear.
    pub fn finish(self) -> Result<(), ResultsError> {
        let error = fault(self.writer.inner());
        self.writer.into_inner().map_err(error)?.commit()
    }
}

fn fault(file: &AtomicFile) -> impl Fn(ParquetError) -> ResultsError + use<> {
    let file = file.path().to_owned();
    move |e| ResultsError::Parquet { file: file.clone(), problem: e.to_string() }
}

/// Bytes of a decimal(38,0).
const DECIMAL_BYTES: i32 = 16;

fn schema(fields: &[Field]) -> Result<TypePtr, ParquetError> {
    let column = |field: &Field| {
        let (physical, logical, length) = match field.kind {
            Kind::I32 => (PhysicalType::INT32, None, 0),
            Kind::I64 => (PhysicalType::INT64, None, 0),
            Kind::U64 => (PhysicalType::INT64, Some(LogicalType::integer(64, false)), 0),
            Kind::F64 => (PhysicalType::DOUBLE, None, 0),
            Kind::Bool => (PhysicalType::BOOLEAN, None, 0),
            Kind::Text => (PhysicalType::BYTE_ARRAY, Some(LogicalType::String), 0),
            Kind::Id => (PhysicalType::FIXED_LEN_BYTE_ARRAY, None, 16),
            Kind::Decimal => (PhysicalType::FIXED_LEN_BYTE_ARRAY, Some(LogicalType::decimal(0, 38)), DECIMAL_BYTES),
        };
        let mut builder = Type::primitive_type_builder(&field.name, physical)
            .with_repetition(if field.nullable { Repetition::OPTIONAL } else { Repetition::REQUIRED })
            .with_logical_type(logical)
            .with_length(length);
        if field.kind == Kind::Decimal {
            builder = builder.with_precision(38).with_scale(0);
        }
        builder.build().map(Arc::new)
    };
    let columns = fields.iter().map(column).collect::<Result<Vec<_>, _>>()?;
    Type::group_type_builder("schema").with_fields(columns).build().map(Arc::new)
}

fn put(writer: &mut SerializedColumnWriter<'_>, field: &Field, column: &Column) -> Result<(), ParquetError> {
    let nullable = field.nullable;
    match column {
        Column::I32(all) => batch::<Int32Type, _>(writer, nullable, all, |v| *v),
        Column::I64(all) => batch::<Int64Type, _>(writer, nullable, all, |v| *v),
        Column::U64(all) => batch::<Int64Type, _>(writer, nullable, all, |v| v.cast_signed()),
        Column::F64(all) => batch::<DoubleType, _>(writer, nullable, all, |v| *v),
        Column::Bool(all) => batch::<BoolType, _>(writer, nullable, all, |v| *v),
        Column::Text(all) => {
            // The same word often stands in many rows: it is made once and shared.
            let last = RefCell::new(ByteArray::from(""));
            batch::<ByteArrayType, _>(writer, nullable, all, |v| {
                let mut last = last.borrow_mut();
                if last.data() != v.as_bytes() {
                    *last = ByteArray::from(v.as_bytes().to_vec());
                }
                last.clone()
            })
        }
        Column::Id(all) => batch::<FixedLenByteArrayType, _>(writer, nullable, all, |v| FixedLenByteArray::from(v.to_vec())),
        Column::Decimal(all) => {
            batch::<FixedLenByteArrayType, _>(writer, nullable, all, |v| FixedLenByteArray::from(v.to_be_bytes().to_vec()))
        }
    }
}

fn batch<T: DataType, V>(
    writer: &mut SerializedColumnWriter<'_>,
    nullable: bool,
    all: &[Option<V>],
    of: impl Fn(&V) -> T::T,
) -> Result<(), ParquetError> {
    let values: Vec<T::T> = all.iter().flatten().map(of).collect();
    let levels: Option<Vec<i16>> = nullable.then(|| all.iter().map(|v| i16::from(v.is_some())).collect());
    writer.typed::<T>().write_batch(&values, levels.as_deref(), None)?;
    Ok(())
}
