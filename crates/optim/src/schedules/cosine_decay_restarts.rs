use super::Schedule;

/// Half a cosine from the initial rate down to alpha times it, again and again: each period is tMul times as long as the
/// one before, and starts from mMul times its rate. Arguments: initial, firstDecaySteps, tMul, mMul, alpha.
pub const SCHEDULE: Schedule = Schedule { name: "cosineDecayRestarts", accepts: |n| n == 5, rate };

fn rate(a: &[f32], step: u64) -> f64 {
    let [initial, first, longer, lower, alpha] = [0, 1, 2, 3, 4].map(|i| a[i] as f64);
    let done = step as f64 / first;
    let (period, share) = if longer == 1.0 {
        (done.floor(), done - done.floor())
    } else {
        let period = ((1.0 - done * (1.0 - longer)).ln() / longer.ln()).floor();
        let before = (1.0 - longer.powf(period)) / (1.0 - longer);
        (period, (done - before) / longer.powf(period))
    };
    let cosine = 0.5 * lower.powf(period) * (1.0 + (std::f64::consts::PI * share).cos());
    initial * ((1.0 - alpha) * cosine + alpha)
}
