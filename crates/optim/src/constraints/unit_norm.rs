use super::{Constraint, Rule, EPSILON};

/// Norms become 1.
pub const CONSTRAINT: Constraint =
    Constraint { name: "unitNorm", arguments: 0, rule: Rule::Norm(|_, norm| 1.0 / (EPSILON + norm)) };
