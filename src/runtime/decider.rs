use super::census::{census, restless};
use super::composition::composition;
use super::doubling::Doublings;
use super::exhaustion::{exhaustion, nearest, pace};
use super::floors::{CELL_S, Floors, retained};
use super::forecast::forecast;
use super::life::Life;
use super::limits::Limits;
use super::pace::{Pace, WINDOW_S};
use super::sample::Sample;
use super::settled::{Opinion, SHORTEST_S, settled, too_short};
use super::standing::{Change, Standing};
use super::track::{Quantity, Tracks};
use super::trend::{Growth, LEAK, WATCH, seek};
use super::verdict::{Alert, Class, Judgement, Level, Verdict};
use super::words::{percent, rate, size};

/// Alerts that are kept; beyond, the oldest go.
const ALERTS: usize = 64;
/// A silence of so many cells (almost six hours) is no gap: what comes after is a new beginning.
const SILENCE: u64 = 4096;

/// Takes the samples of one process as they come and says what to make of them.
///
/// Its own memory is bounded however long it watches, and the same samples give the same judgement, wherever their clock
/// begins.
#[derive(Clone, Debug)]
pub struct Decider {
    pace: Pace,
    limits: Limits,
    judgement: Judgement,
    tracks: Tracks,
    clock: Option<Clock>,
    doublings: Doublings,
    leak: Standing,
    watch: Standing,
    /// A count that grows, and which.
    count: Standing,
    counted: Option<Class>,
    /// When exhaustion was last near, if it was said.
    near_s: Option<f64>,
}

/// Where the samples are in time, in the detectors' seconds.
#[derive(Clone, Copy, Debug)]
struct Clock {
    first_s: f64,
    last_s: f64,
    cell: u64,
}

impl Decider {
    /// A decider that has seen nothing yet, with a window of [`WINDOW_S`].
    pub fn new(limits: Limits) -> Self {
        Self::with_window(limits, WINDOW_S)
    }

    /// A decider to which a leak must show itself within so many seconds: what it asks for is shorter in proportion, and
    /// it is less sure. All times and rates it tells are real ones.
    pub fn with_window(limits: Limits, window_s: f64) -> Self {
        let judgement = Judgement {
            verdict: Verdict::NotEnoughData,
            confidence: 0.0,
            level: None,
            class: None,
            alerts: Vec::new(),
            forecast: None,
            reasons: vec!["nothing was seen yet".to_owned()],
        };
        Self {
            pace: Pace::of(window_s),
            limits,
            judgement,
            tracks: Tracks::default(),
            clock: None,
            doublings: Doublings::default(),
            leak: Standing::new(240.0),
            watch: Standing::new(90.0),
            count: Standing::new(240.0),
            counted: None,
            near_s: None,
        }
    }

    /// Says what the limits are now.
    pub fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// Takes the next sample. One that is not later than the last, or has no finite time, is ignored.
    pub fn push(&mut self, sample: Sample) -> &Judgement {
        let sample = Sample { at_s: self.pace.inner(sample.at_s), ..sample };
        let at_s = sample.at_s;
        if !at_s.is_finite() || self.clock.is_some_and(|clock| at_s <= clock.last_s) {
            return &self.judgement;
        }
        let begun = Clock { first_s: at_s, last_s: at_s, cell: 0 };
        let clock = self.clock.unwrap_or(begun);
        let cell = ((at_s - clock.first_s) / CELL_S) as u64;
        let passed = cell - clock.cell;
        self.clock = Some(Clock { last_s: at_s, cell, ..clock });
        if passed > SILENCE {
            self.begin_again(at_s);
            self.clock = Some(begun);
        } else if passed > 0 {
            let completed = self.tracks.complete(passed);
            self.judge(&sample, completed);
        }
        self.tracks.take(&sample);
        let seen_s = at_s - clock.first_s;
        if seen_s < SHORTEST_S && self.judgement.verdict == Verdict::NotEnoughData {
            self.judgement.reasons = vec![too_short(seen_s, self.pace)];
        }
        &self.judgement
    }

    /// What is thought now.
    pub fn judgement(&self) -> &Judgement {
        &self.judgement
    }

    /// Bytes of memory the decider takes, about: some KiB for each quantity that is followed, at most 64 KiB in all.
    pub fn footprint(&self) -> usize {
        size_of::<Self>() + self.tracks.footprint() + self.judgement.alerts.capacity() * size_of::<Alert>()
    }

