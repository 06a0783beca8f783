use super::Schedule;

/// Half a cosine from the initial rate (after a linear warm-up to a target, if there is one) down to alpha times it.
/// Arguments: initial, decaySteps, alpha, warmupTarget (NaN: no warm-up), warmupSteps.
pub const SCHEDULE: Schedule = Schedule { name: "cosineDecay", accepts: |n| n == 5, rate };

fn rate(a: &[f32], step: u64) -> f64 {
    let [initial, decay, alpha, target, warmup] = [0, 1, 2, 3, 4].map(|i| a[i] as f64);
    let step = step as f64;
    let warms = !target.is_nan();
    if warms && step < warmup {
        return initial + (target - initial) * step / warmup;
    }
    let from = if warms { target } else { initial };
    let done = (step - if warms { warmup } else { 0.0 }).clamp(0.0, decay);
    let cosine = 0.5 * (1.0 + (std::f64::consts::PI * done / decay).cos());
    from * ((1.0 - alpha) * cosine + alpha)
}
