use super::flags::Colour;
use crate::report::{Paint, wrap};
use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};
use std::path::Path;

/// The widest text that is still pleasant to read, and the width of what is no terminal.
const WIDEST: usize = 100;

/// Writes to a file, or to the standard output, which `-` is, too. That its reader has gone away is no mistake of ours.
pub fn emit(path: Option<&Path>, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), String> {
    let path = path.filter(|path| path.as_os_str() != "-");
    let done = match path {
        Some(path) => File::create(path).and_then(|file| through(file, write)),
        None => through(io::stdout().lock(), write),
    };
    match done {
        Err(error) if path.is_none() && error.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(error) => {
            let place = path.map_or_else(|| "the standard output".to_owned(), |path| format!("`{}`", path.display()));
            Err(format!("could not write to {place}: {error}"))
        }
        Ok(()) => Ok(()),
    }
}

fn through(out: impl Write, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, out);
    let written = write(&mut out);
    if written.is_err() {
        // What is still buffered could not be written either, and trying again would only fail again.
        let _ = out.into_parts();
        return written;
    }
    out.flush()
}

/// Writes to the standard error; nobody can be told if that fails.
pub fn mention(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Whether to colour what goes to `stream`.
pub fn coloured(when: Colour, stream: &impl IsTerminal) -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    match when {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => !set("NO_COLOR") && (set("FORCE_COLOR") || (stream.is_terminal() && !dumb())),
    }
}

fn dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// How wide to write on the standard output.
pub fn width() -> usize {
    let terminal = terminal_size::terminal_size_of(io::stdout());
    terminal.map_or(WIDEST, |(width, _)| usize::from(width.0).clamp(40, WIDEST))
}

/// The paint for the standard output.
pub fn paint(when: Colour) -> Paint {
    Paint(coloured(when, &io::stdout()))
}

/// A line of a table: a name, padded, and a text wrapped beside it.
pub fn row(name: &str, margin: usize, text: &str, width: usize) -> String {
    wrap(&format!("{name:<margin$}"), text, width)
}
