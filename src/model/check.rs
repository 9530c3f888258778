//! From a merged tree to a [`Model`]: parameters, names and what must fit together.
//!
//! Readers here return none for what the walk has already reported, and report only what they alone can see, so that all faults
//! of a file come at once. Functions are in `check_functions`, links in `check_links`, people in `check_people`, messages in
//! `check_traffic`, whether a run comes to rest in `check_rest`, policy in `check_policy` and `check_policy_use`, what providers and clients lay down in `check_provider`, deferred delivery in `check_deferred` and
//! `check_responses`; axes in [`built`](super::built).

use std::collections::BTreeMap;
use std::rc::Rc;

use super::check_access::Patterns;
use super::check_provider::law_or_none;
use super::laws;
use super::leaf;
use super::names::remedy;
use super::report::{At, Report};
use super::resolved::{ClientParams, End, Limits, Measure, Model, RunBlock, SipParams, Start};
use super::tree::{Data, Node};
use crate::units::{Law, SimTime, Span};

/// The tree of a model while it is read.
pub struct Check<'t, 'r, 's> {
    pub root: At<'t>,
    pub report: &'r mut Report<'s>,
    /// Names of the functions and what each is, sorted, whether or not they are written rightly.
    pub functions: Vec<(&'t str, &'t str)>,
    /// Places of the functions of each kind.
    by_kind: BTreeMap<&'t str, Rc<[usize]>>,
    /// Names of the populations, sorted.
    pub populations: Vec<&'t str>,
    pub patterns: Patterns<'t>,
}

/// The model at `root`, unless something is wrong with it.
pub fn model(name: &str, root: &Node, report: &mut Report<'_>) -> Option<Model> {
    let root = At::root(root);
    let functions = root.members_of("functions").into_iter();
    let functions: Vec<(&str, &str)> =
        functions.map(|(name, at)| (name, at.get("kind").and_then(|k| k.text()).unwrap_or(""))).collect();
    let mut kinds: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (i, (_, kind)) in functions.iter().enumerate() {
        kinds.entry(kind).or_default().push(i);
    }
    let by_kind = kinds.into_iter().map(|(kind, places)| (kind, places.into())).collect();
    let populations = root.members_of("populations").into_iter().map(|(name, _)| name).collect();
    let patterns = Patterns { all: Vec::new() };
    let mut check = Check { root, report, functions, by_kind, populations, patterns };
    check.patterns = super::check_access::patterns(&mut check);
    let axes = super::built::axes(&mut check);
    let run = check.run();
    let measure = check.measure();
    let functions = super::check_functions::functions(&mut check, axes.as_ref().map(|(_, axes)| axes));
    let links = super::check_links::links(&mut check);
    let mut populations = super::check_people::populations(&mut check);
    let patterns = std::mem::replace(&mut check.patterns, Patterns { all: Vec::new() });
    let patterns = super::check_access::settle(&mut check, patterns, populations.as_deref_mut());
    let policies = super::check_policy_use::policies(&mut check, populations.as_deref_mut());
    let traffic = super::check_traffic::traffic(&mut check, run.as_ref());
    let sip = check.sip();
    let client = check.client();
    let limits = check.limits();
    let (profile, axes) = axes?;
    let policies = policies?;
    let model = Model {
        name: name.to_owned(),
        profile,
        axes,
        run: run?,
        measure: measure?,
        functions: functions?,
        links: links?,
        populations: populations?,
        traffic: traffic?,
        policies: policies.table,
        policy_names: policies.names,
        patterns: patterns?,
        sip: sip?,
        client: client?,
        limits: limits?,
    };
    super::check_links::ways(&mut check, &model);
    check.connectivity(&model);
    check.pull_sessions(&model);
    super::check_smsc::centres_exist(&mut check, &model);
    check.open_at_the_end(&model);
    super::check_rest::warn(&mut check, &model);
    Some(model)
}

