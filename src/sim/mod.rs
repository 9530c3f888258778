//! One run: the world, its access and workload, and what it shows to observers.

mod books;
mod build;
mod chains;
mod changes;
mod composing;
mod device;
mod draws;
mod functions;
mod hops;
mod judged;
mod layers;
mod layout;
mod observer;
mod outcome;
mod patterns;
mod routes;
mod telling;
mod travel;
mod truth;
mod usable;
mod wishes;
mod workload;
mod world;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::delivery::Rules;
use crate::model::Model;

pub use observer::{Blind, EventView, Observer, Truth, What};
pub use outcome::{RunFailure, RunOutcome, RunSeed};

/// The names of what an observer is shown, for rooms that look at a run and not into the functions.
pub mod seen {
    pub use crate::delivery::axes;
    pub use crate::delivery::milestone::{Channel, Guard, ItemResult};
    pub use crate::delivery::wire;
    pub use crate::delivery::{
        Body, Claim, Content, CopyId, CpmAction, DeferReason, Disposition, Dispositions, Factor, Fate, FunctionId, HoldEnd,
        Indications, LegResult, MessageId, Method, Milestone, NoticeKind, Origin, Pager, Path, Pdu, Place, Storing, Tag, Timer,
        TxnId, UserId, Version,
    };
    pub use crate::network::LinkClass;
}

/// How a run departs from the model, in tests.
#[derive(Clone, Copy, Debug, Default)]
pub struct RunOptions {
    /// All rules, or all but one.
    pub rules: Rules,
}

/// Runs `model` once. The same model and seed give the same events, fingerprints and observations, bit by bit.
///
/// # Errors
/// A run that exceeds its bounds, or, as a fault of the program, one whose books do not balance.
pub fn run<O: Observer>(
    model: &Arc<Model>,
    seed: RunSeed,
    options: &RunOptions,
    observer: &mut O,
) -> Result<RunOutcome, RunFailure> {
    world::World::new(Arc::clone(model), seed, options).run(observer)
}

/// Names of a run's functions, users and devices, for stories and traces.
#[derive(Clone, Debug)]
pub struct Names {
    model: Arc<Model>,
    layout: layout::Layout,
    routes: routes::Routes,
}

impl Names {
    /// The names of the run of `model` with `seed`.
    pub fn of(model: &Arc<Model>, seed: RunSeed) -> Names {
        let mut chooser = crate::engine::SeededChooser::new(crate::engine::RunKey::of(seed.seed, u64::from(seed.replicate)));
        let layout = layout::Layout::of(model, &mut chooser);
        Names { model: Arc::clone(model), routes: routes::Routes::of(model, &layout), layout }
    }

    /// Whether all links of the way from one function to another are streams.
    pub fn is_stream(&self, from: crate::delivery::FunctionId, to: crate::delivery::FunctionId) -> bool {
        let way = self.routes.at(self.routes.between(&self.layout, from, to));
        way.links.iter().all(|(link, _)| self.model.links[*link as usize].spec.transport == crate::network::Transport::Stream)
    }

    /// The name of a function or of a client: `<population>-<number>.<device>`.
    pub fn function(&self, function: crate::delivery::FunctionId) -> String {
        self.layout.name(&self.model, function)
    }

    /// The name of a user: `<population>-<number>`.
    pub fn user(&self, user: crate::delivery::UserId) -> String {
        self.layout.user_name(&self.model, user)
    }

    /// The device class of a client, if it is one.
    pub fn class(&self, client: crate::delivery::FunctionId) -> Option<&str> {
        self.layout.device(client).map(|d| self.layout.class(&self.model, d).name.as_str())
    }
}
