//! The same series, bent: how much do the verdicts depend on what should not matter?
//!
//! A process that leaks at another pace or in another size leaks all the same, and so does one that is watched later in its
//! life, at uneven moments, or by a coarser counter.

use super::{Label, Labelled};
use watertight::runtime::Sample;

const KIB: f64 = 1024.0;

/// What is done to a series.
#[derive(Clone, Copy, Debug)]
pub enum Bend {
    /// Nothing.
    None,
    /// Time passes so many times as slowly, and there is a sample for each second of the new time.
    Stretch(f64),
    /// So many seconds of the beginning were not seen.
    Cut(f64),
    /// Each change is more or less by up to this share, and each value by up to so many KiB.
    Noise(f64, f64),
    /// This share of the samples is missing.
    Gaps(f64),
    /// Sizes are so many times as large.
    Scale(f64),
}

impl Bend {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::None,
        Self::Stretch(0.8),
        Self::Stretch(1.25),
        Self::Stretch(1.5),
        Self::Cut(30.0),
        Self::Cut(60.0),
        Self::Cut(120.0),
        Self::Noise(0.05, 64.0),
        Self::Gaps(0.3),
        Self::Scale(0.5),
        Self::Scale(2.0),
    ];

    /// What it is called.
    pub fn name(self) -> String {
        match self {
            Self::None => "as recorded".to_owned(),
            Self::Stretch(factor) => format!("time × {factor}"),
            Self::Cut(seconds) => format!("without the first {seconds} s"),
            Self::Noise(share, kib) => format!("steps ± {:.0} %, ± {kib} KiB", 100.0 * share),
            Self::Gaps(share) => format!("{:.0} % of the samples missing", 100.0 * share),
            Self::Scale(factor) => format!("sizes × {factor}"),
        }
    }

    /// The bent series.
    pub fn of(self, series: &Labelled) -> Labelled {
        let mut chance = Chance::of(&series.label.name);
        let mut starts_at_s = series.label.starts_at_s;
        let samples = match self {
            Self::None => series.samples.clone(),
            Self::Stretch(factor) => {
                starts_at_s *= factor;
                stretched(&series.samples, factor)
            }
            Self::Cut(seconds) => series.samples.iter().copied().filter(|sample| sample.at_s >= seconds).collect(),
            Self::Noise(share, kib) => noisy(&series.samples, share, kib, &mut chance),
            Self::Gaps(share) => series.samples.iter().copied().filter(|_| chance.share() >= share).collect(),
            Self::Scale(factor) => series.samples.iter().map(|sample| scaled(sample, factor)).collect(),
        };
        let label = Label { starts_at_s, ..series.label.clone() };
        Labelled { label, samples }
    }
}

/// Between two samples nothing is made up: each second shows the last sample before it.
fn stretched(samples: &[Sample], factor: f64) -> Vec<Sample> {
    let (Some(first), Some(last)) = (samples.first(), samples.last()) else { return Vec::new() };
    let seconds = ((last.at_s - first.at_s) * factor) as usize;
    let at = |second: usize| {
        let at_s = first.at_s * factor + second as f64;
        let passed = samples.partition_point(|sample| sample.at_s * factor <= at_s + 1e-6);
        Sample { at_s, ..samples[passed.max(1) - 1] }
    };
    (0..=seconds).map(at).collect()
}

fn noisy(samples: &[Sample], share: f64, kib: f64, chance: &mut Chance) -> Vec<Sample> {
    let mut anon = samples.first().map_or(0.0, |sample| sample.anon as f64);
    let mut before = anon;
    let bend = |sample: &Sample| {
        let step = sample.anon as f64 - before;
        before = sample.anon as f64;
        anon += step * (1.0 + share * (2.0 * chance.share() - 1.0));
        let jitter = kib * KIB * (2.0 * chance.share() - 1.0);
        Sample { anon: (anon + jitter).max(0.0) as u64, ..*sample }
    };
    samples.iter().map(bend).collect()
}

fn scaled(sample: &Sample, factor: f64) -> Sample {
    let times = |bytes: u64| (bytes as f64 * factor) as u64;
    Sample {
        anon: times(sample.anon),
        file: times(sample.file),
        shmem: times(sample.shmem),
        swap: times(sample.swap),
        virt: times(sample.virt),
        heap: sample.heap.map(times),
        ..*sample
    }
}

/// Numbers by chance, the same for the same name (G. Marsaglia, "Xorshift RNGs", Journal of Statistical Software 8 (2003)).
struct Chance(u64);

impl Chance {
    fn of(name: &str) -> Self {
        Self(name.bytes().fold(0x9e37_79b9_7f4a_7c15, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)) | 1)
    }

    fn share(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }
}
