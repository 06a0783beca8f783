use super::Schedule;

/// The same rate at every step.
pub const SCHEDULE: Schedule = Schedule { name: "constant", accepts: |n| n == 1, rate: |a, _| a[0] as f64 };
