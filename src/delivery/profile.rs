//! Profiles and axes: which document generation, and which behaviour where the texts leave a choice.
//!
//! A profile is a preset of all axes; a model may set each axis alone. Guards are axes with the values `on` and `off`.

use super::axes::{AXES, AXIS_COUNT};

/// A preset of the axes, named after the document it follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Profile {
    Im2008,
    Sd2009,
    TsDraft,
    PullR00,
    #[default]
    Latest,
}

impl Profile {
    pub const ALL: [Profile; 5] = [Profile::Im2008, Profile::Sd2009, Profile::TsDraft, Profile::PullR00, Profile::Latest];

    /// The name used in model files and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Profile::Im2008 => "im-2008",
            Profile::Sd2009 => "sd-2009",
            Profile::TsDraft => "ts-draft",
            Profile::PullR00 => "pull-r00",
            Profile::Latest => "latest",
        }
    }

    /// The profile of that name.
    pub fn named(name: &str) -> Option<Profile> {
        Profile::ALL.into_iter().find(|p| p.name() == name)
    }
}

/// What an axis belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AxisKind {
    Procedure,
    Interworking,
    Client,
    Plant,
    Guard,
}

/// One row of the table of axes.
#[derive(Clone, Copy, Debug)]
pub struct AxisInfo {
    pub name: &'static str,
    pub kind: AxisKind,
    pub values: &'static [&'static str],
    /// Index into `values`.
    pub default: u8,
    /// Index into `values` for each profile, in the order of [`Profile::ALL`].
    pub by_profile: [u8; 5],
    /// What the axis decides, one sentence.
    pub says: &'static str,
}

/// An axis, by its place in [`AXES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AxisId(pub u8);

impl AxisId {
    /// The axis of that name.
    pub fn named(name: &str) -> Option<AxisId> {
        AXES.iter().position(|a| a.name == name).map(|i| AxisId(i as u8))
    }

    pub fn all() -> impl Iterator<Item = AxisId> {
        (0..AXIS_COUNT as u8).map(AxisId)
    }

    pub fn info(self) -> &'static AxisInfo {
        &AXES[self.0 as usize]
    }
}

/// A value for every axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Axes {
    chosen: [u8; AXIS_COUNT],
}

impl Axes {
    /// The preset of `profile`.
    pub fn of(profile: Profile) -> Axes {
        Axes { chosen: std::array::from_fn(|i| AXES[i].by_profile[profile as usize]) }
    }

    /// Sets `axis` to the value of that name; false if the axis has no such value.
    pub fn set(&mut self, axis: AxisId, value: &str) -> bool {
        match axis.info().values.iter().position(|v| *v == value) {
            Some(i) => {
                self.chosen[axis.0 as usize] = i as u8;
                true
            }
            None => false,
        }
    }

    /// The name of the chosen value.
    pub fn value(&self, axis: AxisId) -> &'static str {
        axis.info().values[self.chosen[axis.0 as usize] as usize]
    }

    /// Whether `axis` has the value of that name. The name must be one of the axis.
    pub fn is(&self, axis: AxisId, value: &str) -> bool {
        debug_assert!(axis.info().values.contains(&value), "{} has no value {value}", axis.info().name);
        self.value(axis) == value
    }

    /// Whether a guard is on.
    pub fn on(&self, axis: AxisId) -> bool {
        self.is(axis, "on")
    }
}

impl Default for Axes {
    fn default() -> Self {
        Axes::of(Profile::default())
    }
}
