use super::{Constraint, Rule, EPSILON};

/// Norms go towards the nearest in a range, by a share of the way.
pub const CONSTRAINT: Constraint = Constraint {
    name: "minMaxNorm",
    arguments: 3,
    rule: Rule::Norm(|arguments, norm| {
        let (min, max, rate) = (arguments[0], arguments[1], arguments[2]);
        (rate * norm.max(min).min(max) + (1.0 - rate) * norm) / (EPSILON + norm)
    }),
};
