//! Tables as comma-separated text: RFC 4180 quoting, `\n` at line ends, null as nothing, floats in the shortest form that reads back equal.

use std::io::{self, Write};

use super::identity::hex;
use super::table::{Cell, Table};

/// The shortest text that reads back as `value`, in plain digits where they are not too many. Also a JSON number.
pub fn float(value: f64) -> String {
    assert!(value.is_finite(), "no NaN or infinity is ever written: {value}");
    let size = value.abs();
    if size == 0.0 {
        "0".to_owned()
    } else if (1e-5..1e16).contains(&size) {
        value.to_string()
    } else {
        format!("{value:e}")
    }
}

/// A field as it stands between commas.
pub(super) fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

fn text_of(cell: Cell) -> String {
    match cell {
        Cell::Null => String::new(),
        Cell::I32(v) => v.to_string(),
        Cell::I64(v) => v.to_string(),
        Cell::U64(v) => v.to_string(),
        Cell::F64(v) => float(v),
        Cell::Bool(v) => v.to_string(),
        Cell::Text(v) => quoted(&v),
        Cell::Id(v) => hex(&v),
        Cell::Decimal(v) => v.to_string(),
    }
}

/// Writes the line of names.
pub(super) fn put_head(table: &Table, out: &mut impl Write) -> io::Result<()> {
    let names: Vec<String> = table.fields.iter().map(|field| quoted(&field.name)).collect();
    writeln!(out, "{}", names.join(","))
}

/// Writes the rows.
pub(super) fn put_rows(table: &Table, out: &mut impl Write) -> io::Result<()> {
    for row in 0..table.rows() {
        for (at, column) in table.columns.iter().enumerate() {
            if at > 0 {
                out.write_all(b",")?;
            }
            out.write_all(text_of(column.cell(row)).as_bytes())?;
        }
        out.write_all(b"\n")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::table::{Field, Kind};
    use proptest::prelude::*;

    #[test]
    fn floats_are_short_and_plain() {
        let texts = [0.0, -0.0, 1.0, 0.1, 1e15, 1e16, 1e-5, 1e-6, -2.5e-9, 1.0 / 3.0].map(float);
        assert_eq!(texts, ["0", "0", "1", "0.1", "1000000000000000", "1e16", "0.00001", "1e-6", "-2.5e-9", "0.3333333333333333"]);
    }

    #[test]
    fn fields_are_quoted_only_where_needed() {
        let mut table = Table::new(vec![
            Field::required("a,b", Kind::Text),
            Field::nullable("n", Kind::Decimal),
            Field::required("id", Kind::Id),
        ]);
        table.push([Cell::from("say \"hi\""), Cell::Null, Cell::Id([0xab; 16])]);
        table.push([Cell::from("plain"), Cell::Decimal(-(10i128.pow(37))), Cell::Id([0; 16])]);
        let mut out = Vec::new();
        put_head(&table, &mut out).unwrap();
        put_rows(&table, &mut out).unwrap();
        let expected = "\"a,b\",n,id\n\"say \"\"hi\"\"\",,abababababababababababababababab\nplain,-10000000000000000000000000000000000000,00000000000000000000000000000000\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    proptest! {
        #[test]
        fn floats_read_back_equal(bits in any::<u64>()) {
            let value = f64::from_bits(bits);
            prop_assume!(value.is_finite());
            prop_assert_eq!(float(value).parse::<f64>().unwrap(), value);
        }
    }
}
