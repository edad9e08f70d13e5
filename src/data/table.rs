//! One CSV source, written row by row into files of bounded length.

use super::calendar::digits;
use super::{GenerateError, Sink};

const ROWS_PER_FILE: u64 = 250_000;
const BLOCK: usize = 64 * 1024;

/// Field methods append to the current row; `end_row` completes it.
pub(crate) struct Table<'s> {
    sink: &'s mut dyn Sink,
    stem: String,
    header: &'static str,
    path: String,
    /// 0 when everything fits one file, else the number of the current file.
    part: u32,
    rows_in_file: u64,
    rows: u64,
    buffer: Vec<u8>,
    row: Vec<u8>,
    last: Vec<u8>,
}

impl<'s> Table<'s> {
    /// `stem` is the path without part number and extension.
    pub(crate) fn begin(
        sink: &'s mut dyn Sink,
        stem: String,
        header: &'static str,
        expected_rows: u64,
    ) -> Result<Self, GenerateError> {
        let mut table = Self {
            sink,
            stem,
            header,
            path: String::new(),
            part: u32::from(expected_rows > ROWS_PER_FILE),
            rows_in_file: 0,
            rows: 0,
            buffer: Vec::with_capacity(BLOCK * 2),
            row: Vec::with_capacity(1024),
            last: Vec::with_capacity(1024),
        };
        table.open()?;
        Ok(table)
    }

    fn open(&mut self) -> Result<(), GenerateError> {
        self.path = match self.part {
            0 => format!("{}.csv", self.stem),
            part => format!("{}_part_{part:04}.csv", self.stem),
        };
        self.sink.begin(&self.path).map_err(|source| GenerateError::Write { path: self.path.clone(), source })?;
        self.rows_in_file = 0;
        self.buffer.extend_from_slice(self.header.as_bytes());
        self.buffer.push(b'\n');
        Ok(())
    }

    fn flush(&mut self) -> Result<(), GenerateError> {
        self.sink.write(&self.buffer).map_err(|source| GenerateError::Write { path: self.path.clone(), source })?;
        self.buffer.clear();
        Ok(())
    }

    fn close(&mut self) -> Result<(), GenerateError> {
        self.flush()?;
        self.sink.end().map_err(|source| GenerateError::Write { path: self.path.clone(), source })
    }

    pub(crate) fn end_row(&mut self) -> Result<(), GenerateError> {
        self.row.pop();
        self.row.push(b'\n');
        std::mem::swap(&mut self.row, &mut self.last);
        self.row.clear();
        self.repeat_row()
    }

    /// Writes the row that was completed last (again).
    pub(crate) fn repeat_row(&mut self) -> Result<(), GenerateError> {
        if self.part > 0 && self.rows_in_file == ROWS_PER_FILE {
            self.close()?;
            self.part += 1;
            self.open()?;
        }
        self.buffer.extend_from_slice(&self.last);
        self.rows_in_file += 1;
        self.rows += 1;
        if self.buffer.len() >= BLOCK { self.flush() } else { Ok(()) }
    }

    /// Completes the last file and returns the number of rows.
    pub(crate) fn finish(mut self) -> Result<u64, GenerateError> {
        self.close()?;
        Ok(self.rows)
    }

    pub(crate) fn empty(&mut self) {
        self.row.push(b',');
    }

    /// A value that needs no quotes.
    pub(crate) fn plain(&mut self, value: &[u8]) {
        self.row.extend_from_slice(value);
        self.row.push(b',');
    }

    pub(crate) fn word(&mut self, value: &str) {
        self.plain(value.as_bytes());
    }

    /// Free text, quoted where RFC 4180 asks for it.
    pub(crate) fn text(&mut self, value: &str) {
        if value.bytes().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r')) {
            self.row.push(b'"');
            for byte in value.bytes() {
                if byte == b'"' {
                    self.row.push(b'"');
                }
                self.row.push(byte);
            }
            self.row.push(b'"');
            self.row.push(b',');
        } else {
            self.word(value);
        }
    }

    /// `prefix` and the number, with leading zeros up to eight digits.
    pub(crate) fn id(&mut self, prefix: &str, number: u64) {
        let mut text = [b'0'; 8];
        digits(&mut text, number as u32);
        self.row.extend_from_slice(prefix.as_bytes());
        self.plain(&text);
    }

    pub(crate) fn int(&mut self, value: i64) {
        self.push_int(value);
        self.row.push(b',');
    }

    fn push_int(&mut self, value: i64) {
        if value < 0 {
            self.row.push(b'-');
        }
        let mut rest = value.unsigned_abs();
        let mut text = [0u8; 20];
        let mut start = text.len();
        loop {
            start -= 1;
            text[start] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        self.row.extend_from_slice(&text[start..]);
    }

    /// `value` hundredths with two decimals.
    pub(crate) fn hundredths(&mut self, value: i64) {
        if value < 0 {
            self.row.push(b'-');
        }
        self.push_int(value.abs() / 100);
        let cents = (value.unsigned_abs() % 100) as u8;
        self.row.extend_from_slice(&[b'.', b'0' + cents / 10, b'0' + cents % 10, b',']);
    }

    /// `value` tenths with one decimal.
    pub(crate) fn tenths(&mut self, value: i64) {
        if value < 0 {
            self.row.push(b'-');
        }
        self.push_int(value.abs() / 10);
        self.row.extend_from_slice(&[b'.', b'0' + (value.unsigned_abs() % 10) as u8, b',']);
    }

    pub(crate) fn flag(&mut self, value: bool) {
        self.word(if value { "True" } else { "False" });
    }

    /// A date and the second of the day.
    pub(crate) fn timestamp(&mut self, date: &[u8; 10], second: u32) {
        let mut text = *b"0000-00-00 00:00:00";
        text[..10].copy_from_slice(date);
        digits(&mut text[11..13], second / 3600);
        digits(&mut text[14..16], second / 60 % 60);
        digits(&mut text[17..], second % 60);
        self.plain(&text);
    }
}
