//! Shape rules: the dozen ways in which operations make a shape from shapes. TypeScript knows the same list by the same
//! names, and one test walks all samples through both.

pub mod attention;
pub mod recurrent;
#[cfg(test)]
mod samples;
pub mod window;

use crate::op::Attrs;
use kernels::DType;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The shape of the first input.
    Same,
    /// The shape of the first input; attribute: an axis of it.
    Along,
    /// NumPy's broadcasting.
    Broadcast,
    /// Attributes: transposeA, transposeB. The last two axes are matrices; leading axes are equal, or one side has none.
    Matmul,
    /// Attributes: axes, keepDims.
    Reduce,
    /// Attribute: axis; the result is i32.
    Argreduce,
    /// Attribute: shape; one −1 stands for the rest.
    Reshape,
    /// Attribute: perm.
    Transpose,
    /// Attributes: begin, size, stride.
    Slice,
    /// Attributes: before, after.
    Pad,
    /// Attribute: axis.
    Concat,
    /// Attribute: shape.
    BroadcastTo,
    /// Table [V, …], indices i32 of any shape.
    Gather,
    /// Indices, updates; attribute: rows.
    ScatterAdd,
    /// Indices; attribute: depth.
    OneHot,
    /// Attributes: shape, dtype.
    Fill,
    /// Attribute: dtype.
    Cast,
    /// Logits [.., C] and targets [.., C] (or labels [..]): a value per row.
    CrossEntropy,
    /// The logits of a cross-entropy: its gradient.
    CrossEntropyGrad,
    /// Queries, keys, values and masks; attributes: heads, groups.
    Attention,
    /// Rows [.., n], and weights [n] for all others.
    LayerNorm,
    /// Image and kernel; attributes: strides, padding, dilation, groups.
    Conv,
    /// Image and kernel; attributes: strides, padding, dilation, groups, size.
    ConvTranspose,
    /// Image and kernel; attributes: strides, padding, dilation.
    Depthwise,
    /// Image; attributes: pool, strides, padding.
    Pool,
    /// Images and a map [6] for each; attributes: size, bilinear, border.
    Affine,
    /// Values of a walk along sequences; attributes: those of `sequence`.
    Recurrent,
}

type Shape = Vec<usize>;

