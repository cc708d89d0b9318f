use crate::finding::{Report, Scanned, fingerprints};
use rustc_hash::FxHashMap;

/// A finding as it is known again when lines have moved: its path, its rule and the hash of its fingerprint.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Known {
    /// The path, as in a report.
    pub path: String,
    /// The rule.
    pub rule: String,
    /// The fingerprint without its count.
    pub hash: String,
}

/// Findings that are not to be reported, with how often each may occur.
#[derive(Clone, Debug, Default)]
pub struct Accepted {
    counts: FxHashMap<Known, u32>,
}

impl Accepted {
    /// All findings of a report.
    pub fn of(report: &Report) -> Self {
        let mut accepted = Self::default();
        for known in report.files.iter().flat_map(known) {
            accepted.add(known, 1);
        }
        accepted
    }

    /// Accepts some more of one.
    pub fn add(&mut self, known: Known, count: u32) {
        let own = self.counts.entry(known).or_insert(0);
        *own = own.saturating_add(count);
    }

    /// How often one is accepted.
    pub fn count(&self, known: &Known) -> u32 {
        self.counts.get(known).copied().unwrap_or(0)
    }

    /// Takes the accepted findings out of a report, and says how many those were.
    pub fn take(&mut self, report: &mut Report) -> usize {
        let mut taken = 0;
        for file in &mut report.files {
            let names = known(file);
            let mut names = names.into_iter();
            file.findings.retain(|_| {
                let left = names.next().and_then(|name| self.counts.get_mut(&name)).filter(|left| **left > 0);
                let accepted = left.is_some();
                if let Some(left) = left {
                    *left -= 1;
                    taken += 1;
                }
                !accepted
            });
        }
        report.files.retain(|file| !file.findings.is_empty());
        taken
    }

    /// What has not been taken, in order.
    pub fn left(&self) -> Vec<(&Known, u32)> {
        let mut left: Vec<_> =
            self.counts.iter().filter(|(_, count)| **count > 0).map(|(known, count)| (known, *count)).collect();
        left.sort();
        left
    }
}

/// The findings of a file as they are known again, in order.
pub fn known(file: &Scanned) -> Vec<Known> {
    let each = file.findings.iter().zip(fingerprints(file)).map(|(finding, name)| {
        let hash = name.split(':').next().unwrap_or_default().to_owned();
        Known { path: file.path.clone(), rule: finding.rule.clone(), hash }
    });
    each.collect()
}
