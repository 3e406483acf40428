//! The one way to standard output and standard error.
//!
//! A reader that goes away (`hetong check | head`) is no error: what is left unsaid then is left unsaid, and the
//! exit code stays what it was. Any other failure to write, such as a full disk, is told at the end.
//!
//! Whatever is written goes through [`Paint::shown`]: names of files, values of a case and texts of a sheet are users',
//! and none of them may reach the terminal as an order to it.
//!
//! Streams are locked per write, not for the program's life: the progress bar writes to standard error from
//! other threads.
//!
//! May use: `diagnostics` (colours).

use std::io::{self, ErrorKind, IsTerminal, Write};

use super::ColorChoice;
use crate::diagnostics::human::Paint;

/// Standard output and standard error.
pub struct Output {
    out: Stream,
    err: Stream,
}

impl Output {
    /// The process's own streams; coloured as far as terminals until [`set_colour`](Self::set_colour).
    pub fn standard() -> Self {
        let out = Stream::new(Box::new(io::stdout()), io::stdout().is_terminal());
        let err = Stream::new(Box::new(io::stderr()), io::stderr().is_terminal());
        let mut output = Self { out, err };
        output.set_colour(ColorChoice::Auto);
        output
    }

    /// Other streams, for tests; none is a terminal.
    #[cfg(test)]
    pub fn to(out: impl Write + 'static, err: impl Write + 'static) -> Self {
        Self { out: Stream::new(Box::new(out), false), err: Stream::new(Box::new(err), false) }
    }

    /// Settles which stream is coloured.
    pub fn set_colour(&mut self, choice: ColorChoice) {
        for stream in [&mut self.out, &mut self.err] {
            let colour = match choice {
                ColorChoice::Always => true,
                ColorChoice::Never => false,
                ColorChoice::Auto => stream.terminal && wants_colour(),
            };
            stream.paint = Paint::new(colour);
        }
    }

    /// How text for standard output is to be coloured.
    pub fn paint(&self) -> Paint {
        self.out.paint
    }

    /// Whether someone watches standard error: only then is progress shown.
    pub fn watched(&self) -> bool {
        self.err.terminal
    }

    /// What the user asked for, as it is.
    pub fn print(&mut self, text: &str) {
        self.out.write(text);
    }

    /// Has everything shown that was printed so far, before a question waits for its answer.
    pub fn flush(&mut self) {
        self.out.flush();
    }

    /// What went wrong, or what should be known but is not the result: to standard error.
    pub fn tell(&mut self, text: &str) {
        self.err.write(text);
    }

    /// An error that kept the command from running.
    pub fn error(&mut self, message: &str) {
        let head = self.err.paint.severity(crate::diagnostics::Severity::Error, "错误");
        // A name may hold a line break: what follows it must not look like a line of its own.
        let indented = |line: &str| if line.starts_with(' ') { line.to_owned() } else { format!("  {line}") };
        let mut lines = message.trim_end().lines();
        let first = lines.next().unwrap_or_default();
        let more: String = lines.map(|line| format!("\n{}", indented(line))).collect();
        self.err.write(&format!("{head}：{first}{more}\n"));
    }

    /// Writes out what is left. False if something could not be written though someone wanted to read it.
    pub fn finish(&mut self) -> bool {
        self.out.flush();
        if let Some(fault) = self.out.fault.take() {
            self.error(&format!("无法写出结果：{fault}"));
            return false;
        }
        self.err.flush();
        true
    }
}

/// Whether the environment lets us colour: <https://no-color.org>, and terminals without colours.
fn wants_colour() -> bool {
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    !no_color && !dumb
}

struct Stream {
    to: Box<dyn Write>,
    terminal: bool,
    paint: Paint,
    closed: bool,
    fault: Option<io::Error>,
}

impl Stream {
    fn new(to: Box<dyn Write>, terminal: bool) -> Self {
        Self { to, terminal, paint: Paint::default(), closed: false, fault: None }
    }

    fn write(&mut self, text: &str) {
        if !self.closed {
            let done = self.to.write_all(self.paint.shown(text).as_bytes());
            self.note(done);
        }
    }

    fn flush(&mut self) {
        if !self.closed {
            let done = self.to.flush();
            self.note(done);
        }
    }

    fn note(&mut self, done: io::Result<()>) {
        if let Err(fault) = done {
            self.closed = true;
            if fault.kind() != ErrorKind::BrokenPipe {
                self.fault = Some(fault);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Default)]
    struct Shared(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

    impl Shared {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    struct Failing(ErrorKind);

    impl Write for Failing {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_left_is_no_error() {
        let mut output = Output::to(Failing(ErrorKind::BrokenPipe), Failing(ErrorKind::BrokenPipe));
        output.print("一");
        output.print("二");
        output.error("三");
        assert!(output.finish());
    }

    #[test]
    fn no_users_text_gives_the_terminal_orders() {
        let (out, err) = (Shared::default(), Shared::default());
        let mut output = Output::to(out.clone(), err.clone());
        output.print("甲\u{1b}[2J\u{202e}\n");
        output.tell("乙\u{9b}\n");
        output.error("丙\u{7}");
        assert_eq!(out.text(), "甲␛[2J\\u{202E}\n");
        assert_eq!(err.text(), "乙\\u{009B}\n错误：丙␇\n");
    }

    #[test]
    fn a_full_disk_is_one() {
        let mut output = Output::to(Failing(ErrorKind::StorageFull), io::sink());
        output.print("一");
        assert!(!output.finish());
    }
}
