/// The length of the finest cell, seconds.
pub const CELL_S: f64 = 5.0;
/// Cells that are kept of each resolution; the finest reach back 1,000 s.
pub const KEPT: usize = 200;
/// A cell of one resolution is this many of the next finer.
const COARSER: usize = 4;
/// Resolutions: cells of 5, 20, 80, 320, 1,280 and 5,120 s. The coarsest reach back eleven days.
pub const LEVELS: usize = 6;

/// The floors of a quantity: its least value in each cell of time, finely for the near past and ever more coarsely for
/// what lies further back, so that weeks need no more room than a day.
///
/// The floor is what a leak raises: what is freed again, between requests or by a collector, is above it.
#[derive(Clone, Debug, Default)]
pub struct Floors {
    levels: [Level; LEVELS],
}

#[derive(Clone, Debug, Default)]
struct Level {
    /// The least value of each complete cell, oldest first.
    cells: Vec<f32>,
    /// The cell that is being filled: how many finer cells it has, and the least of them.
    filling: (usize, f32),
}

impl Level {
    /// Adds a cell; returns the least of the coarser cell that this one completes.
    fn push(&mut self, value: f32) -> Option<f32> {
        if self.cells.len() == KEPT {
            self.cells.remove(0);
        }
        self.cells.push(value);
        let (count, least) = self.filling;
        let least = if count == 0 { value } else { least.min(value) };
        self.filling = if count + 1 == COARSER { (0, 0.0) } else { (count + 1, least) };
        (count + 1 == COARSER).then_some(least)
    }
}

impl Floors {
    /// Adds the floor of the next cell of the finest resolution. Returns the coarsest resolution in which a cell was completed.
    pub fn push(&mut self, value: f64) -> usize {
        let mut value = value as f32;
        for (at, level) in self.levels.iter_mut().enumerate() {
            match level.push(value) {
                Some(coarser) if at + 1 < LEVELS => value = coarser,
                _ => return at,
            }
        }
        LEVELS - 1
    }

    /// The floors of a resolution, oldest first.
    pub fn level(&self, at: usize) -> Vec<f64> {
        self.levels[at].cells.iter().map(|value| f64::from(*value)).collect()
    }

    /// The length of a cell of a resolution, seconds.
    pub fn cell_s(at: usize) -> f64 {
        CELL_S * COARSER.pow(at as u32) as f64
    }

    /// The floor some seconds ago, in the finest resolution that reaches back so far, or else the oldest that is known.
    pub fn ago(&self, seconds: f64) -> Option<f64> {
        let mut oldest = None;
        for (at, level) in self.levels.iter().enumerate() {
            let back = (seconds / Self::cell_s(at)).floor() as usize;
            if back < level.cells.len() {
                return Some(f64::from(level.cells[level.cells.len() - 1 - back]));
            }
            oldest = level.cells.first().copied().or(oldest);
        }
        oldest.map(f64::from)
    }

    /// Whether a resolution no longer reaches back to the beginning.
    pub fn is_full(&self, at: usize) -> bool {
        self.levels[at].cells.len() == KEPT
    }

    /// Whether the near past is all one value.
    pub fn is_flat(&self) -> bool {
        self.levels[0].cells.windows(2).all(|pair| pair[0].total_cmp(&pair[1]).is_eq())
    }

    /// Bytes of memory this takes.
    pub fn footprint(&self) -> usize {
        size_of::<Self>() + self.levels.iter().map(|level| level.cells.capacity() * size_of::<f32>()).sum::<usize>()
    }
}

/// What is retained: for each floor the least of it and all later ones. It never falls, and it is what was held then and
/// has not been let go of since.
pub fn retained(floors: &[f64]) -> Vec<f64> {
    let mut retained = floors.to_vec();
    for at in (1..retained.len()).rev() {
        retained[at - 1] = retained[at - 1].min(retained[at]);
    }
    retained
}