    /// Forgets the series and keeps what was said.
    fn begin_again(&mut self, at_s: f64) {
        self.tracks = Tracks::default();
        self.doublings = Doublings::default();
        for standing in [&mut self.leak, &mut self.watch, &mut self.count] {
            standing.end();
        }
        self.near_s = None;
        for level in [Level::Leak, Level::Watch, Level::Exhaustion] {
            self.retract(level, at_s);
        }
        self.judgement.level = None;
    }

    /// Judges after cells were completed.
    fn judge(&mut self, sample: &Sample, completed: usize) {
        let at_s = sample.at_s;
        let Some(held) = self.tracks.get(Quantity::Held) else { return };
        let floor = held.ago(0.0).unwrap_or(0.0);
        let life = Life::of(held);
        // What it gave back and takes again is a question of whether it is a leak, and not of whether it still is one.
        let demand = if self.leak.growth().is_some() { LEAK.without_beyond() } else { LEAK };
        let [leak, watch] = seek(held, completed, [&demand, &WATCH]);
        let doubles = self.doublings.step(at_s, floor);
        let leak = leak.or_else(|| self.doublings.growth(&retained(&held.level(0)), CELL_S).filter(|_| doubles));
        let counted = census(&self.tracks, completed);
        let stood = (self.stands(), self.watch.growth().is_some());
        self.leak.step(at_s, floor, leak, life.fading < LEAK.fading);
        self.watch.step(at_s, floor, watch, false);
        self.count(at_s, counted);
        let stands = (self.stands(), self.watch.growth().is_some());
        self.describe(sample);
        self.change(Level::Watch, stood.1, stands.1, at_s);
        self.change(Level::Leak, stood.0, stands.0, at_s);
        self.exhaust(sample);
        self.judgement.level = match stands {
            (true, _) => Some(Level::Leak),
            _ if self.near_s.is_some() => Some(Level::Exhaustion),
            (_, true) => Some(Level::Watch),
            _ => None,
        };
    }

    /// Whether it is called a leak.
    fn stands(&self) -> bool {
        self.leak.growth().is_some() || self.count.growth().is_some()
    }

    /// Follows the count that grows.
    fn count(&mut self, at_s: f64, found: Option<(Class, Growth)>) {
        let class = self.counted.or(found.map(|(class, _)| class));
        let quantity = match class {
            Some(Class::Threads) => Quantity::Threads,
            Some(Class::Descriptors) => Quantity::Descriptors,
            _ => Quantity::Mappings,
        };
        let now = self.tracks.get(quantity).and_then(|floors| floors.ago(0.0)).unwrap_or(0.0);
        let growth = found.filter(|(found, _)| class == Some(*found)).map(|(_, growth)| growth);
        self.counted = if self.count.step(at_s, now, growth, false) == Change::Left { None } else { class };
    }

    /// Raises or takes back an alert.
    fn change(&mut self, level: Level, stood: bool, stands: bool, at_s: f64) {
        if stands && !stood {
            let reasons = self.judgement.reasons.clone();
            self.raise(Alert { at_s: self.pace.real(at_s), level, reasons, retracted_at_s: None });
        } else if stood && !stands {
            self.retract(level, at_s);
        }
    }

    fn raise(&mut self, alert: Alert) {
        if self.judgement.alerts.len() == ALERTS {
            self.judgement.alerts.remove(0);
        }
        self.judgement.alerts.push(alert);
    }

    fn retract(&mut self, level: Level, at_s: f64) {
        let at_s = self.pace.real(at_s);
        let last = self.judgement.alerts.iter_mut().rfind(|alert| alert.level == level);
        if let Some(alert) = last.filter(|alert| alert.retracted_at_s.is_none()) {
            alert.retracted_at_s = Some(at_s);
        }
    }

