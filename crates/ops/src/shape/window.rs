//! Shapes of images [N, H, W, C] under windows and maps.

use crate::op::Attrs;
use kernels::conv::Window;

/// Largest number in a window's attributes: products of two stay far from overflow.
const LARGEST: usize = 1 << 15;

/// A window's attributes from position `at` on: strides, padding (top, bottom, left, right), dilation.
pub struct Slide {
    pub strides: [usize; 2],
    /// Before and after, of lines and of columns.
    pub padding: [[usize; 2]; 2],
    pub dilation: [usize; 2],
}

impl Slide {
    pub fn conv(attrs: Attrs, at: usize) -> Result<Slide, String> {
        let [top, bottom, left, right] = numbers(attrs.ints(at + 1), 0, "padding")?;
        Ok(Slide {
            strides: numbers(attrs.ints(at), 1, "strides")?,
            padding: [[top, bottom], [left, right]],
            dilation: numbers(attrs.ints(at + 2), 1, "dilation")?,
        })
    }

    /// Both axes' windows over an input of `size` cells; `taps` of the kernel.
    pub fn windows(&self, size: &[usize], taps: &[usize]) -> Result<[Window; 2], String> {
        Ok([self.window(0, size[0], taps[0])?, self.window(1, size[1], taps[1])?])
    }

    fn window(&self, axis: usize, input: usize, taps: usize) -> Result<Window, String> {
        let ([before, after], dilation, stride) = (self.padding[axis], self.dilation[axis], self.strides[axis]);
        if taps == 0 || taps > LARGEST || input == 0 {
            return Err(format!("a window of {taps} cells over {input} is empty"));
        }
        let (padded, reach) = (input + before + after, (taps - 1) * dilation + 1);
        if reach > padded {
            return Err(format!(
                "a window that reaches over {reach} cells exceeds the {padded} cells of the padded input"
            ));
        }
        Ok(Window { input, output: (padded - reach) / stride + 1, taps, stride, before, dilation })
    }
}

/// The windows of a pooling: attributes pool, strides, padding from position `at` on.
pub fn pool_windows(size: &[usize], attrs: Attrs, at: usize) -> Result<[Window; 2], String> {
    let pool: [usize; 2] = numbers(attrs.ints(at), 1, "pool")?;
    let [top, bottom, left, right] = numbers(attrs.ints(at + 2), 0, "padding")?;
    if top.max(bottom) >= pool[0] || left.max(right) >= pool[1] {
        return Err("padding must be smaller than the pool: some windows would see nothing".into());
    }
    let slide = Slide {
        strides: numbers(attrs.ints(at + 1), 1, "strides")?,
        padding: [[top, bottom], [left, right]],
        dilation: [1, 1],
    };
    slide.windows(size, &pool)
}

/// [N, H, W, C] and [KH, KW, C / groups, F]: [N, OH, OW, F].
pub(super) fn conv(shapes: &[Vec<usize>], attrs: Attrs) -> Result<Vec<usize>, String> {
    let ([n, h, w, c], [kh, kw, inputs, filters]) = (four(shapes, 0)?, four(shapes, 1)?);
    let groups = groups(attrs.i32(3), filters)?;
    if inputs == 0 || inputs.checked_mul(groups) != Some(c) {
        return Err(format!("a kernel for {groups} × {inputs} channels does not fit {c} channels"));
    }
    let [y, x] = Slide::conv(attrs, 0)?.windows(&[h, w], &[kh, kw])?;
    Ok(vec![n, y.output, x.output, filters])
}

/// [N, OH, OW, F] and [KH, KW, C / groups, F], attribute size: [N, H, W, C].
pub(super) fn conv_transpose(shapes: &[Vec<usize>], attrs: Attrs) -> Result<Vec<usize>, String> {
    let ([n, h, w, c], [kh, kw, outputs, filters]) = (four(shapes, 0)?, four(shapes, 1)?);
    let groups = groups(attrs.i32(3), filters)?;
    let channels = outputs.checked_mul(groups).filter(|&channels| channels > 0 && c == filters);
    let Some(channels) = channels else {
        return Err(format!("a kernel from {filters} channels does not fit {c} channels"));
    };
    let size: [usize; 2] = numbers(attrs.ints(4), 1, "size")?;
    let [y, x] = Slide::conv(attrs, 0)?.windows(&size, &[kh, kw])?;
    if [y.output, x.output] != [h, w] {
        let seen = [y.output, x.output];
        return Err(format!("a convolution of {size:?} cells makes {seen:?}, but the input has {:?}", [h, w]));
    }
    Ok(vec![n, size[0], size[1], channels])
}

/// [N, H, W, C] and [KH, KW, C, M]: [N, OH, OW, C · M].
pub(super) fn depthwise(shapes: &[Vec<usize>], attrs: Attrs) -> Result<Vec<usize>, String> {
    let ([n, h, w, c], [kh, kw, channels, multiplier]) = (four(shapes, 0)?, four(shapes, 1)?);
    if channels != c || c == 0 || multiplier == 0 {
        return Err(format!("a kernel of {multiplier} for each of {channels} channels does not fit {c} channels"));
    }
    let [y, x] = Slide::conv(attrs, 0)?.windows(&[h, w], &[kh, kw])?;
    Ok(vec![n, y.output, x.output, c * multiplier])
}

/// [N, H, W, C]: [N, OH, OW, C].
pub(super) fn pool(shapes: &[Vec<usize>], attrs: Attrs) -> Result<Vec<usize>, String> {
    let [n, h, w, c] = four(shapes, 0)?;
    if c == 0 {
        return Err("an image without channels".into());
    }
    let [y, x] = pool_windows(&[h, w], attrs, 0)?;
    Ok(vec![n, y.output, x.output, c])
}

/// [N, H, W, C] and [N, 6], attribute size: [N, OH, OW, C].
pub(super) fn affine(shapes: &[Vec<usize>], attrs: Attrs) -> Result<Vec<usize>, String> {
    let [n, h, w, c] = four(shapes, 0)?;
    if h == 0 || w == 0 || c == 0 {
        return Err("an image without cells".into());
    }
    if shapes[1] != [n, kernels::affine::MAP] {
        return Err(format!("{n} images need maps [{n}, 6], received {:?}", shapes[1]));
    }
    if kernels::affine::Border::from_code(attrs.i32(2)).is_none() {
        return Err(format!("border must be 0, 1, 2 or 3, received {}", attrs.i32(2)));
    }
    let [height, width] = numbers(attrs.ints(0), 1, "size")?;
    Ok(vec![n, height, width, c])
}

fn four(shapes: &[Vec<usize>], input: usize) -> Result<[usize; 4], String> {
    let shape = &shapes[input];
    shape[..].try_into().map_err(|_| format!("needs four axes, received {shape:?}"))
}

fn groups(groups: i32, filters: usize) -> Result<usize, String> {
    match usize::try_from(groups) {
        Ok(count) if count > 0 && filters > 0 && filters.is_multiple_of(count) => Ok(count),
        _ => Err(format!("{filters} filters can't be shared among {groups} groups")),
    }
}

fn numbers<const N: usize>(given: &[i32], least: usize, what: &str) -> Result<[usize; N], String> {
    let fits = |v: &i32| usize::try_from(*v).ok().filter(|v| (least..=LARGEST).contains(v));
    let values: Option<Vec<usize>> = given.iter().map(fits).collect();
    values
        .and_then(|values| values.try_into().ok())
        .ok_or_else(|| format!("{what} must be {N} whole numbers from {least} to {LARGEST}, received {given:?}"))
}