/// The result's shape and type, or what is wrong.
pub fn infer(rule: Rule, shapes: &[Shape], dtypes: &[DType], attrs: Attrs) -> Result<(Shape, DType), String> {
    let first = shapes.first().cloned().unwrap_or_default();
    let dtype = dtypes.first().copied().unwrap_or(DType::F32);
    let arithmetic =
        matches!(rule, Rule::Same | Rule::Along | Rule::Broadcast | Rule::Matmul | Rule::Reduce | Rule::Argreduce);
    let window = matches!(
        rule,
        Rule::Attention
            | Rule::LayerNorm
            | Rule::Conv
            | Rule::ConvTranspose
            | Rule::Depthwise
            | Rule::Pool
            | Rule::Affine
            | Rule::Recurrent
    );
    if (arithmetic || window) && dtypes.iter().any(|&d| d != DType::F32) {
        return Err("needs float32: cast first".into());
    }
    match rule {
        Rule::Same => Ok((first, dtype)),
        Rule::Along => axis(attrs.i32(0), first.len()).map(|_| (first, dtype)),
        Rule::Broadcast => {
            let mut shape = Vec::new();
            for other in shapes {
                shape = broadcast(&shape, other)?;
            }
            Ok((shape, DType::F32))
        }
        Rule::Matmul => matmul(&shapes[0], &shapes[1], attrs.bool(0), attrs.bool(1)).map(|s| (s, DType::F32)),
        Rule::Reduce => {
            let axes = axes(attrs.ints(0), first.len())?;
            let keep = attrs.bool(1);
            let kept = first.iter().enumerate().filter(|(i, _)| keep || !axes.contains(i));
            Ok((kept.map(|(i, &d)| if axes.contains(&i) { 1 } else { d }).collect(), dtype))
        }
        Rule::Argreduce => {
            let axis = axis(attrs.i32(0), first.len())?;
            let mut shape = first;
            if shape.remove(axis) == 0 {
                return Err("the axis is empty".into());
            }
            Ok((shape, DType::I32))
        }
        Rule::Reshape => reshape(&first, attrs.ints(0)).map(|s| (s, dtype)),
        Rule::Transpose => {
            let perm = axes(attrs.ints(0), first.len())?;
            if perm.len() != first.len() {
                return Err(format!("a permutation of {} axes is needed, received {:?}", first.len(), attrs.ints(0)));
            }
            Ok((perm.iter().map(|&a| first[a]).collect(), dtype))
        }
        Rule::Slice => slice(&first, attrs).map(|s| (s, dtype)),
        Rule::Pad => {
            let (before, after) = (attrs.ints(0), attrs.ints(1));
            if before.len() != first.len() || after.len() != first.len() || before.iter().chain(after).any(|&p| p < 0) {
                return Err(format!("padding of {} axes must be given, none below 0", first.len()));
            }
            Ok((
                (0..first.len()).map(|i| first[i].saturating_add(before[i] as usize + after[i] as usize)).collect(),
                dtype,
            ))
        }
        Rule::Concat => concat(shapes, dtypes, attrs.i32(0)).map(|s| (s, dtype)),
        Rule::BroadcastTo => {
            let target = dims(attrs.ints(0))?;
            if broadcast(&first, &target)? != target {
                return Err(format!("{first:?} does not broadcast to {target:?}"));
            }
            Ok((target, dtype))
        }
        Rule::Gather => {
            if first.is_empty() {
                return Err("a table has at least one axis".into());
            }
            expect_i32(dtypes, 1, "indices")?;
            Ok((shapes[1].iter().chain(&first[1..]).copied().collect(), dtype))
        }
        Rule::ScatterAdd => {
            expect_i32(dtypes, 0, "indices")?;
            let updates = &shapes[1];
            if updates.len() < first.len() || updates[..first.len()] != first[..] {
                return Err(format!("updates {updates:?} must begin with the shape of the indices {first:?}"));
            }
            let rows = dims(&[attrs.i32(0)])?;
            Ok((rows.iter().chain(&updates[first.len()..]).copied().collect(), DType::F32))
        }
        Rule::OneHot => {
            expect_i32(dtypes, 0, "indices")?;
            Ok((first.iter().copied().chain(dims(&[attrs.i32(0)])?).collect(), DType::F32))
        }
        Rule::Fill => Ok((dims(attrs.ints(0))?, attrs.dtype(1))),
        Rule::Cast => match attrs.dtype(0) {
            DType::U8 => Err("bytes exist only in data sets: cast to float32 or int32".into()),
            target => Ok((first, target)),
        },
        Rule::CrossEntropy => {
            cross_entropy(shapes, dtypes)?;
            Ok((first[..first.len() - 1].to_vec(), DType::F32))
        }
        Rule::CrossEntropyGrad => {
            cross_entropy(shapes, dtypes)?;
            Ok((first, DType::F32))
        }
        Rule::Attention => attention::attention(shapes, attrs).map(|s| (s, dtype)),
        Rule::LayerNorm => {
            let n = first.last().ok_or("needs an axis to normalise over")?;
            match shapes[1..].iter().find(|weight| weight[..] != [*n]) {
                Some(weight) => Err(format!("weights must be [{n}], received {weight:?}")),
                None => Ok((first, dtype)),
            }
        }
        Rule::Conv => window::conv(shapes, attrs).map(|s| (s, dtype)),
        Rule::ConvTranspose => window::conv_transpose(shapes, attrs).map(|s| (s, dtype)),
        Rule::Depthwise => window::depthwise(shapes, attrs).map(|s| (s, dtype)),
        Rule::Pool => window::pool(shapes, attrs).map(|s| (s, dtype)),
        Rule::Affine => window::affine(shapes, attrs).map(|s| (s, dtype)),
        Rule::Recurrent => recurrent::sequence(shapes, attrs).map(|s| (s, dtype)),
    }
}

/// NumPy's broadcasting of two shapes.
pub fn broadcast(a: &[usize], b: &[usize]) -> Result<Shape, String> {
    let rank = a.len().max(b.len());
    let dim = |s: &[usize], i: usize| if i + s.len() < rank { 1 } else { s[i + s.len() - rank] };
    (0..rank)
        .map(|i| match (dim(a, i), dim(b, i)) {
            (x, y) if x == y || y == 1 => Ok(x),
            (1, y) => Ok(y),
            _ => Err(format!("{a:?} and {b:?} do not broadcast together")),
        })
        .collect()
}

/// An axis, counted from the end if negative.
pub fn axis(axis: i32, rank: usize) -> Result<usize, String> {
    let index = if axis < 0 { axis as i64 + rank as i64 } else { axis as i64 };
    if index < 0 || index >= rank as i64 {
        return Err(format!("axis {axis} is out of range for {rank} axes"));
    }
    Ok(index as usize)
}