    /// Detector B: says when a limit is near, and takes it back when it has not been near for a minute.
    fn exhaust(&mut self, sample: &Sample) {
        let at_s = sample.at_s;
        let Some(nearest) = nearest(&self.limits, sample) else { return };
        let soon = pace(&self.tracks).and_then(|(_, upper)| Some((exhaustion(&nearest, upper)?, upper)));
        if let Some((in_s, upper)) = soon {
            if self.near_s.is_none() {
                let (whose, limit, pace) = (nearest.kind.whose(), size(nearest.limit as f64), rate(self.pace.rate(upper)));
                let reason = if nearest.left == 0 {
                    format!("{whose} of {limit} is reached, and it grows by up to {pace}")
                } else {
                    let (soon, left) = (self.pace.span(in_s), size(nearest.left as f64));
                    format!("{whose} of {limit} may be reached in {soon}: {left} are left, and it grows by up to {pace}")
                };
                let at_s = self.pace.real(at_s);
                self.raise(Alert { at_s, level: Level::Exhaustion, reasons: vec![reason], retracted_at_s: None });
            }
            self.near_s = Some(at_s);
        } else if self.near_s.is_some_and(|near_s| at_s - near_s > 60.0) {
            self.near_s = None;
            self.retract(Level::Exhaustion, at_s);
        }
    }

    /// Sets verdict, confidence, class, forecast and reasons.
    fn describe(&mut self, sample: &Sample) {
        let Some(held) = self.tracks.get(Quantity::Held) else { return };
        let growing = self.leak.growth().or(self.watch.growth());
        let class = growing.map(|growth| composition(&self.tracks, growth.shape.rise, growth.shape.since_s));
        let (verdict, confidence, reasons) = match (self.leak.growth(), self.count.growth()) {
            (Some(growth), _) => {
                let verdict = match class {
                    Some(Class::Mappings) => Verdict::MappingLeak,
                    Some(Class::Arenas) => Verdict::Fragmentation,
                    _ => Verdict::Leak,
                };
                (verdict, sure(growth), spoken(growth, self.pace, size))
            }
            (None, Some(growth)) => {
                let verdict = if self.counted == Some(Class::Mappings) { Verdict::MappingLeak } else { Verdict::Leak };
                let name = self.counted.map_or("pieces", Class::name);
                (verdict, sure(growth), spoken(growth, self.pace, |count| format!("{count:.0} {name}")))
            }
            (None, None) => {
                let (verdict, confidence, reason) = self.quiet(held);
                let mut reasons = vec![reason];
                reasons.extend(self.watch.growth().into_iter().flat_map(|growth| spoken(growth, self.pace, size)));
                (verdict, confidence, reasons)
            }
        };
        let nearest = nearest(&self.limits, sample);
        let forecast = growing.map(|growth| self.pace.forecast(forecast(held, growth, nearest, sample.at_s)));
        let judgement = &mut self.judgement;
        (judgement.verdict, judgement.confidence, judgement.reasons) = (verdict, confidence, reasons);
        (judgement.class, judgement.forecast) = (class.or(self.counted), forecast);
    }

    /// What is said where no leak is found: memory may stand still while something that is counted does not.
    fn quiet(&self, held: &Floors) -> Opinion {
        let (verdict, confidence, reason) = settled(held, self.watch.growth().is_some(), self.pace);
        match restless(&self.tracks).filter(|_| verdict == Verdict::Bounded) {
            Some(class) => {
                let reason = format!("{reason}, while its {} get more; it is too early to say whether that ends", class.name());
                (Verdict::NotEnoughData, 0.4, reason)
            }
            None => (verdict, confidence, reason),
        }
    }
}

/// How sure a leak is: more with longer and steadier growth.
fn sure(growth: &Growth) -> f64 {
    let more = growth.shape.evidence() / LEAK.evidence_s - 1.0;
    (0.75 + 0.24 * (1.0 - (-more / 2.0).exp())).clamp(0.75, 0.99)
}

/// Says what a growth looks like.
fn spoken(growth: &Growth, pace: Pace, amount: impl Fn(f64) -> String) -> Vec<String> {
    let shape = &growth.shape;
    let mut reasons = vec![
        format!(
            "what it keeps rose by {} to {} in {} ({}/h)",
            amount(shape.rise),
            amount(shape.base + shape.rise),
            pace.span(shape.since_s),
            amount(pace.rate(shape.rate()) * 3600.0)
        ),
        format!(
            "it rises in at least {:.0} steps and never stands still for more than {}; of late it rises at {} of its mean rate",
            shape.steps,
            pace.span(shape.gap_s.max(CELL_S)),
            percent(shape.recent)
        ),
        format!("that is a trend and not chance (Mann–Kendall test: tau {:.2}, z {:.1})", growth.trend.tau, growth.trend.z),
    ];
    if let Some(period_s) = growth.period_s {
        reasons.push(format!("the load comes and goes every {}; that was taken out", pace.span(period_s)));
    }
    reasons
}
