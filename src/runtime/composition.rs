//! Detector C, the composition of the growth: what does the memory that came consist of?
//!
//! The share is taken of the *growth* over the window in which it was found and not of the whole: nine tenths of almost
//! every process are anonymous memory, leak or no leak.

use super::track::{Quantity, Tracks};
use super::verdict::Class;

/// The share of the growth that makes it of a kind.
const MOST: f64 = 0.6;
/// A managed heap that makes up less of the growth than this is not what grows.
const LITTLE: f64 = 0.25;
/// A thread's stack and what belongs to it; a descriptor's buffers. Bytes per piece that at least must have come.
const PIECE: f64 = 4096.0;
/// Arenas that must have come to be what grows.
const SEVERAL: f64 = 4.0;
/// An arena of glibc has 64 MiB of address space (`HEAP_MAX_SIZE`): with less than a quarter of it in use, in bytes, it is
/// not full.
const HARDLY_USED: f64 = 16.0 * 1024.0 * 1024.0;

/// What a growth of `rise` bytes over the last `seconds` is made of.
pub fn composition(tracks: &Tracks, rise: f64, seconds: f64) -> Class {
    let risen = |quantity| tracks.risen(quantity, seconds).unwrap_or(0.0);
    if risen(Quantity::Shared) >= MOST * rise {
        return Class::SharedMemory;
    }
    if let Some(heap) = tracks.risen(Quantity::Heap, seconds) {
        if heap >= MOST * rise {
            return Class::ManagedHeap;
        }
        if heap < LITTLE * rise {
            return if scattered(rise, risen(Quantity::Arenas)) { Class::Arenas } else { Class::NativeGap };
        }
    }
    for (quantity, class) in [(Quantity::Threads, Class::Threads), (Quantity::Descriptors, Class::Descriptors)] {
        let (now, came) = (tracks.get(quantity).and_then(|floors| floors.ago(0.0)).unwrap_or(0.0), risen(quantity));
        // The pieces must have multiplied as the memory did, and be worth it.
        if came >= 6.0 && came >= 0.3 * now && came * PIECE <= rise {
            return class;
        }
    }
    if risen(Quantity::Mappings) >= 20.0 && rise / risen(Quantity::Mappings) <= 4.0 * 1024.0 * 1024.0 {
        return Class::Mappings;
    }
    if scattered(rise, risen(Quantity::Arenas)) { Class::Arenas } else { Class::Anonymous }
}

/// Whether a growth is that of arenas, of which each holds little: threads that each got an arena of their own leave
/// memory in all of them. That some came says nothing, for any program with threads has several, and a leak fills one after
/// the other.
fn scattered(rise: f64, arenas: f64) -> bool {
    arenas >= SEVERAL && rise / arenas <= HARDLY_USED
}