/// Distinct axes, in the order given.
pub fn axes(given: &[i32], rank: usize) -> Result<Vec<usize>, String> {
    let mut result = Vec::with_capacity(given.len());
    for &a in given {
        let a = axis(a, rank)?;
        if result.contains(&a) {
            return Err(format!("axis {a} is given twice"));
        }
        result.push(a);
    }
    Ok(result)
}

fn dims(given: &[i32]) -> Result<Shape, String> {
    given.iter().map(|&d| usize::try_from(d).map_err(|_| format!("a dimension can't be {d}"))).collect()
}

fn expect_i32(dtypes: &[DType], i: usize, what: &str) -> Result<(), String> {
    if dtypes.get(i) == Some(&DType::I32) {
        Ok(())
    } else {
        Err(format!("{what} must be int32"))
    }
}

fn matmul(a: &[usize], b: &[usize], transpose_a: bool, transpose_b: bool) -> Result<Shape, String> {
    if a.len() < 2 || b.len() < 2 {
        return Err(format!("a matrix product needs at least two axes on each side, received {a:?} and {b:?}"));
    }
    let (ra, rb) = (a.len() - 2, b.len() - 2);
    let (m, k) = if transpose_a { (a[ra + 1], a[ra]) } else { (a[ra], a[ra + 1]) };
    let (k2, n) = if transpose_b { (b[rb + 1], b[rb]) } else { (b[rb], b[rb + 1]) };
    if k != k2 {
        return Err(format!("inner sizes {k} and {k2} of {a:?} and {b:?} differ"));
    }
    let lead = match (ra, rb) {
        (_, 0) => &a[..ra],
        (0, _) => &b[..rb],
        _ if a[..ra] == b[..rb] => &a[..ra],
        _ => return Err(format!("leading axes of {a:?} and {b:?} differ")),
    };
    Ok(lead.iter().copied().chain([m, n]).collect())
}

fn reshape(from: &[usize], to: &[i32]) -> Result<Shape, String> {
    let total: usize = from.iter().product();
    let known: i64 = to.iter().filter(|&&d| d != -1).map(|&d| d as i64).product();
    let unknown = to.iter().filter(|&&d| d == -1).count();
    let fits = match unknown {
        0 => known == total as i64,
        1 => known > 0 && total as i64 % known == 0,
        _ => false,
    };
    if !fits || to.iter().any(|&d| d < -1) {
        return Err(format!("{from:?} has {total} elements and can't become {to:?}"));
    }
    Ok(to.iter().map(|&d| if d == -1 { (total as i64 / known) as usize } else { d as usize }).collect())
}

fn slice(from: &[usize], attrs: Attrs) -> Result<Shape, String> {
    let (begin, size, stride) = (attrs.ints(0), attrs.ints(1), attrs.ints(2));
    if [begin.len(), size.len(), stride.len()] != [from.len(); 3] {
        return Err(format!("begin, size and stride of {} axes must be given", from.len()));
    }
    for i in 0..from.len() {
        let (b, s, t) = (begin[i] as i64, size[i] as i64, stride[i] as i64);
        if b < 0 || s < 0 || t < 1 || (s > 0 && b + (s - 1) * t >= from[i] as i64) {
            return Err(format!("axis {i} of {from:?} has no {s} elements from {b} by {t}"));
        }
    }
    dims(size)
}

fn concat(shapes: &[Shape], dtypes: &[DType], along: i32) -> Result<Shape, String> {
    let mut shape = shapes.first().cloned().ok_or("nothing to concatenate")?;
    let along = axis(along, shape.len())?;
    for (other, dtype) in shapes.iter().zip(dtypes).skip(1) {
        let agree = other.len() == shape.len() && (0..shape.len()).all(|i| i == along || other[i] == shape[i]);
        if !agree || *dtype != dtypes[0] {
            return Err(format!("{shape:?} and {other:?} can't be concatenated along axis {along}"));
        }
        shape[along] += other[along];
    }
    Ok(shape)
}

fn cross_entropy(shapes: &[Shape], dtypes: &[DType]) -> Result<(), String> {
    let (logits, targets) = (&shapes[0], &shapes[1]);
    let Some((&classes, rows)) = logits.split_last() else {
        return Err("logits need an axis of classes".into());
    };
    let sparse = dtypes[1] == DType::I32 && targets[..] == *rows;
    let dense = dtypes[1] == DType::F32 && targets == logits;
    if classes == 0 || !(sparse || dense) {
        return Err(format!("targets {targets:?} do not fit logits {logits:?}"));
    }
    Ok(())
}
