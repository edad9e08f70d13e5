//! What a CSV file looks like: its header, how many fields its records have, and whether its quotes are sound.
//!
//! DuckDB reads the rows, but only after this pass: given a record with too few fields it would otherwise fail the
//! whole file, and given an open quote it would silently drop the rest of it.

use std::io::Read;
use std::path::Path;

use flate2::read::MultiGzDecoder;

use crate::sys::fs::{self, FsError};

/// How a file is written; the defaults are those of Databricks (Databricks documentation, "read_files", § "CSV options").
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Dialect {
    pub(crate) delimiter: u8,
    pub(crate) quote: u8,
    pub(crate) escape: u8,
    pub(crate) header: bool,
    pub(crate) multi_line: bool,
}

impl Default for Dialect {
    fn default() -> Self {
        Self { delimiter: b',', quote: b'"', escape: b'\\', header: false, multi_line: false }
    }
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(crate) struct Shape {
    /// The first record, whether it is a header or data. Empty if the file is.
    pub(crate) first: Vec<String>,
    pub(crate) min_fields: usize,
    pub(crate) max_fields: usize,
    /// Bytes of the longest record.
    pub(crate) longest: usize,
    /// A value spans lines.
    pub(crate) line_breaks: bool,
    pub(crate) problem: Option<Problem>,
}

/// Why the file cannot be read as it is, and the line (from 1).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Problem {
    pub(crate) line: usize,
    pub(crate) message: &'static str,
}

/// What a look at a file's bytes tells without following its quotes.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Glance {
    pub(crate) first: Vec<String>,
    pub(crate) quotes: bool,
    /// The escape character occurs, where it is not the quote itself.
    pub(crate) escapes: bool,
    pub(crate) problem: Option<Problem>,
}

/// A quick look. DuckDB's strict mode notices most of what [`shape`] does; the caller takes the long look where it
/// does not, or has failed.
pub(crate) fn glance(path: &Path, dialect: &Dialect) -> Result<Glance, FsError> {
    let Dialect { quote, escape, .. } = *dialect;
    let mut scanner = Some(Scanner::new(dialect));
    let mut found = Glance::default();
    let mut text = Utf8::default();
    each_chunk(path, |bytes| {
        if !text.feed(bytes) {
            return false;
        }
        if let Some(mut head) = scanner.take() {
            for piece in bytes.chunks(1 << 10) {
                head.feed(piece);
                if head.records > 0 || head.shape.problem.is_some() {
                    found.first = first_record(&head.head, dialect);
                    break;
                }
            }
            if found.first.is_empty() {
                scanner = Some(head);
            }
        }
        found.quotes |= bytes.contains(&quote);
        found.escapes |= escape != quote && bytes.contains(&escape);
        true
    })?;
    if let Some(head) = scanner {
        found.first = head.finish().first;
    }
    found.problem = text.problem(path)?;
    Ok(found)
}

/// Is the file's content compressed? Its name tells, as everywhere in Spark.
pub(crate) fn is_gzip(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gz"))
}

