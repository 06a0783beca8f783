use super::Schedule;

/// n boundaries, then n + 1 rates; a step equal to a boundary belongs to the earlier rate.
pub const SCHEDULE: Schedule = Schedule {
    name: "piecewiseConstantDecay",
    accepts: |n| n % 2 == 1,
    rate: |a, step| {
        let (boundaries, rates) = a.split_at(a.len() / 2);
        rates[boundaries.iter().filter(|&&b| step as f64 > b as f64).count()] as f64
    },
};
