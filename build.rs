//! Rebuilds the crate when a file of an embedded pack is added or removed: `include_dir!` only notices changes.

fn main() {
    println!("cargo::rerun-if-changed=templates");
}