/// Gives the file's content piece by piece, until `f` has seen enough.
fn each_chunk(path: &Path, mut f: impl FnMut(&[u8]) -> bool) -> Result<(), FsError> {
    let plain = fs::open(path)?;
    let mut file: Box<dyn Read> = if is_gzip(path) { Box::new(MultiGzDecoder::new(plain)) } else { Box::new(plain) };
    let mut buffer = vec![0; 1 << 18];
    loop {
        let failed = |source| FsError { action: "read", path: path.to_path_buf(), source };
        let read = file.read(&mut buffer).map_err(failed)?;
        if read == 0 || !f(&buffer[..read]) {
            return Ok(());
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    FieldStart,
    Plain,
    Quoted,
    /// After the escape character inside quotes.
    Escaped,
    /// After a quote inside quotes: the end of the value, or the first of a doubled quote.
    QuoteInQuoted,
}

pub(crate) fn shape(path: &Path, dialect: &Dialect) -> Result<Shape, FsError> {
    let mut scanner = Scanner::new(dialect);
    let mut text = Utf8::default();
    each_chunk(path, |bytes| {
        if !text.feed(bytes) {
            return false;
        }
        scanner.feed(bytes);
        scanner.shape.problem.is_none()
    })?;
    let problem = text.problem(path)?;
    let mut shape = scanner.finish();
    shape.problem = problem.or(shape.problem);
    Ok(shape)
}

/// Looks for the first byte that is no text in UTF-8.
#[derive(Default)]
struct Utf8 {
    /// Bytes before the character that is not yet whole.
    read: usize,
    /// The beginning of that character.
    open: Vec<u8>,
    bad: bool,
}

impl Utf8 {
    /// False once it was found.
    fn feed(&mut self, bytes: &[u8]) -> bool {
        let joined;
        let bytes = match self.open.is_empty() {
            true => bytes,
            false => {
                joined = [self.open.as_slice(), bytes].concat();
                &joined
            }
        };
        let open = match std::str::from_utf8(bytes) {
            Ok(_) => {
                self.read += bytes.len();
                Vec::new()
            }
            Err(error) => {
                self.read += error.valid_up_to();
                self.bad = error.error_len().is_some();
                bytes[error.valid_up_to()..].to_vec()
            }
        };
        self.open = if self.bad { Vec::new() } else { open };
        !self.bad
    }

    /// Only a file that cannot be read is gone through again, to count its lines.
    fn problem(&self, path: &Path) -> Result<Option<Problem>, FsError> {
        if !self.bad && self.open.is_empty() {
            return Ok(None);
        }
        let (mut line, mut left) = (1, self.read);
        each_chunk(path, |bytes| {
            let seen = &bytes[..left.min(bytes.len())];
            line += seen.iter().filter(|byte| **byte == b'\n').count();
            left -= seen.len();
            left > 0
        })?;
        Ok(Some(Problem { line, message: "the text is not UTF-8" }))
    }
}

struct Scanner<'d> {
    dialect: &'d Dialect,
    shape: Shape,
    state: State,
    line: usize,
    fields: usize,
    records: usize,
    /// Bytes of the record so far.
    length: usize,
    /// Has the record any byte at all? A blank line is no record.
    blank: bool,
    /// The first record's bytes.
    head: Vec<u8>,
}

impl<'d> Scanner<'d> {
    fn new(dialect: &'d Dialect) -> Self {
        let shape = Shape { min_fields: usize::MAX, ..Shape::default() };
        Self {
            dialect,
            shape,
            state: State::FieldStart,
            line: 1,
            fields: 1,
            records: 0,
            length: 0,
            blank: true,
            head: Vec::new(),
        }
    }

    fn fail(&mut self, message: &'static str) {
        self.shape.problem.get_or_insert(Problem { line: self.line, message });
    }

    fn feed(&mut self, bytes: &[u8]) {
        let Dialect { delimiter, quote, escape, multi_line, .. } = *self.dialect;
        for &byte in bytes {
            self.length += 1;
            if self.records == 0 {
                self.head.push(byte);
            }
            match self.state {
                State::Plain | State::FieldStart => {
                    if byte == delimiter {
                        self.fields += 1;
                        self.blank = false;
                        self.state = State::FieldStart;
                    } else if byte == b'\n' {
                        self.end_record();
                    } else if byte == quote && self.state == State::FieldStart {
                        self.blank = false;
                        self.state = State::Quoted;
                    } else if byte != b'\r' {
                        self.blank = false;
                        self.state = State::Plain;
                    }
                }
                State::Quoted => {
                    if byte == quote {
                        self.state = State::QuoteInQuoted;
                    } else if byte == escape {
                        self.state = State::Escaped;
                    } else if byte == b'\n' {
                        self.shape.line_breaks = true;
                        if !multi_line {
                            self.fail("a line break inside quotes needs the option multiLine => true");
                        }
                        self.line += 1;
                    }
                }
                State::Escaped => {
                    // Spark keeps the escape character before any other character, DuckDB drops it.
                    if byte != quote && byte != escape {
                        self.fail("a backslash inside quotes needs the option escape => '\"'");
                    }
                    self.line += usize::from(byte == b'\n');
                    self.state = State::Quoted;
                }
                State::QuoteInQuoted => {
                    if byte == quote {
                        if escape != quote {
                            self.fail("a doubled quote needs the option escape => '\"'");
                        }
                        self.state = State::Quoted;
                    } else if byte == delimiter {
                        self.fields += 1;
                        self.state = State::FieldStart;
                    } else if byte == b'\n' {
                        self.end_record();
                    } else if byte != b'\r' {
                        self.fail("text after a closing quote");
                    }
                }
            }
        }
    }

    fn end_record(&mut self) {
        self.shape.longest = self.shape.longest.max(self.length);
        self.length = 0;
        if !self.blank {
            self.records += 1;
            if self.records > 1 || !self.dialect.header {
                self.shape.min_fields = self.shape.min_fields.min(self.fields);
                self.shape.max_fields = self.shape.max_fields.max(self.fields);
            }
        } else if self.records == 0 {
            self.head.clear();
        }
        self.line += 1;
        self.fields = 1;
        self.blank = true;
        self.state = State::FieldStart;
    }

    fn finish(mut self) -> Shape {
        match self.state {
            State::Quoted | State::Escaped if self.shape.problem.is_none() => self.fail("a quote is never closed"),
            _ => self.end_record(),
        }
        self.shape.first = first_record(&self.head, self.dialect);
        if self.shape.max_fields == 0 {
            self.shape.min_fields = self.shape.first.len();
            self.shape.max_fields = self.shape.first.len();
        }
        self.shape
    }
}

fn first_record(bytes: &[u8], dialect: &Dialect) -> Vec<String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new();
    reader.has_headers(false).delimiter(dialect.delimiter).quote(dialect.quote).flexible(true);
    if dialect.escape != dialect.quote {
        reader.double_quote(false).escape(Some(dialect.escape));
    }
    let mut records = reader.from_reader(bytes).into_byte_records();
    match records.next() {
        Some(Ok(record)) => record.iter().map(|field| String::from_utf8_lossy(field).into_owned()).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape_of(text: &str, dialect: &Dialect) -> Shape {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        shape(file.path(), dialect).unwrap()
    }

    fn rfc() -> Dialect {
        Dialect { escape: b'"', header: true, ..Dialect::default() }
    }

    #[test]
    fn counts_fields_of_records_not_of_lines() {
        let shape = shape_of("\u{feff}a,\"b \"\"x\"\"\",c\r\n1,\"2,3\",4\n\n5\n6,7,8,9", &rfc());
        assert_eq!(shape.first, ["a", "b \"x\"", "c"]);
        assert_eq!((shape.min_fields, shape.max_fields, shape.problem), (1, 4, None));
    }

    #[test]
    fn an_open_quote_is_found_with_its_line() {
        let shape = shape_of("a,b\n1,2\n3,\"4\n5,6\n", &Dialect { multi_line: true, ..rfc() });
        assert_eq!(shape.problem.unwrap().message, "a quote is never closed");
    }

    /// With Spark's default escape, a doubled quote ends the value early and shifts the columns behind it.
    #[test]
    fn a_doubled_quote_needs_its_option() {
        let text = "a,b\n1,\"say \"\"hi\"\"\"\n";
        let dialect = Dialect { header: true, ..Dialect::default() };
        assert_eq!(shape_of(text, &dialect).problem.map(|problem| problem.line), Some(2));
        assert_eq!(shape_of(text, &rfc()).problem, None);
    }

    #[test]
    fn a_glance_finds_the_header_quotes_and_escapes() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "a,\"b\nc\"\n1,\\x\n").unwrap();
        let found = glance(file.path(), &Dialect { multi_line: true, ..Dialect::default() }).unwrap();
        let first = vec!["a".into(), "b\nc".into()];
        assert_eq!(found, Glance { first, quotes: true, escapes: true, problem: None });
    }

    /// A character may lie across two pieces of the file; a byte of another encoding is found with its line.
    #[test]
    fn a_byte_that_is_not_utf_8_is_found_with_its_line() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let long = format!("a\n{}\u{e4}\n", "x".repeat((1 << 18) - 3));
        std::fs::write(file.path(), &long).unwrap();
        assert_eq!(glance(file.path(), &rfc()).unwrap().problem, None);
        std::fs::write(file.path(), [long.as_bytes(), b"1\nM\xfcller\n"].concat()).unwrap();
        let problem = Some(Problem { line: 4, message: "the text is not UTF-8" });
        assert_eq!(glance(file.path(), &rfc()).unwrap().problem, problem);
        assert_eq!(shape(file.path(), &rfc()).unwrap().problem, problem);
    }

    #[test]
    fn an_empty_file_has_no_header() {
        assert_eq!(shape_of("", &rfc()).first, Vec::<String>::new());
        let only_header = shape_of("a,b", &rfc());
        assert_eq!((only_header.first.len(), only_header.max_fields), (2, 2));
    }
}