impl<'t> Check<'t, '_, '_> {
    pub fn fault(&mut self, code: &'static str, at: &At<'t>, problem: impl Into<String>, remedy: impl Into<String>) {
        self.report.fault(code, at.place(), &at.path, problem, remedy);
    }

    /// The length of time of the parameter at dotted `id`.
    pub fn span(&mut self, id: &str) -> Option<Span> {
        leaf::span(self.root.find(id)?.node, false).ok()
    }

    /// The whole number of the parameter at dotted `id`.
    pub fn whole(&mut self, id: &str) -> Option<u64> {
        leaf::whole(self.root.find(id)?.node, 0, u64::MAX).ok()
    }

    /// The law at `at`, if its values are possible too.
    pub fn law(&mut self, at: &At<'t>) -> Option<Law> {
        let samples = &self.report.samples;
        let law = laws::law(at.node, &|file| samples.get(&(file.place.source, file.place.start)).cloned().flatten())?;
        match law.check() {
            Ok(()) => Some(law),
            Err(e) => {
                for fault in e.0 {
                    let place = if fault.place.is_empty() { String::new() } else { format!("{}: ", fault.place) };
                    self.fault("impossible-law", at, format!("{place}{}", fault.problem), fault.remedy);
                }
                None
            }
        }
    }

    /// The law of `own`, else that of the parameter `id`.
    pub fn law_or(&mut self, own: Option<At<'t>>, id: &str) -> Option<Law> {
        let at = own.or_else(|| self.root.find(id))?;
        self.law(&at)
    }

    /// The length of time of `own`, else that of the parameter `id`.
    pub fn span_or(&mut self, own: Option<At<'t>>, id: &str) -> Option<Span> {
        let at = own.or_else(|| self.root.find(id))?;
        leaf::span(at.node, false).ok()
    }

    /// The whole number of `own`, else that of the parameter `id`.
    pub fn whole_or(&mut self, own: Option<At<'t>>, id: &str) -> Option<u32> {
        let at = own.or_else(|| self.root.find(id))?;
        leaf::whole(at.node, 0, u64::from(u32::MAX)).ok().map(|n| n as u32)
    }

    /// The probability of `own`, else that of the parameter `id`.
    pub fn probability_or(&mut self, own: Option<At<'t>>, id: &str) -> Option<f64> {
        let at = own.or_else(|| self.root.find(id))?;
        leaf::probability(at.node).ok()
    }

    /// The place of the function of that name.
    pub fn function_named(&self, name: &str) -> Option<usize> {
        self.functions.binary_search_by_key(&name, |(n, _)| n).ok()
    }

    /// The place of the function of this kind that `written` names. Left out, it is the only one of its kind; `owner` then bears
    /// the fault. `Some(None)`: none, where `may_lack` allows that.
    pub fn function(
        &mut self,
        written: Option<At<'t>>,
        owner: &At<'t>,
        kind: &str,
        field: &str,
        may_lack: bool,
    ) -> Option<Option<usize>> {
        let of_kind = self.by_kind.get(kind).cloned().unwrap_or_default();
        let names: Vec<_> = of_kind.iter().take(2001).map(|i| self.functions[*i].0).collect();
        let Some(written) = written else {
            let (code, problem, remedy) = match of_kind[..] {
                [only] => return Some(Some(only)),
                [] if may_lack => return Some(None),
                [] => {
                    let remedy = format!("add a function with \"kind\": \"{kind}\"");
                    ("missing-function", format!("there is no function of the kind \"{kind}\""), remedy)
                }
                _ => {
                    let remedy = format!("write \"{field}\": one of {}", names[..names.len().min(12)].join(", "));
                    ("ambiguous", format!("there are {} functions of the kind \"{kind}\"", of_kind.len()), remedy)
                }
            };
            self.fault(code, owner, problem, remedy);
            return None;
        };
        if written.node.data == Data::Null {
            return may_lack.then_some(None);
        }
        let name = written.text()?;
        if let Some(found) = self.function_named(name).filter(|i| self.functions[*i].1 == kind) {
            return Some(Some(found));
        }
        let problem = match self.function_named(name).map(|i| self.functions[i]) {
            Some((_, other)) => format!("\"{name}\" is of the kind \"{other}\", not \"{kind}\""),
            None => format!("no function is named \"{}\"", leaf::shorten(name)),
        };
        let help = remedy(name, &format!("functions of the kind {kind}"), names);
        self.fault("dangling-name", &written, problem, help);
        None
    }

