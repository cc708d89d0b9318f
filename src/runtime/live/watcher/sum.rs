use crate::runtime::Sample;

/// The sum of two samples of one moment.
pub(super) fn add(one: &Sample, other: &Sample) -> Sample {
    let both = |a: Option<u32>, b: Option<u32>| match (a, b) {
        (Some(a), Some(b)) => Some(a.saturating_add(b)),
        (known, None) | (None, known) => known,
    };
    Sample {
        at_s: one.at_s,
        anon: one.anon + other.anon,
        file: one.file + other.file,
        shmem: one.shmem + other.shmem,
        swap: one.swap + other.swap,
        virt: one.virt + other.virt,
        threads: both(one.threads, other.threads),
        descriptors: both(one.descriptors, other.descriptors),
        mappings: both(one.mappings, other.mappings),
        arenas: both(one.arenas, other.arenas),
        heap: None,
    }
}
