use super::Context;
use crate::finding::Finding;

pub fn check(_context: &Context) -> Vec<Finding> {
    Vec::new()
}
