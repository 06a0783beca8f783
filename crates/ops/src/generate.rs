//! The TypeScript side of the registry: typed builders, one per operation.

use crate::op::{AttrKind, AttrSpec, Op};
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// `snake_case` as `camelCase`.
fn camel(name: &str) -> String {
    let mut out = String::new();
    let mut upper = false;
    for c in name.chars() {
        if c == '_' {
            upper = true;
        } else {
            out.push(if upper { c.to_ascii_uppercase() } else { c });
            upper = false;
        }
    }
    out
}

fn kind_name(kind: AttrKind) -> (&'static str, &'static str) {
    match kind {
        AttrKind::F32 => ("f32", "number"),
        AttrKind::I32 => ("i32", "number"),
        AttrKind::Bool => ("bool", "boolean"),
        AttrKind::Ints => ("ints", "readonly number[]"),
        AttrKind::DType => ("dtype", "DType"),
    }
}

fn attr_type(a: &AttrSpec) -> String {
    format!("{}{}: {}", a.name, if a.default.is_empty() { "" } else { "?" }, kind_name(a.kind).1)
}

/// The file that holds some words, in a folder or in those inside it.
fn holding(folder: &Path, words: &str) -> Option<String> {
    fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).find_map(|path| match path.is_dir() {
        true => holding(&path, words),
        false => fs::read_to_string(path).ok().filter(|text| text.contains(words)),
    })
}

/// The first lines of an operation's file.
fn doc(op: &Op) -> String {
    let source = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"));
    let text = holding(source, &format!("\n    name: \"{}\",\n", op.name)).expect("a file for the operation");
    text.lines().map_while(|line| line.strip_prefix("//! ")).collect::<Vec<_>>().join(" ")
}

fn builder(op: &Op, code: usize) -> String {
    let inputs: Vec<String> = if op.variadic() {
        vec!["values: readonly Tensor[]".into()]
    } else {
        op.inputs.iter().map(|i| format!("{i}: Tensor")).collect()
    };
    let list = if op.variadic() { "values".into() } else { format!("[{}]", op.inputs.join(", ")) };
    let mut parameters = inputs;
    if op.inputs.is_empty() {
        parameters.push("tracer: Tracer".into());
    }
    let mut attrs = "[]".to_string();
    if !op.attrs.is_empty() {
        let fields: Vec<String> = op.attrs.iter().map(attr_type).collect();
        let optional = op.attrs.iter().all(|a| !a.default.is_empty());
        parameters.push(format!("attrs: {{ {} }}{}", fields.join("; "), if optional { " = {}" } else { "" }));
        let values: Vec<String> = op
            .attrs
            .iter()
            .map(|a| {
                if a.default.is_empty() {
                    format!("attrs.{}", a.name)
                } else {
                    format!("attrs.{} ?? {}", a.name, a.default)
                }
            })
            .collect();
        attrs = format!("[{}]", values.join(", "));
    }
    let tracer = if op.inputs.is_empty() { "tracer" } else { "null" };
    format!(
        "  /** {} */\n  {}: ({}): Tensor => call({code}, {tracer}, {list}, {attrs}),\n",
        doc(op),
        camel(op.name),
        parameters.join(", ")
    )
}

/// The whole generated module.
fn typescript() -> String {
    let mut out = String::from(
        "// Generated from the registry of operations in crates/ops by its test; don't edit.\n\
         import { call } from './call.js';\n\
         import type { DType, OpInfo, Tensor, Tracer } from './tensor.js';\n\n\
         /** What the program writer knows of each operation, by its code. */\nexport const OPS: readonly OpInfo[] = [\n",
    );
    for op in crate::ALL {
        let attrs: Vec<String> = op.attrs.iter().map(|a| format!("'{}'", kind_name(a.kind).0)).collect();
        let rule = format!("{:?}", op.rule);
        let rule = rule[..1].to_lowercase() + &rule[1..];
        let _ = writeln!(out, "  {{ name: '{}', rule: '{rule}', attrs: [{}] }},", camel(op.name), attrs.join(", "));
    }
    out.push_str("];\n\n/** Builders of symbolic calls. */\nexport const ops = {\n");
    for (code, op) in crate::ALL.iter().enumerate().filter(|(_, op)| !op.internal) {
        out.push_str(&builder(op, code));
    }
    out.push_str("};\n");
    out
}

/// For a file made of the registry, by its path in the project: a stale one is rewritten, and the test fails once so that the
/// change is seen.
pub(crate) fn is_current(file: &str, fresh: &str) {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).join(file);
    if fs::read_to_string(&path).unwrap_or_default() != fresh {
        fs::write(path, fresh).expect("the project is writable");
        panic!("{file} was stale and has been rewritten: run the tests again");
    }
}

#[test]
fn typescript_builders_are_current() {
    is_current("ts/src/core/ops.generated.ts", &typescript());
}
