//! Frames of the base protocol: header lines, an empty line, a body of `Content-Length` bytes.

use std::io::{self, BufRead, Read, Write};

use serde_json::Value;

/// What stood in the stream.
#[derive(Clone, PartialEq, Debug)]
pub enum Frame {
    Message(Value),
    /// No message, and why.
    Garbage(String),
    /// The stream is over.
    End,
}

/// No body of an editor comes near; a length beyond it is a stream of something else.
const LONGEST: usize = 1 << 30;

/// Reads the next frame. What is no frame is told and passed over.
pub fn read(input: &mut impl BufRead) -> io::Result<Frame> {
    let mut length = None;
    let mut seen = false;
    loop {
        let mut line = Vec::new();
        // A header is short: what has no line end is not read without limit.
        if input.by_ref().take(4096).read_until(b'\n', &mut line)? == 0 {
            return Ok(Frame::End);
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim_end();
        if line.is_empty() {
            if seen {
                break;
            }
            continue;
        }
        seen = true;
        if let Some((name, value)) = line.split_once(':')
            && name.trim().eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse::<usize>().ok();
        }
    }
    let Some(length) = length.filter(|length| *length <= LONGEST) else {
        return Ok(Frame::Garbage("the header has no Content-Length".to_string()));
    };
    let mut body = Vec::new();
    if input.take(length as u64).read_to_end(&mut body)? < length {
        return Ok(Frame::End);
    }
    Ok(match serde_json::from_slice(&body) {
        Ok(message) => Frame::Message(message),
        Err(error) => Frame::Garbage(format!("the body is not JSON: {error}")),
    })
}

/// Writes a message as one frame.
pub fn write(output: &mut impl Write, message: &Value) -> io::Result<()> {
    let body = message.to_string();
    write!(output, "Content-Length: {}\r\n\r\n{body}", body.len())?;
    output.flush()
}
