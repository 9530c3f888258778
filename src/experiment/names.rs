//! The names of functions, clients and users of a run, for people.

use crate::delivery::{FunctionId, UserId};
use crate::model::Model;

/// Names by number. What has no name here is shown by its number.
#[derive(Clone, Debug, Default)]
pub struct Names {
    functions: Vec<String>,
    users: Vec<String>,
}

impl Names {
    /// The names of a model's functions and users. Functions come first, in the model's order; users count through the populations.
    pub fn of(model: &Model) -> Names {
        let functions = model.functions.iter().map(|f| f.name.clone()).collect();
        let users = model.populations.iter().flat_map(|p| (1..=p.count).map(move |n| format!("{}-{n}", p.name))).collect();
        Names { functions, users }
    }

    /// The same with the clients that a run made: their names follow those of the functions.
    pub fn with_clients(mut self, clients: impl IntoIterator<Item = String>) -> Names {
        self.functions.extend(clients);
        self
    }

    /// A function, or a client on a device.
    pub fn function(&self, id: FunctionId) -> String {
        self.functions.get(id.0 as usize).cloned().unwrap_or_else(|| format!("client {}", id.0))
    }

    pub fn user(&self, id: UserId) -> String {
        self.users.get(id.0 as usize).cloned().unwrap_or_else(|| format!("user {}", id.0))
    }
}
