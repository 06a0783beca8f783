//! Queries, keys and values with heads side by side.

use crate::op::Attrs;
use kernels::attention::Attention;

/// The attention that the attributes describe.
pub fn sizes(shapes: &[Vec<usize>], attrs: Attrs) -> Result<Attention, String> {
    let (Some(q), Some(k), Some(v)) = (shapes.first(), shapes.get(1), shapes.get(2)) else {
        return Err(format!("takes queries, keys and values, received {} values", shapes.len()));
    };
    let (&[batch, queries, all], &[of_keys, keys, each], &[of_values, rows, values]) = (&q[..], &k[..], &v[..]) else {
        return Err(format!("needs [batch, places, width], received {q:?}, {k:?} and {v:?}"));
    };
    let (heads, groups) = (attrs.i32(0), attrs.i32(1));
    if heads < 1 || groups < 1 || heads % groups != 0 {
        return Err(format!("{groups} groups don't divide {heads} heads"));
    }
    let (heads, groups) = (heads as usize, groups as usize);
    if all % heads != 0 || each % groups != 0 || values % groups != 0 || all / heads != each / groups {
        return Err(format!("{heads} heads in {groups} groups don't fit {q:?}, {k:?} and {v:?}"));
    }
    if batch != of_keys || batch != of_values || keys != rows {
        return Err(format!("{q:?}, {k:?} and {v:?} differ in batch or places"));
    }
    if keys == 0 || all == 0 || values == 0 {
        return Err("attention needs at least one key, and heads of at least one number".into());
    }
    for mask in shapes.iter().skip(3) {
        let fits =
            mask.len() == 4 && mask.iter().zip([batch, heads, queries, keys]).all(|(&d, full)| d == 1 || d == full);
        if !fits {
            return Err(format!(
                "a mask must be [{batch}, {heads}, {queries}, {keys}] or 1 in places, received {mask:?}"
            ));
        }
    }
    let (width, value_width) = (all / heads, values / groups);
    let (scale, causal, rate, key) = (attrs.f32(2), attrs.bool(3), attrs.f32(4), attrs.i32(5) as u32);
    Ok(Attention { batch, heads, groups, queries, keys, width, value_width, scale, causal, rate, key })
}

/// [batch, queries, heads·value width].
pub fn attention(shapes: &[Vec<usize>], attrs: Attrs) -> Result<Vec<usize>, String> {
    sizes(shapes, attrs).map(|a| vec![a.batch, a.queries, a.heads * a.value_width])
}
