//! The `hetong` program; everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    hetong::cli::run()
}
