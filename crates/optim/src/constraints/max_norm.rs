use super::{Constraint, Rule, EPSILON};

/// Norms above the largest become it.
pub const CONSTRAINT: Constraint = Constraint {
    name: "maxNorm",
    arguments: 1,
    rule: Rule::Norm(|arguments, norm| norm.min(arguments[0]) / (EPSILON + norm)),
};