    fn run(&mut self) -> Option<RunBlock> {
        let run = self.root.get("run")?;
        let warm_up = match run.get("warm_up") {
            Some(at) => leaf::span(at.node, false).ok(),
            None => Some(Span::ZERO),
        };
        let until_at = run.get("arrivals_until")?;
        let until = leaf::span(until_at.node, false).ok();
        if let (Some(warm_up), Some(until)) = (warm_up, until)
            && warm_up > until
        {
            let problem = "arrivals end before the warm-up does, so that no message counts";
            self.fault("out-of-order", &until_at, problem, "write a later instant, or a shorter `warm_up`");
        }
        let end = match run.get("end") {
            Some(at) if at.text() != Some("drained") => {
                let end = leaf::span(at.node, false).ok()?;
                if until.is_some_and(|until| end < until) {
                    let problem = "the run ends before arrivals do";
                    self.fault(
                        "out-of-order",
                        &at,
                        problem,
                        "write a later instant, or \"drained\", or an earlier `arrivals_until`",
                    );
                }
                End::At(SimTime::ZERO + end)
            }
            _ => End::Drained,
        };
        let start = match run.get("start") {
            Some(at) => start(&at)?,
            None => Start::Equilibrium,
        };
        Some(RunBlock { warm_up: warm_up?, arrivals_until: SimTime::ZERO + until?, end, start })
    }

    fn measure(&mut self) -> Option<Measure> {
        Some(Measure {
            needless_window: self.span("measure.needless_window")?,
            stuck_after: self.span("measure.stuck_after")?,
            order_window: u32::try_from(self.whole("measure.order_window")?).ok()?,
            race_window: self.span("measure.race_window")?,
            imdn_grace: self.span("measure.imdn_grace")?,
        })
    }

    fn sip(&mut self) -> Option<SipParams> {
        let params = SipParams {
            core_t1: self.span("sip.core_t1")?,
            access_t1: self.span("sip.access_t1")?,
            core_t2: self.span("sip.core_t2")?,
            core_t4: self.span("sip.core_t4")?,
            access_t2: self.span("sip.access_t2")?,
            access_t4: self.span("sip.access_t4")?,
            timer_c: self.span("sip.timer_c")?,
        };
        for (id, t1) in [("sip.core_t1", params.core_t1), ("sip.access_t1", params.access_t1)] {
            if t1.ns().checked_mul(64).is_none_or(|f| f > super::shape::LONGEST_DAYS * 86_400_000_000_000) {
                let at = self.root.find(id)?;
                self.fault("too-large", &at, "64 T1 is longer than a model may write", "write less");
            }
        }
        Some(params)
    }

    fn client(&mut self) -> Option<ClientParams> {
        let dedupe_window = self.span("client.dedupe_window");
        let sync = law_or_none(self, None, "client.sync");
        let display = self.probability_or(None, "user.display");
        let display_delay = self.law_or(None, "user.display_delay");
        let pull = super::check_deferred::pull(self);
        if let Some(Some(law)) = &sync
            && law.is_zero()
            && let Some(at) = self.root.find("client.sync")
        {
            let problem = "the time is always zero, so that time would stand still";
            self.fault("never-moves", &at, problem, "write a time above zero, or null");
        }
        Some(ClientParams {
            dedupe_window: dedupe_window?,
            display: display?,
            display_delay: display_delay?,
            sync: sync?,
            pull: pull?,
        })
    }

