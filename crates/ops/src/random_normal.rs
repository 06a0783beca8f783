//! Normal numbers with mean and standard deviation, keyed by (seed, key, step).

use crate::prelude::*;
use kernels::random::{Kind, Random};

pub static OP: Op = Op {
    name: "random_normal",
    inputs: &[],
    attrs: &[
        required("shape", Ints),
        required("dtype", DTypeKind),
        required("mean", F32),
        required("stddev", F32),
        required("key", I32),
    ],
    rule: Rule::Fill,
    lower: Lower::Records {
        workspace: none,
        lower: |l, push| {
            let arguments = [l.attrs.f32(2), l.attrs.f32(3)];
            push(Box::new(Random { kind: Kind::Normal, arguments, key: l.attrs.i32(4) as u32 as u64, out: l.out }));
        },
    },
    vjp: None,
    internal: false,
    // One number, so that the reference knows it.
    #[cfg(any(test, feature = "reference"))]
    reference: |r| r.each(|_| r.attrs.f32(2) as f64),
    #[cfg(any(test, feature = "reference"))]
    samples: || {
        let attrs =
            vec![Attr::Ints(vec![6]), Attr::DType(kernels::DType::F32), Attr::f32(0.5), Attr::f32(0.0), Attr::I32(3)];
        vec![Sample::of(&[]).attrs(attrs)]
    },
};
