//! The command `rehearse`.

fn main() {}
