//! Progress of long work, and the only place that knows how it looks: a bar on a terminal, nothing in a pipe.
//!
//! May use: nothing else of hetong.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// The bar is drawn anew this often, so that it lives on through a long step.
const TICK: Duration = Duration::from_millis(200);

/// How far a piece of work is. Cheap to share between threads; gone from the screen when dropped.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// Starts `total` steps of `what`, such as 检查; shown only if someone watches.
    pub fn start(what: &str, total: usize, watched: bool) -> Self {
        let target = if watched { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(total as u64), target);
        // The template is fixed and tried in a test; should it ever fail, indicatif's own look will do.
        if let Ok(style) = ProgressStyle::with_template("{prefix} {wide_bar} {pos}/{len} {msg}") {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_prefix(what.to_owned());
        if watched {
            bar.enable_steady_tick(TICK);
        }
        Self { bar }
    }

    /// One step is done; `name` says which.
    pub fn step(&self, name: &str) {
        self.bar.set_message(name.to_owned());
        self.bar.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_from_several_threads_and_shows_nothing_unwatched() {
        assert!(ProgressStyle::with_template("{prefix} {wide_bar} {pos}/{len} {msg}").is_ok());
        let progress = Progress::start("检查", 20, false);
        assert!(progress.bar.is_hidden());
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..5).for_each(|_| progress.step("星河示例")));
            }
        });
        assert_eq!(progress.bar.position(), 20);
    }
}
