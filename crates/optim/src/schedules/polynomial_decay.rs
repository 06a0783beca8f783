use super::Schedule;

/// From the initial to the end rate along (1 − step/decaySteps)^power. Arguments: initial, decaySteps, end, power, cycle.
pub const SCHEDULE: Schedule = Schedule { name: "polynomialDecay", accepts: |n| n == 5, rate };

fn rate(a: &[f32], step: u64) -> f64 {
    let [initial, decay, end, power] = [0, 1, 2, 3].map(|i| a[i] as f64);
    let step = step as f64;
    let (decay, step) =
        if a[4] != 0.0 { (decay * (step / decay).ceil().max(1.0), step) } else { (decay, step.min(decay)) };
    (initial - end) * (1.0 - step / decay).powf(power) + end
}
