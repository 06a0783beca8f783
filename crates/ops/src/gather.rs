//! Rows of a table by index; an index outside of the table gives NaN.

use crate::prelude::*;
use kernels::layout::GatherRows;

pub static OP: Op = Op {
    name: "gather",
    inputs: &["table", "indices"],
    attrs: &[],
    rule: Rule::Gather,
    lower: Lower::Records {
        workspace: none,
        lower: |l, push| {
            let width = l.shapes[0][1..].iter().product();
            push(Box::new(GatherRows { table: l.inputs[0], indices: l.inputs[1], out: l.out, width }));
        },
    },
    vjp: Some(|e, c| {
        let rows = e.shape(c.inputs[0])[0] as i32;
        vec![Some(e.call(&crate::scatter_add::OP, &[c.inputs[1], c.dy], vec![Attr::I32(rows)])), None]
    }),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        let width: usize = r.shapes[0][1..].iter().product();
        r.inputs[1].iter().flat_map(|&i| r.inputs[0][i as usize * width..][..width].to_vec()).collect()
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || {
        vec![
            Sample::of(&[&[5, 3], &[4]]).int(1).domain(0.0, 4.9),
            Sample::of(&[&[5], &[2, 3]]).int(1).domain(0.0, 4.9),
            Sample::of(&[&[5, 3], &[4]]).invalid(),
        ]
    },
};
