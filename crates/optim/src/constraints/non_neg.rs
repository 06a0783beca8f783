use super::{Constraint, Rule};

/// Numbers below 0 become 0.
pub const CONSTRAINT: Constraint =
    Constraint { name: "nonNeg", arguments: 0, rule: Rule::Each(|w| if w < 0.0 { 0.0 } else { w }) };
