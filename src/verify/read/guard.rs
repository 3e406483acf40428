//! Readers of other people's files index into what the file says; one that panics has met a broken file.
//!
//! May use: nothing.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic on this thread would become an error that is told: then it is nothing to tell the user about.
pub fn is_guarded() -> bool {
    GUARDED.get()
}

/// What the reader gives, or `None` if it panicked.
pub(super) fn guarded<T>(read: impl FnOnce() -> T) -> Option<T> {
    let before = GUARDED.replace(true);
    let done = catch_unwind(AssertUnwindSafe(read));
    GUARDED.set(before);
    done.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_caught_and_the_guard_goes_up_and_down() {
        assert!(!is_guarded());
        assert_eq!(guarded(is_guarded), Some(true));
        let broken: Vec<u8> = Vec::new();
        assert_eq!(guarded(|| broken[std::hint::black_box(3)]), None);
        assert!(!is_guarded());
    }
}
