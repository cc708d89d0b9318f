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

    /// Takes the accepted findings out of a report, and says how many those were. What is left of a file that was moved, as
    /// `gone` says by its path, accepts what is found elsewhere.
    pub fn take(&mut self, report: &mut Report, gone: impl Fn(&str) -> bool) -> usize {
        let names: Vec<Vec<Known>> = report.files.iter().map(known).collect();
        let mut accepted = self.matched(names.iter().flatten(), gone).into_iter();
        let mut taken = 0;
        for file in &mut report.files {
            file.findings.retain(|_| {
                let accepted = accepted.next().unwrap_or(false);
                taken += usize::from(accepted);
                !accepted
            });
        }
        report.files.retain(|file| !file.findings.is_empty());
        taken
    }

    /// Which of some findings are accepted; each uses up one that may occur. Those at their own place come first, so that a
    /// copy is never taken for what was moved while the original is still there.
    pub fn matched<'a>(&mut self, found: impl Iterator<Item = &'a Known>, gone: impl Fn(&str) -> bool) -> Vec<bool> {
        let found: Vec<&Known> = found.collect();
        let mut accepted: Vec<bool> = found.iter().map(|known| self.spend(known)).collect();
        let rest = found.iter().zip(&mut accepted).filter(|(_, accepted)| !**accepted);
        let rest: Vec<(&Known, &mut bool)> = rest.map(|(known, accepted)| (*known, accepted)).collect();
        if rest.is_empty() {
            return accepted;
        }
        let mut moved: FxHashMap<(String, String), Vec<Known>> = FxHashMap::default();
        for (known, _) in self.left().into_iter().rev() {
            moved.entry((known.rule.clone(), known.hash.clone())).or_default().push(known.clone());
        }
        for (known, accepted) in rest {
            let Some(others) = moved.get_mut(&(known.rule.clone(), known.hash.clone())) else { continue };
            while let Some(other) = others.last() {
                *accepted = gone(&other.path) && self.spend(other);
                if *accepted {
                    break;
                }
                others.pop();
            }
        }
        accepted
    }

    fn spend(&mut self, known: &Known) -> bool {
        let left = self.counts.get_mut(known).filter(|left| **left > 0);
        left.map(|left| *left -= 1).is_some()
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
