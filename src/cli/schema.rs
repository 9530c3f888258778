//! `schema`: what model and experiment files may say, as JSON Schema.

use super::args::{Kind, Schema};
use super::exit::Exit;
use super::print::{self, Stop};

pub fn obey(args: &Schema) -> Result<Exit, Stop> {
    let schema = match args.kind {
        Kind::Model => crate::model::model_schema(),
        Kind::Experiment => crate::experiment::schema::schema(),
    };
    print::out(&(serde_json::to_string_pretty(&schema).expect("plain data") + "\n"))?;
    Ok(Exit::Done)
}
