//! Lines in and lines out, each by a thread of its own.

use std::{
    io::{self, BufReader, Read, Write},
    thread,
};

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

/// What was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// A line without its end.
    Whole(Bytes),
    /// A line that was longer than lines may be. Nothing of it has been kept.
    TooLong,
}

/// Lines that wait to be handled, and lines that wait to be written.
const WAITING: usize = 64;

/// Lines that are there already are written together, up to about this many bytes.
const CHUNK: usize = 64 * 1024;

/// Reads lines until the input ends, or nobody takes them any more.
///
/// # Errors
/// When there is no thread for it.
pub(super) fn read(input: impl Read + Send + 'static, longest: usize) -> io::Result<mpsc::Receiver<Line>> {
    // One that waits and one that is read: lines may be large.
    let (lines, waiting) = mpsc::channel(1);
    thread::Builder::new().name("mcp-read".to_owned()).spawn(move || {
        let mut input = BufReader::with_capacity(CHUNK, input);
        loop {
            match next(&mut input, longest) {
                Ok(Some(line)) => {
                    if lines.blocking_send(line).is_err() {
                        return;
                    }
                }
                Ok(None) => return,
                Err(error) => {
                    tracing::warn!(%error, "the input broke");
                    return;
                }
            }
        }
    })?;
    Ok(waiting)
}

/// The next line that is not blank; `None` at the end of the input. What stands there without an end is a line too.
fn next(input: &mut impl io::BufRead, longest: usize) -> io::Result<Option<Line>> {
    let mut line = Vec::new();
    let mut too_long = false;
    loop {
        let read = match input.fill_buf() {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let at_end = read.is_empty();
        let end = read.iter().position(|byte| *byte == b'\n');
        let part = &read[..end.unwrap_or(read.len())];
        if line.len() + part.len() > longest {
            // What is refused anyway is not kept.
            too_long = true;
            line = Vec::new();
        }
        if !too_long {
            line.extend_from_slice(part);
        }
        let used = part.len() + usize::from(end.is_some());
        input.consume(used);
        if end.is_none() && !at_end {
            continue;
        }
        if too_long {
            return Ok(Some(Line::TooLong));
        }
        if !line.trim_ascii().is_empty() {
            return Ok(Some(Line::Whole(line.into())));
        }
        if at_end {
            return Ok(None);
        }
        line.clear();
    }
}

/// Writes lines until there are no more, or the output breaks; then says how it went.
///
/// # Errors
/// When there is no thread for it.
pub(super) fn write(
    output: impl Write + Send + 'static,
) -> io::Result<(mpsc::Sender<Bytes>, oneshot::Receiver<io::Result<()>>)> {
    let (lines, waiting) = mpsc::channel(WAITING);
    let (done, written) = oneshot::channel();
    thread::Builder::new().name("mcp-write".to_owned()).spawn(move || {
        _ = done.send(write_all(output, waiting));
    })?;
    Ok((lines, written))
}

fn write_all(mut output: impl Write, mut waiting: mpsc::Receiver<Bytes>) -> io::Result<()> {
    let mut chunk = Vec::new();
    while let Some(line) = waiting.blocking_recv() {
        append(&mut chunk, &line);
        while chunk.len() < CHUNK
            && let Ok(line) = waiting.try_recv()
        {
            append(&mut chunk, &line);
        }
        output.write_all(&chunk)?;
        output.flush()?;
        chunk.clear();
        // One large answer must not be paid for to the end.
        chunk.shrink_to(2 * CHUNK);
    }
    Ok(())
}

/// Adds a message as one line. Where a handler hands on JSON as it was laid out, lines end between its tokens only, and a space is as
/// good there.
fn append(chunk: &mut Vec<u8>, message: &[u8]) {
    let start = chunk.len();
    chunk.extend_from_slice(message);
    for byte in &mut chunk[start..] {
        if matches!(byte, b'\n' | b'\r') {
            *byte = b' ';
        }
    }
    chunk.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(input: &'static [u8], longest: usize) -> Vec<Line> {
        // A small buffer, so that lines lie across its ends.
        let mut input = BufReader::with_capacity(4, input);
        std::iter::from_fn(|| next(&mut input, longest).unwrap()).collect()
    }

    fn whole(text: &'static str) -> Line {
        Line::Whole(text.into())
    }

    #[test]
    fn input_is_cut_at_the_ends_of_lines() {
        assert_eq!(lines(b"{\"a\":1}\n{}\r\n", 100), [whole("{\"a\":1}"), whole("{}\r")]);
        assert_eq!(lines(b"\n \r\n\n{}", 100), [whole("{}")], "blank lines are none, and the last needs no end");
        assert_eq!(lines(b"", 100), []);
    }

    #[test]
    fn a_line_that_is_too_long_is_left_out_and_the_next_one_read() {
        assert_eq!(
            lines(b"12345\n123456\n1234567890123\nabc\n", 5),
            [whole("12345"), Line::TooLong, Line::TooLong, whole("abc")]
        );
        assert_eq!(lines(b"123456", 5), [Line::TooLong], "also without an end");
    }

    #[test]
    fn a_message_is_one_line() {
        let mut chunk = Vec::new();
        append(&mut chunk, b"{\n\"a\":\r\n1}");
        append(&mut chunk, b"{}");
        assert_eq!(chunk, b"{ \"a\":  1}\n{}\n");
    }
}
