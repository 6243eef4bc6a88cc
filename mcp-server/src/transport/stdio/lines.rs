//! Reads and writes lines, with threads or with tasks.

use std::{
    io::{self, Read, Write},
    thread,
};

use bytes::Bytes;
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    sync::{mpsc, oneshot},
    task::JoinSet,
};

use crate::{
    escape::chain,
    protocol::envelope::addressee::{Addressee, IdScan},
};

/// A line of the input that is not blank.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// A line without its `\n`.
    Complete(Bytes),
    /// A line that exceeded the limit. Its content was dropped, except for the addressee of the
    /// error.
    TooLong(Addressee),
}

/// The two directions of a connection.
pub(crate) struct Lines {
    pub(super) incoming: mpsc::Receiver<Line>,
    pub(super) outgoing: mpsc::Sender<Bytes>,
    /// Receives the result of the writer when it ends.
    pub(super) written: oneshot::Receiver<io::Result<()>>,
    /// The tasks that read and write, aborted on drop. Empty if threads read and write.
    pub(super) tasks: JoinSet<()>,
}

/// Maximum number of lines that wait for the writer.
const MAX_OUTGOING: usize = 64;

/// Size of the read buffer, and of a write, in bytes. Waiting lines are written together until they
/// exceed it.
const CHUNK: usize = 64 * 1024;

impl Lines {
    /// Reads and writes with threads. They may outlive the connection while they block in the
    /// operating system.
    ///
    /// # Errors
    /// Fails if the system cannot start a thread.
    pub(crate) fn blocking(
        input: impl Read + Send + 'static,
        output: impl Write + Send + 'static,
        max_line: usize,
    ) -> io::Result<Self> {
        let (write, outgoing) = mpsc::channel(MAX_OUTGOING);
        let (done, written) = oneshot::channel();
        thread::Builder::new()
            .name("mcp-write".to_owned())
            .spawn(move || _ = done.send(write_blocking(output, outgoing)))?;
        // One line waits while another is read: lines may be large.
        let (lines, incoming) = mpsc::channel(1);
        thread::Builder::new()
            .name("mcp-read".to_owned())
            .spawn(move || log_failure(read_blocking(input, max_line, &lines)))?;
        Ok(Self { incoming, outgoing: write, written, tasks: JoinSet::new() })
    }

    /// Reads and writes with tasks, which end with the connection.
    pub(crate) fn spawn(
        input: impl AsyncRead + Send + 'static,
        output: impl AsyncWrite + Send + 'static,
        max_line: usize,
    ) -> Self {
        let (write, outgoing) = mpsc::channel(MAX_OUTGOING);
        let (done, written) = oneshot::channel();
        let (lines, incoming) = mpsc::channel(1);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move { _ = done.send(write_async(output, outgoing).await) });
        tasks.spawn(async move { log_failure(read_async(input, max_line, &lines).await) });
        Self { incoming, outgoing: write, written, tasks }
    }
}

fn log_failure(result: io::Result<()>) {
    if let Err(error) = result {
        tracing::warn!(error = chain(&error), "reading the input failed");
    }
}

/// Reads lines until the input ends or the receiver is dropped.
fn read_blocking(mut input: impl Read, max_line: usize, lines: &mpsc::Sender<Line>) -> io::Result<()> {
    let mut splitter = Splitter::new(max_line);
    let mut buffer = vec![0; CHUNK];
    loop {
        let read = match input.read(&mut buffer) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if read == 0 {
            if let Some(line) = splitter.finish() {
                _ = lines.blocking_send(line);
            }
            return Ok(());
        }
        let mut rest = &buffer[..read];
        while let Some(line) = splitter.next(&mut rest) {
            if lines.blocking_send(line).is_err() {
                return Ok(());
            }
        }
    }
}

/// Reads lines until the input ends or the receiver is dropped.
async fn read_async(input: impl AsyncRead, max_line: usize, lines: &mpsc::Sender<Line>) -> io::Result<()> {
    tokio::pin!(input);
    let mut splitter = Splitter::new(max_line);
    let mut buffer = vec![0; CHUNK];
    loop {
        let read = input.read(&mut buffer).await?;
        if read == 0 {
            if let Some(line) = splitter.finish() {
                _ = lines.send(line).await;
            }
            return Ok(());
        }
        let mut rest = &buffer[..read];
        while let Some(line) = splitter.next(&mut rest) {
            if lines.send(line).await.is_err() {
                return Ok(());
            }
        }
    }
}

