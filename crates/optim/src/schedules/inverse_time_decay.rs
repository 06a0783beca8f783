use super::Schedule;

/// initial / (1 + rate·step/decaySteps). Arguments: initial, decaySteps, decayRate, staircase.
pub const SCHEDULE: Schedule = Schedule {
    name: "inverseTimeDecay",
    accepts: |n| n == 4,
    rate: |a, step| {
        let p = step as f64 / a[1] as f64;
        a[0] as f64 / (1.0 + a[2] as f64 * if a[3] != 0.0 { p.floor() } else { p })
    },
};
