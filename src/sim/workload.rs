//! When the streams of messages submit, and what they submit.

use crate::delivery::{Content, Dispositions, UserId};
use crate::model::{Arrivals, MessageHeaders, MessageSpec, TextLength, Traffic};
use crate::units::{Chooser, Law, Purpose, SimTime, Site, Span, SubjectId, bernoulli, choose_index, uniform_open};

/// The stream of one traffic towards one recipient.
#[derive(Clone, Debug)]
pub(super) struct Stream {
    pub traffic: u32,
    pub from: UserId,
    pub to: UserId,
    pub subject: SubjectId,
    /// Messages composed so far.
    pub composed: u32,
    /// Arrivals drawn so far.
    draws: u32,
    /// Known beforehand, latest first, each with what names it: its draw, or its instant. So one that is left out renames no other.
    planned: Vec<(SimTime, u64)>,
    /// Names the message that comes next.
    identity: u64,
    /// What is left of a batch.
    batch: u32,
}

impl Stream {
    pub fn new<C: Chooser>(
        traffic: u32,
        spec: &Traffic,
        from: UserId,
        to: UserId,
        recipient: SubjectId,
        chooser: &mut C,
    ) -> Stream {
        let subject = SubjectId::of_name(&spec.name).with(recipient);
        let planned = match &spec.arrivals {
            Arrivals::Count { count, from, to } => {
                let length = (*to - *from).ns() as f64;
                let uniform = |n| uniform_open(chooser.bits(Site::new(Purpose::Arrivals, subject, n)));
                let times = (0..*count).map(uniform).map(|u| *from + Span::from_ns((u * length) as u64));
                let mut named: Vec<(SimTime, u64)> = times.zip(0..).collect();
                named.sort_by_key(|n| std::cmp::Reverse(*n));
                named
            }
            Arrivals::At(times) => {
                let earlier_twins = |i: usize| times[..i].iter().rev().take_while(|t| **t == times[i]).count() as u64;
                let named = (0..times.len()).map(|i| (times[i], crate::units::fold(times[i].ns(), earlier_twins(i))));
                named.rev().collect()
            }
            _ => Vec::new(),
        };
        Stream { traffic, from, to, subject, composed: 0, draws: 0, planned, identity: 0, batch: 0 }
    }

    /// The instant of the next message after one at `now` (the start: zero), before `until`.
    pub fn next<C: Chooser>(&mut self, spec: &Traffic, now: SimTime, until: SimTime, chooser: &mut C) -> Option<SimTime> {
        let at = match &spec.arrivals {
            Arrivals::Count { .. } | Arrivals::At(_) => {
                let (at, identity) = self.planned.pop()?;
                self.identity = identity;
                at
            }
            Arrivals::Poisson { per_second } => now.saturating_add(self.exponential(*per_second, chooser)?),
            Arrivals::Renewal { interval } => now.saturating_add(self.draw(interval, chooser)),
            Arrivals::Hourly { per_second, weights } => self.thinned(*per_second, weights, now, until, chooser)?,
            Arrivals::Batches { per_second, sizes, gap } => {
                if self.batch > 0 {
                    self.batch -= 1;
                    now.saturating_add(self.draw(gap, chooser))
                } else {
                    let begin = now.saturating_add(self.exponential(*per_second, chooser)?);
                    let weights: Vec<f64> = sizes.iter().map(|s| s.1).collect();
                    let size = sizes[choose_index(self.bits(chooser), &weights)].0;
                    self.batch = size.saturating_sub(1);
                    begin
                }
            }
        };
        if !matches!(spec.arrivals, Arrivals::Count { .. } | Arrivals::At(_)) {
            self.identity = u64::from(self.composed);
        }
        (at < until).then_some(at)
    }

    /// Number of the conversation that this stream is for its recipient: a part of the name of its subject.
    pub fn conversation(&self) -> u32 {
        (self.subject.0 >> 32) as u32
    }

    /// The subject of the message that comes next.
    pub fn message(&self) -> SubjectId {
        self.subject.part(self.identity)
    }

    fn bits<C: Chooser>(&mut self, chooser: &mut C) -> u64 {
        self.draws += 1;
        chooser.bits(Site::new(Purpose::Arrivals, self.subject, self.draws - 1))
    }

    fn draw<C: Chooser>(&mut self, law: &Law, chooser: &mut C) -> Span {
        self.draws += 1;
        law.sample(chooser, Site::new(Purpose::Arrivals, self.subject, self.draws - 1))
    }

    fn exponential<C: Chooser>(&mut self, per_second: f64, chooser: &mut C) -> Option<Span> {
        (per_second > 0.0).then(|| self.draw(&Law::Exponential { mean: Span::from_seconds(1.0 / per_second) }, chooser))
    }

    /// A Poisson process whose rate follows the hour: candidates at the highest rate, kept with the hour's share of it.
    fn thinned<C: Chooser>(
        &mut self,
        rate: f64,
        weights: &[f64; 24],
        now: SimTime,
        until: SimTime,
        chooser: &mut C,
    ) -> Option<SimTime> {
        let highest = weights.iter().copied().fold(0.0, f64::max);
        let mut at = now;
        loop {
            at = at.saturating_add(self.exponential(rate * highest, chooser)?);
            if at >= until {
                return None;
            }
            let hour = (at.ns() / 3_600_000_000_000 % 24) as usize;
            if uniform_open(self.bits(chooser)) * highest < weights[hour] {
                return Some(at);
            }
        }
    }
}

/// Whether the sender hides its identity.
pub(super) fn hides<C: Chooser>(headers: &MessageHeaders, subject: SubjectId, chooser: &mut C) -> bool {
    headers.anonymous > 0.0 && bernoulli(chooser.bits(Site::new(Purpose::Content, subject, 1)), headers.anonymous)
}

/// What kind of content the message has.
pub(super) fn kind<C: Chooser>(headers: &MessageHeaders, subject: SubjectId, chooser: &mut C) -> Content {
    match headers.contents.as_slice() {
        [] => Content::Text,
        [(_, only)] => *only,
        several => {
            let weights: Vec<f64> = several.iter().map(|c| c.0).collect();
            several[choose_index(chooser.bits(Site::new(Purpose::Content, subject, 2)), &weights)].1
        }
    }
}

/// Characters and bytes of the content of message `subject`, and what is asked for.
pub(super) fn content<C: Chooser>(spec: &MessageSpec, subject: SubjectId, chooser: &mut C) -> (u32, u32, Dispositions) {
    let chars = match spec.length {
        TextLength::Fixed(chars) => chars,
        TextLength::Lognormal { median, sigma, cap } => {
            // Drawn as a span of as many seconds as the text has characters: one sampler serves both.
            let law = Law::Lognormal { median: Span::from_seconds(median), sigma };
            let drawn = law.sample(chooser, Site::new(Purpose::Content, subject, 0)).seconds();
            (libm::round(drawn).max(1.0) as u32).min(cap)
        }
    };
    let bytes = libm::round(f64::from(chars) * spec.bytes_per_char) as u32;
    let asked = spec.imdn;
    (chars, bytes, Dispositions { positive: asked.positive, negative: asked.negative, display: asked.display })
}
