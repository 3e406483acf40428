//! Ctrl-C: the first time, what is being worked on is finished and nothing new begun; the second time, the program
//! ends at once, which does no harm either, because every file takes its place whole or not at all.
//!
//! May use: nothing else of hetong.

use std::io::IsTerminal;
use std::process;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

static ASKED: AtomicBool = AtomicBool::new(false);
static LISTENING: Once = Once::new();

/// Begins to listen. Where the system does not let us, Ctrl-C ends the program at once, as everywhere.
pub fn listen() {
    LISTENING.call_once(|| {
        let _ = ctrlc::set_handler(on_ctrl_c);
    });
}

/// Whether the user wants it to end.
pub fn asked() -> bool {
    ASKED.load(Ordering::SeqCst)
}

fn on_ctrl_c() {
    if ASKED.swap(true, Ordering::SeqCst) {
        process::exit(2);
    }
    if std::io::stderr().is_terminal() {
        eprintln!("\n正在停止：手上的案卷做完就停，不再开始新的。再按一次 Ctrl-C 立即结束");
    }
}