/// Splits bytes into lines that are not blank.
struct Splitter {
    max_line: usize,
    line: Vec<u8>,
    /// Scan of a line that exceeds the limit.
    too_long: Option<IdScan>,
}

impl Splitter {
    fn new(max_line: usize) -> Self {
        Self { max_line, line: Vec::new(), too_long: None }
    }

    /// Returns the next line, and removes it from `bytes`. Keeps an incomplete line for the next
    /// bytes.
    fn next(&mut self, bytes: &mut &[u8]) -> Option<Line> {
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            self.add(&bytes[..end]);
            *bytes = &bytes[end + 1..];
            if let Some(line) = self.finish() {
                return Some(line);
            }
        }
        self.add(bytes);
        *bytes = &[];
        None
    }

    /// Returns the line that was added, unless it is blank. The last line of the input needs no
    /// `\n`.
    fn finish(&mut self) -> Option<Line> {
        let line = std::mem::take(&mut self.line);
        if let Some(scan) = self.too_long.take() {
            return Some(Line::TooLong(scan.addressee()));
        }
        (!line.trim_ascii().is_empty()).then(|| Line::Complete(line.into()))
    }

    fn add(&mut self, part: &[u8]) {
        if let Some(scan) = &mut self.too_long {
            scan.push(part);
        } else if self.line.len() + part.len() > self.max_line {
            let scan = self.too_long.insert(IdScan::default());
            scan.push(&std::mem::take(&mut self.line));
            scan.push(part);
        } else {
            self.line.extend_from_slice(part);
        }
    }
}

/// Writes lines until all senders are dropped.
fn write_blocking(mut output: impl Write, mut outgoing: mpsc::Receiver<Bytes>) -> io::Result<()> {
    let mut chunk = Vec::new();
    while let Some(line) = outgoing.blocking_recv() {
        fill(&mut chunk, &line, &mut outgoing);
        output.write_all(&chunk)?;
        output.flush()?;
    }
    Ok(())
}

/// Writes lines until all senders are dropped.
async fn write_async(output: impl AsyncWrite, mut outgoing: mpsc::Receiver<Bytes>) -> io::Result<()> {
    tokio::pin!(output);
    let mut chunk = Vec::new();
    while let Some(line) = outgoing.recv().await {
        fill(&mut chunk, &line, &mut outgoing);
        output.write_all(&chunk).await?;
        output.flush().await?;
    }
    Ok(())
}

/// Replaces the content of a chunk with a line and the lines that wait behind it.
fn fill(chunk: &mut Vec<u8>, line: &[u8], outgoing: &mut mpsc::Receiver<Bytes>) {
    chunk.clear();
    // A large message must not keep its memory for the rest of the connection.
    chunk.shrink_to(2 * CHUNK);
    append(chunk, line);
    while chunk.len() < CHUNK
        && let Ok(line) = outgoing.try_recv()
    {
        append(chunk, &line);
    }
}

/// Appends a message as one line. Line ends inside JSON are between tokens only, where a space is
/// equivalent.
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

    /// Splits input that arrives in parts of four bytes.
    fn lines(input: &'static [u8], max_line: usize) -> Vec<Line> {
        let mut splitter = Splitter::new(max_line);
        let mut lines = Vec::new();
        for mut part in input.chunks(4) {
            lines.extend(std::iter::from_fn(|| splitter.next(&mut part)));
        }
        lines.extend(splitter.finish());
        lines
    }

    fn complete(text: &'static str) -> Line {
        Line::Complete(text.into())
    }

    fn too_long() -> Line {
        Line::TooLong(Addressee::Sender)
    }

    #[test]
    fn input_is_split_at_line_ends() {
        assert_eq!(lines(b"{\"a\":1}\n{}\r\n", 100), [complete("{\"a\":1}"), complete("{}\r")]);
        assert_eq!(lines(b"\n \r\n\n{}", 100), [complete("{}")], "blank lines are skipped, and the last needs no end");
        assert_eq!(lines(b"", 100), []);
    }

    #[test]
    fn line_over_the_limit_is_dropped() {
        assert_eq!(
            lines(b"12345\n123456\n1234567890123\nabc\n", 5),
            [complete("12345"), too_long(), too_long(), complete("abc")]
        );
        assert_eq!(lines(b"123456", 5), [too_long()], "also without an end");
    }

    #[test]
    fn message_is_written_as_one_line() {
        let mut chunk = Vec::new();
        append(&mut chunk, b"{\n\"a\":\r\n1}");
        append(&mut chunk, b"{}");
        assert_eq!(chunk, b"{ \"a\":  1}\n{}\n");
    }
}
