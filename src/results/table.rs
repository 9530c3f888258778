//! A table in memory: named columns of one kind each, nullable or not. Parquet and CSV are two ways to write it down.

use std::borrow::Cow;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    I32,
    I64,
    U64,
    F64,
    Bool,
    Text,
    /// 16 bytes; hexadecimal in text files.
    Id,
    /// Sums of nanoseconds: decimal(38,0).
    Decimal,
}

/// Name and kind of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    pub name: String,
    pub kind: Kind,
    pub nullable: bool,
}

impl Field {
    pub fn required(name: impl Into<String>, kind: Kind) -> Field {
        Field { name: name.into(), kind, nullable: false }
    }

    pub fn nullable(name: impl Into<String>, kind: Kind) -> Field {
        Field { name: name.into(), kind, nullable: true }
    }
}

/// One cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Null,
    I32(i32),
    I64(i64),
    U64(u64),
    F64(f64),
    Bool(bool),
    Text(Cow<'static, str>),
    Id([u8; 16]),
    Decimal(i128),
}

/// Values of one column; `None` is null.
#[derive(Clone, Debug, PartialEq)]
pub enum Column {
    I32(Vec<Option<i32>>),
    I64(Vec<Option<i64>>),
    U64(Vec<Option<u64>>),
    F64(Vec<Option<f64>>),
    Bool(Vec<Option<bool>>),
    Text(Vec<Option<Cow<'static, str>>>),
    Id(Vec<Option<[u8; 16]>>),
    Decimal(Vec<Option<i128>>),
}

impl Column {
    pub(super) fn new(kind: Kind) -> Column {
        match kind {
            Kind::I32 => Column::I32(Vec::new()),
            Kind::I64 => Column::I64(Vec::new()),
            Kind::U64 => Column::U64(Vec::new()),
            Kind::F64 => Column::F64(Vec::new()),
            Kind::Bool => Column::Bool(Vec::new()),
            Kind::Text => Column::Text(Vec::new()),
            Kind::Id => Column::Id(Vec::new()),
            Kind::Decimal => Column::Decimal(Vec::new()),
        }
    }

    fn push(&mut self, field: &Field, cell: Cell) {
        assert!(field.nullable || cell != Cell::Null, "column {} is never null", field.name);
        match (self, cell) {
            (Column::I32(all), Cell::I32(v)) => all.push(Some(v)),
            (Column::I64(all), Cell::I64(v)) => all.push(Some(v)),
            (Column::U64(all), Cell::U64(v)) => all.push(Some(v)),
            (Column::F64(all), Cell::F64(v)) => all.push(Some(v)),
            (Column::Bool(all), Cell::Bool(v)) => all.push(Some(v)),
            (Column::Text(all), Cell::Text(v)) => all.push(Some(v)),
            (Column::Id(all), Cell::Id(v)) => all.push(Some(v)),
            (Column::Decimal(all), Cell::Decimal(v)) => all.push(Some(v)),
            (Column::I32(all), Cell::Null) => all.push(None),
            (Column::I64(all), Cell::Null) => all.push(None),
            (Column::U64(all), Cell::Null) => all.push(None),
            (Column::F64(all), Cell::Null) => all.push(None),
            (Column::Bool(all), Cell::Null) => all.push(None),
            (Column::Text(all), Cell::Null) => all.push(None),
            (Column::Id(all), Cell::Null) => all.push(None),
            (Column::Decimal(all), Cell::Null) => all.push(None),
            (_, cell) => panic!("column {} holds {:?}, not {cell:?}", field.name, field.kind),
        }
    }

    /// The cell at `row`.
    pub fn cell(&self, row: usize) -> Cell {
        match self {
            Column::I32(all) => all[row].map_or(Cell::Null, Cell::I32),
            Column::I64(all) => all[row].map_or(Cell::Null, Cell::I64),
            Column::U64(all) => all[row].map_or(Cell::Null, Cell::U64),
            Column::F64(all) => all[row].map_or(Cell::Null, Cell::F64),
            Column::Bool(all) => all[row].map_or(Cell::Null, Cell::Bool),
            Column::Text(all) => all[row].clone().map_or(Cell::Null, Cell::Text),
            Column::Id(all) => all[row].map_or(Cell::Null, Cell::Id),
            Column::Decimal(all) => all[row].map_or(Cell::Null, Cell::Decimal),
        }
    }
}

/// Columns of equal length.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    pub fields: Vec<Field>,
    pub columns: Vec<Column>,
    rows: usize,
}

impl Table {
    /// A table without rows.
    pub fn new(fields: Vec<Field>) -> Table {
        let columns = fields.iter().map(|field| Column::new(field.kind)).collect();
        Table { fields, columns, rows: 0 }
    }

    /// A table of columns that were read.
    #[cfg(feature = "parquet")]
    pub(super) fn of_columns(fields: Vec<Field>, columns: Vec<Column>, rows: usize) -> Table {
        Table { fields, columns, rows }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Adds a row: one cell for each column, in their order.
    pub fn push(&mut self, cells: impl IntoIterator<Item = Cell>) {
        let mut cells = cells.into_iter();
        for (field, column) in self.fields.iter().zip(&mut self.columns) {
            column.push(field, cells.next().unwrap_or_else(|| panic!("the row ends before column {}", field.name)));
        }
        assert!(cells.next().is_none(), "the row is longer than the table is wide");
        self.rows += 1;
    }

    /// Adds rows through the columns themselves; `add` gives their number.
    pub(super) fn extend(&mut self, add: impl FnOnce(&mut [Column]) -> usize) {
        self.rows += add(&mut self.columns);
    }

    /// Takes all rows out.
    pub fn clear(&mut self) {
        *self = Table::new(std::mem::take(&mut self.fields));
    }
}

macro_rules! cells {
    ($($kind:ty => $cell:ident,)*) => { $(
        impl From<$kind> for Cell {
            fn from(value: $kind) -> Cell {
                Cell::$cell(value)
            }
        }
    )* };
}
cells! { i32 => I32, i64 => I64, u64 => U64, f64 => F64, bool => Bool, Cow<'static, str> => Text, [u8; 16] => Id, i128 => Decimal, }

impl From<&'static str> for Cell {
    fn from(text: &'static str) -> Cell {
        Cell::Text(text.into())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Cell {
        Cell::Text(text.into())
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Cell {
        value.map_or(Cell::Null, Into::into)
    }
}