    /// Where every client's connectivity must be known, something has to tell it.
    fn connectivity(&mut self, model: &Model) {
        if model.axes.value(crate::delivery::axes::CONNECTIVITY_CHECK) != "mandatory" {
            return;
        }
        for function in &model.functions {
            let super::resolved::FunctionKind::Pf(pf) = &function.kind else { continue };
            if pf.connectivity.is_some() {
                continue;
            }
            let at = self.root.find("functions").and_then(|all| all.get(&function.name)).unwrap_or_else(|| self.root.clone());
            let problem = "`connectivity-check=mandatory` needs a source for connectivity, and this PF has none";
            let remedy = "write \"pf\": {\"connectivity\": \"200 ms\"}, or \"axes\": {\"connectivity-check\": \"if-available\"}";
            self.fault("no-connectivity-source", &at, problem, remedy);
        }
    }

    /// A session that its client closes as soon as it stands brings nothing that is to travel inside it.
    fn pull_sessions(&mut self, model: &Model) {
        use crate::delivery::axes as axis;
        let pulls = !model.axes.is(axis::DEFERRED_MODE, "auto-push");
        if !pulls || !model.axes.is(axis::PULL_TRANSPORT, "in-session") || !model.axes.is(axis::PULL_TEARDOWN, "client-after-ack") {
            return;
        }
        let written = |name: &str| self.root.find("axes").and_then(|axes| axes.get(name));
        let at = written("pull-transport").or_else(|| written("pull-teardown")).unwrap_or_else(|| self.root.clone());
        let problem = "with `pull-transport=in-session` and `pull-teardown=client-after-ack` the client closes the session before the messages come in it";
        let remedy =
            "write \"axes\": {\"pull-teardown\": \"after-retrieval\"} or \"pf\", or \"pull-transport\": \"separate-requests\"";
        self.fault("contradictory-axes", &at, problem, remedy);
    }

    fn limits(&mut self) -> Option<Limits> {
        Some(Limits { events: self.whole("limits.events")?, steps: u32::try_from(self.whole("limits.steps")?).ok()? })
    }

    /// Warns where messages may be open when the run ends (`metrics.md` 1.5).
    fn open_at_the_end(&mut self, model: &Model) {
        let End::At(end) = model.run.end else { return };
        let longest = model.traffic.iter().map(|t| {
            let life = pf_expiry(model, model.populations[t.to].pf);
            t.message.expires.map_or(life, |e| life.min(e))
        });
        let Some(longest) = longest.max() else { return };
        let needed = model.run.arrivals_until.saturating_add(longest);
        if end < needed {
            let at = self.root.find("run.end").unwrap_or_else(|| self.root.clone());
            let problem = "messages may still be open when the run ends: it is neither drained nor does it end one longest message life after the last arrival";
            let remedy = format!(
                "write \"drained\", or an end of at least {}, or let arrivals end earlier",
                crate::units::format_span(Span::from_ns(needed.ns()))
            );
            self.report.warning("open-at-end", &at, problem, remedy);
        }
    }
}

fn pf_expiry(model: &Model, pf: usize) -> Span {
    match &model.functions[pf].kind {
        super::resolved::FunctionKind::Pf(params) => params.expiry,
        other => unreachable!("the PF of a population is a PF, not {other:?}"),
    }
}

/// The state at the start that `at` says.
pub fn start(at: &At<'_>) -> Option<Start> {
    match at.text()? {
        "equilibrium" => Some(Start::Equilibrium),
        "all_on" => Some(Start::AllOn),
        "all_off" => Some(Start::AllOff),
        _ => None,
    }
}

/// A limit that may be "unbounded".
pub fn bound(at: &At<'_>) -> Option<Option<u32>> {
    if at.text() == Some("unbounded") {
        return Some(None);
    }
    leaf::whole(at.node, 0, u64::from(u32::MAX)).ok().map(|n| Some(n as u32))
}
