//! Detector E, the census: do threads, descriptors or mappings get more and more?
//!
//! A count that only grows is a leak whatever its memory; the test is that of detector A ([`super::trend`]), on counts.

use super::settled::climbs;
use super::track::{Quantity, Tracks};
use super::trend::{Demand, Growth, LEAK, WATCH, seek};
use super::verdict::Class;

/// What a count must show.
const COUNT: Demand = Demand { large: f64::INFINITY, rise: 12.0, relative: 0.3, ..LEAK };

/// What is counted, and what its growth is called.
const COUNTED: [(Quantity, Class); 3] =
    [(Quantity::Threads, Class::Threads), (Quantity::Descriptors, Class::Descriptors), (Quantity::Mappings, Class::Mappings)];

/// What a count must show to be no quiet one, however short it was watched.
const RESTLESS: Demand = Demand { large: f64::INFINITY, rise: COUNT.rise, relative: COUNT.relative, ..WATCH };

/// The first count that rises and still does, for however short a time.
pub fn restless(tracks: &Tracks) -> Option<Class> {
    let climbing = |quantity| tracks.get(quantity).is_some_and(|floors| !floors.is_flat() && climbs(floors, &RESTLESS));
    COUNTED.iter().find(|(quantity, _)| climbing(*quantity)).map(|(_, class)| *class)
}

/// The first count that grows without bound, and how.
pub fn census(tracks: &Tracks, completed: usize) -> Option<(Class, Growth)> {
    COUNTED.iter().find_map(|(quantity, class)| {
        let floors = tracks.get(*quantity).filter(|floors| !floors.is_flat())?;
        let [found] = seek(floors, completed, [&COUNT]);
        found.map(|growth| (*class, growth))
    })
}
