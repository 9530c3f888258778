//! The names of functions, clients and users of a run, for people.

use std::sync::Arc;

use crate::model::Model;
use crate::sim::seen::{FunctionId, UserId};
use crate::sim::{self, RunSeed};

/// Names by number; without a run behind them, the numbers themselves.
#[derive(Clone, Debug, Default)]
pub struct Names {
    run: Option<sim::Names>,
}

impl Names {
    /// The names of the run of `model` with `seed`.
    pub fn of(model: &Arc<Model>, seed: RunSeed) -> Names {
        Names { run: Some(sim::Names::of(model, seed)) }
    }

    /// A function, or a client on a device.
    pub fn function(&self, id: FunctionId) -> String {
        self.run.as_ref().map_or_else(|| format!("function {}", id.0), |run| run.function(id))
    }

    /// Whether all links of the way from one function to another are streams.
    pub fn is_stream(&self, from: FunctionId, to: FunctionId) -> bool {
        self.run.as_ref().is_some_and(|run| run.is_stream(from, to))
    }

    pub fn user(&self, id: UserId) -> String {
        self.run.as_ref().map_or_else(|| format!("user {}", id.0), |run| run.user(id))
    }
}
