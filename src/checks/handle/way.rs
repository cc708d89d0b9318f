//! The states of a handle along a function's flow, and the ways out on which it is held.

use crate::facts::ExprId;
use crate::source::Span;

/// Not acquired yet.
pub const FREE: u8 = 1;
/// Held.
pub const HELD: u8 = 2;
/// Held, after a failure that was caught.
pub const CAUGHT: u8 = 4;
/// Released, or in somebody else's care.
const DONE: u8 = 8;
/// Either of the two.
pub const OWED: u8 = HELD | CAUGHT;
/// How many ways out are told apart; more say nothing new.
const WAYS: usize = 40;

/// How a handle gets out of reach while it is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaving {
    /// By a `return`.
    Return,
    /// By the end of the function.
    End,
    /// By a `raise`.
    Raise,
    /// By a failure that is handed on to the caller (`?`).
    Propagate,
    /// A call fails; one of the handle's own methods, or any other.
    Fail {
        /// The call.
        call: ExprId,
        /// Whether it works on the handle itself.
        own: bool,
    },
    /// Its name gets another value.
    Lost,
}

/// One way on which a handle is not released.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// How.
    pub leaving: Leaving,
    /// Where.
    pub at: Span,
    /// [`HELD`], [`CAUGHT`] or both.
    pub state: u8,
}

/// What a step makes of the states before it: those after it, and those with which it is left in other ways.
#[derive(Clone, Debug, Default)]
pub struct Out {
    /// After it.
    pub next: u8,
    /// Where an exception leaves it.
    pub fails: u8,
    /// Where a `break` leaves it.
    pub breaks: u8,
    /// Where a `continue` leaves it.
    pub continues: u8,
    /// The ways out of the function on which it is held.
    pub ways: Vec<Way>,
}

impl Out {
    /// Nothing but going on.
    pub fn on(next: u8) -> Self {
        Self { next, ..Self::default() }
    }

    /// Notes a way out, if the handle is held on it.
    pub fn way(&mut self, leaving: Leaving, at: Span, state: u8) {
        let way = Way { leaving, at, state: state & OWED };
        let known = self.ways.iter().position(|known| known.leaving == leaving && known.at == at);
        match known {
            Some(known) => self.ways[known].state |= way.state,
            None if way.state != 0 && self.ways.len() < WAYS => self.ways.push(way),
            None => {}
        }
    }

    /// Takes over all the ways out of `inner`, but not where it goes on.
    pub fn absorb(&mut self, inner: &Self) {
        self.fails |= inner.fails;
        self.breaks |= inner.breaks;
        self.continues |= inner.continues;
        inner.ways.iter().for_each(|way| self.way(way.leaving, way.at, way.state));
    }
}

/// The states after the handle was let go.
pub fn settled(bits: u8) -> u8 {
    if bits & OWED == 0 { bits } else { bits & !OWED | DONE }
}
