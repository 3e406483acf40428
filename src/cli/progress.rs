//! Progress of long work, and the only place that knows how it looks: a bar on a terminal, nothing in a pipe.
//!
//! May use: `diagnostics`, to make names visible.

use std::fmt::{self, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::diagnostics::human::{visible, visible_name};

/// The bar is drawn anew this often, so that it lives on through a long step.
const TICK: Duration = Duration::from_millis(200);
/// Of a few steps.
const STEPS: &str = "{prefix} {wide_bar} {pos}/{len} {msg}";
/// Of a batch.
const BATCH: &str = "{prefix} {wide_bar} {pos}/{len} {rate} {left} {msg}";

/// How far a piece of work is. Cheap to share between threads; gone from the screen when dropped.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// Starts `total` steps of `what`, such as 检查; shown only if someone watches.
    pub fn start(what: &str, total: usize, watched: bool) -> Self {
        Self::with(STEPS, what, total, watched)
    }

    /// The same with the rate, 件/秒, and the time left.
    pub fn batch(what: &str, total: usize, watched: bool) -> Self {
        Self::with(BATCH, what, total, watched)
    }

    fn with(template: &str, what: &str, total: usize, watched: bool) -> Self {
        let target = if watched { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(total as u64), target);
        // The templates are fixed and tried in a test; should one ever fail, indicatif's own look will do.
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.with_key("rate", rate).with_key("left", left).progress_chars("=> "));
        }
        bar.set_prefix(what.to_owned());
        if watched {
            bar.enable_steady_tick(TICK);
        }
        Self { bar }
    }

    /// One step is done; `name` says which.
    pub fn step(&self, name: &str) {
        self.begin(name);
        self.advance(1);
    }

    /// `name` is being worked on.
    pub fn begin(&self, name: &str) {
        self.bar.set_message(visible_name(name));
    }

    /// So many more are done.
    pub fn advance(&self, count: usize) {
        self.bar.inc(count as u64);
    }

    /// A line above the bar; not shown where nobody watches.
    pub fn note(&self, text: &str) {
        self.bar.println(visible(text));
    }
}

fn rate(state: &ProgressState, out: &mut dyn Write) {
    // A bar that cannot be drawn is no reason to stop.
    let _: fmt::Result = write!(out, "{:.1} 件/秒", state.per_sec());
}

fn left(state: &ProgressState, out: &mut dyn Write) {
    let _: fmt::Result = match state.pos() {
        0 => Ok(()),
        _ => write!(out, "还要 {}", spoken(state.eta())),
    };
}

/// `1 小时 5 分`, `3 分 20 秒`, `8 秒`.
fn spoken(time: Duration) -> String {
    let (minutes, seconds) = (time.as_secs() / 60, time.as_secs() % 60);
    match (minutes / 60, minutes % 60) {
        (0, 0) => format!("{seconds} 秒"),
        (0, minutes) => format!("{minutes} 分 {seconds} 秒"),
        (hours, minutes) => format!("{hours} 小时 {minutes} 分"),
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
    use indicatif::TermLike;
    use std::io;
    use std::sync::{Arc, Mutex};

    /// A terminal that remembers what was written to it.
    #[derive(Clone, Debug, Default)]
    struct Remembering(Arc<Mutex<String>>);

    impl TermLike for Remembering {
        fn width(&self) -> u16 {
            120
        }
        fn move_cursor_up(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_down(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_right(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_left(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn write_line(&self, text: &str) -> io::Result<()> {
            self.write_str(text)
        }
        fn write_str(&self, text: &str) -> io::Result<()> {
            self.0.lock().unwrap().push_str(text);
            Ok(())
        }
        fn clear_line(&self) -> io::Result<()> {
            Ok(())
        }
        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn counts_from_several_threads_and_shows_nothing_unwatched() {
        for template in [STEPS, BATCH] {
            assert!(ProgressStyle::with_template(template).is_ok());
        }
        let progress = Progress::start("检查", 20, false);
        assert!(progress.bar.is_hidden());
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..5).for_each(|_| progress.step("星河示例")));
            }
        });
        assert_eq!(progress.bar.position(), 20);
    }

    #[test]
    fn a_batch_tells_count_rate_time_left_and_whose_turn_it_is() {
        let terminal = Remembering::default();
        let progress = Progress::batch("结算", 8, false);
        progress.bar.set_draw_target(ProgressDrawTarget::term_like(Box::new(terminal.clone())));
        progress.begin("星河示例");
        progress.advance(2);
        progress.bar.force_draw();
        let shown = terminal.0.lock().unwrap().clone();
        for part in ["结算", "2/8", "件/秒", "还要", "星河示例"] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
    }

    #[test]
    fn time_left_in_words() {
        let spoken = |seconds| super::spoken(Duration::from_secs(seconds));
        assert_eq!(spoken(8), "8 秒");
        assert_eq!(spoken(200), "3 分 20 秒");
        assert_eq!(spoken(3900), "1 小时 5 分");
    }
}
