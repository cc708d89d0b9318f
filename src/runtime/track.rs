use super::floors::Floors;
use super::sample::Sample;

/// What is followed of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// Anonymous, shared and swapped memory: what a leak is made of.
    Held,
    /// File pages.
    File,
    /// Shared memory.
    Shared,
    /// The managed heap after a collection.
    Heap,
    /// Threads.
    Threads,
    /// Descriptors.
    Descriptors,
    /// Mapped regions.
    Mappings,
    /// Arenas of the C allocator.
    Arenas,
}

impl Quantity {
    /// All of them.
    pub const ALL: [Self; 8] =
        [Self::Held, Self::File, Self::Shared, Self::Heap, Self::Threads, Self::Descriptors, Self::Mappings, Self::Arenas];

    fn of(self, sample: &Sample) -> Option<f64> {
        let size = |bytes: u64| Some(bytes as f64);
        // What has always been 0 takes no room.
        let some = |bytes: u64| (bytes > 0).then_some(bytes as f64);
        match self {
            Self::Held => size(sample.held()),
            Self::File => some(sample.file),
            Self::Shared => some(sample.shmem),
            Self::Heap => sample.heap.and_then(size),
            Self::Threads => sample.threads.map(f64::from),
            Self::Descriptors => sample.descriptors.map(f64::from),
            Self::Mappings => sample.mappings.map(f64::from),
            Self::Arenas => sample.arenas.map(f64::from),
        }
    }
}

/// The floors of all that is followed of a process, on one clock.
#[derive(Clone, Debug, Default)]
pub struct Tracks {
    floors: [Option<Box<Floors>>; Quantity::ALL.len()],
    /// The least of each quantity in the cell that is being filled.
    cell: [Option<f64>; Quantity::ALL.len()],
}

impl Tracks {
    /// Takes a sample into the cell that is being filled.
    pub fn take(&mut self, sample: &Sample) {
        for (least, quantity) in self.cell.iter_mut().zip(Quantity::ALL) {
            if let Some(value) = quantity.of(sample) {
                *least = Some(least.map_or(value, |least| least.min(value)));
            }
        }
    }

    /// Completes the cell, and as many more as went by without a sample, which are taken to be like it. Returns the
    /// coarsest resolution in which one was completed.
    pub fn complete(&mut self, cells: u64) -> usize {
        let mut completed = 0;
        for (floors, least) in self.floors.iter_mut().zip(&mut self.cell) {
            let last = floors.as_ref().and_then(|floors| floors.ago(0.0));
            if let Some(value) = least.take().or(last) {
                let floors = floors.get_or_insert_default();
                for _ in 0..cells {
                    completed = completed.max(floors.push(value));
                }
            }
        }
        completed
    }

    /// The floors of a quantity, if it was ever known.
    pub fn get(&self, quantity: Quantity) -> Option<&Floors> {
        self.floors[quantity as usize].as_deref()
    }

    /// By how much the floor of a quantity has risen over the last seconds.
    pub fn risen(&self, quantity: Quantity, seconds: f64) -> Option<f64> {
        let floors = self.get(quantity)?;
        Some(floors.ago(0.0)? - floors.ago(seconds)?)
    }

    /// Bytes of memory this takes.
    pub fn footprint(&self) -> usize {
        size_of::<Self>() + self.floors.iter().flatten().map(|floors| floors.footprint()).sum::<usize>()
    }
}
