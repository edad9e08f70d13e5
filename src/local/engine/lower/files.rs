//! `read_files`: files become rows with the meaning that Databricks gives them (Databricks documentation,
//! "read_files"). A value that does not fit its column becomes NULL and is kept in `_rescued_data`, as are fields
//! without a column; columns without a field are NULL.

use std::collections::BTreeMap;

use crate::analyze::bound::{Column, FileScan};
use crate::local::engine::csv::{self, Dialect};
use crate::local::engine::error::{EngineError, ErrorClass, SqlError};
use crate::local::engine::source::DataFile;
use crate::syntax::DataType;

use super::cast;
use super::expr::Lowering;
use super::relation::{named, output_name, typed};
use super::types::duck_type;
use super::writer::{self, Sql, call, call_all, case, infix, is_not_null, is_null, not, one_of, try_cast, with_lambda};

/// DuckDB's own limit of a record, and how many of them it reads at a time: files of a few megabytes are read by several
/// threads, and the buffers stay small beside the memory limit.
const SHORT_RECORD: usize = 2 << 20;
const BUFFERED_RECORDS: usize = 4;

/// The compressions that Spark knows by a file's name, without gzip.
const COMPRESSED: [&str; 7] = ["bz2", "deflate", "lz4", "lzo", "snappy", "xz", "zst"];

pub(super) const RESCUED: &str = "_rescued_data";

pub(super) fn scan(lowering: &Lowering<'_>, scan: &FileScan) -> Result<Sql, EngineError> {
    let options = Options::of(scan)?;
    let files = lowering.source.files(scan)?;
    let mut groups: BTreeMap<Group, Vec<&DataFile>> = BTreeMap::new();
    for file in &files {
        if let Some(group) = Group::of(file, &options, lowering.source.careful())? {
            groups.entry(group).or_default().push(file);
        }
    }
    let mut parts = Vec::with_capacity(groups.len());
    for (group, files) in &groups {
        parts.push(read(scan, &options, group, files)?);
    }
    if parts.is_empty() {
        return Ok(nothing(scan)?);
    }
    Ok(Sql::raw(parts.join(" UNION ALL ")))
}

fn all_columns(scan: &FileScan) -> impl Iterator<Item = &Column> {
    scan.columns.iter().chain(scan.metadata.iter().map(|(_, column)| column))
}

fn nothing(scan: &FileScan) -> Result<Sql, SqlError> {
    let items = all_columns(scan)
        .map(|column| Ok(format!("CAST(NULL AS {}) AS {}", typed(column)?, output_name(column))))
        .collect::<Result<Vec<_>, SqlError>>()?;
    Ok(Sql::raw(format!("SELECT {} WHERE FALSE", items.join(", "))))
}

struct Options {
    dialect: Dialect,
    null: String,
    rescued: String,
}

impl Options {
    fn of(scan: &FileScan) -> Result<Self, SqlError> {
        let mut options = Self { dialect: Dialect::default(), null: String::new(), rescued: RESCUED.to_string() };
        let mut format = None;
        for (key, value) in &scan.options {
            let flag = || match value.to_ascii_lowercase().as_str() {
                "true" => Ok(true),
                "false" => Ok(false),
                _ => Err(invalid(key, value)),
            };
            let byte = || match value.as_bytes() {
                [byte] if byte.is_ascii() => Ok(*byte),
                _ if value == "\\t" => Ok(b'\t'),
                _ => Err(invalid(key, value)),
            };
            match key.as_str() {
                "format" => format = Some(value.to_ascii_lowercase()),
                "header" => options.dialect.header = flag()?,
                "sep" | "delimiter" => options.dialect.delimiter = byte()?,
                "quote" => options.dialect.quote = byte()?,
                "escape" => options.dialect.escape = byte()?,
                "multiline" => options.dialect.multi_line = flag()?,
                "nullvalue" => options.null.clone_from(value),
                "rescueddatacolumn" => options.rescued.clone_from(value),
                "mode" if value.eq_ignore_ascii_case("PERMISSIVE") => {}
                "encoding" | "charset" if value.eq_ignore_ascii_case("UTF-8") => {}
                // Decided before: by the analyzer, and by the choice of files.
                "schema"
                | "schemahints"
                | "infercolumntypes"
                | "inferschema"
                | "schemaevolutionmode"
                | "includeexistingfiles"
                | "maxfilespertrigger"
                | "maxbytespertrigger"
                | "recursivefilelookup"
                | "pathglobfilter"
                | "filenamepattern"
                | "allowoverwrites"
                | "usestrictglobber"
                | "schemalocation" => {}
                _ => {
                    return Err(
                        SqlError::unsupported(format!("the option {key} => '{value}' of read_files")).at(scan.span)
                    );
                }
            }
        }
        match format.as_deref() {
            Some("csv") => Ok(options),
            Some(other) => Err(SqlError::unsupported(format!("read_files of the format {other}")).at(scan.span)),
            None => Err(SqlError::unsupported("read_files without a format").at(scan.span)),
        }
    }
}

fn invalid(key: &str, value: &str) -> SqlError {
    SqlError::new(ErrorClass::INVALID_PARAMETER_VALUE, format!("The value '{value}' of the option {key} is not valid."))
}

/// Files that can be read in one go: they have the same fields.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Group {
    gzip: bool,
    /// Of the fields in order; `None` for a field beyond the header.
    names: Vec<Option<String>>,
    reading: Reading,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Reading {
    /// DuckDB's strict mode fails where a record is not as the header says; with quotes, a value may have a line break.
    Strict { quotes: bool },
    /// Looked through before; `longest` is a power of two, so that files fall into few groups.
    Known { padded: bool, line_breaks: bool, longest: usize },
}

impl Group {
    /// `None` for a file without a record.
    fn of(file: &DataFile, options: &Options, careful: bool) -> Result<Option<Self>, SqlError> {
        let path = &file.file.path;
        let extension = path.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map_or("", |(_, end)| end);
        if COMPRESSED.iter().any(|other| other.eq_ignore_ascii_case(extension)) {
            return Err(SqlError::unsupported(format!("the compression of {path}; only gzip (.gz)")));
        }
        let refused = |error: crate::sys::fs::FsError| {
            let text = format!("Cannot read the file {path}: {}.", error.source);
            SqlError::new(ErrorClass::FAILED_READ_FILE, text)
        };
        let gzip = csv::is_gzip(&file.disk);
        if !careful {
            let found = csv::glance(&file.disk, &options.dialect).map_err(refused)?;
            broken(path, found.problem.as_ref())?;
            if found.first.is_empty() {
                return Ok(None);
            }
            if !found.escapes {
                let names = names(&found.first, found.first.len(), options.dialect.header);
                return Ok(Some(Self { gzip, names, reading: Reading::Strict { quotes: found.quotes } }));
            }
        }
        let shape = csv::shape(&file.disk, &options.dialect).map_err(refused)?;
        broken(path, shape.problem.as_ref())?;
        if shape.first.is_empty() {
            return Ok(None);
        }
        let width = shape.max_fields.max(shape.first.len());
        Ok(Some(Self {
            gzip,
            names: names(&shape.first, width, options.dialect.header),
            reading: Reading::Known {
                padded: shape.min_fields < width,
                line_breaks: shape.line_breaks,
                longest: shape.longest.next_power_of_two().max(SHORT_RECORD),
            },
        }))
    }
}

fn broken(path: &str, problem: Option<&csv::Problem>) -> Result<(), SqlError> {
    let Some(problem) = problem else { return Ok(()) };
    let text = format!("{path}, line {}: {}.", problem.line, problem.message);
    Err(SqlError::new(ErrorClass::MALFORMED_CSV_RECORD, text))
}

fn names(first: &[String], width: usize, header: bool) -> Vec<Option<String>> {
    let name = |index: usize| if header { first.get(index).cloned() } else { Some(format!("_c{index}")) };
    (0..width).map(name).collect()
}

/// A field of the file as a column of `read_csv`.
fn field(index: usize) -> String {
    format!("f{index}")
}

fn read(scan: &FileScan, options: &Options, group: &Group, files: &[&DataFile]) -> Result<String, SqlError> {
    // Where each column comes from; a name that occurs twice belongs to its first field.
    let has_header = options.dialect.header;
    let source = |position: usize, column: &Column| match has_header {
        true => group
            .names
            .iter()
            .position(|name| name.as_deref().is_some_and(|name| name.to_lowercase() == column.name.folded())),
        false => (position < group.names.len()).then_some(position),
    };
    let mut inner = Vec::new();
    let mut checks: Vec<(String, Sql, Option<Sql>)> = Vec::new();
    let mut used = vec![false; group.names.len()];
    let data = scan.columns.iter().filter(|column| !column.name.as_str().eq_ignore_ascii_case(&options.rescued));
    for (position, column) in data.enumerate() {
        let ty = typed(column)?;
        let Some(index) = source(position, column) else {
            inner.push(format!("CAST(NULL AS {ty}) AS {}", output_name(column)));
            continue;
        };
        used[index] = true;
        let raw = Sql::name(&field(index));
        match column.ty.as_ref() {
            Some(DataType::String) | None => inner.push(named(&raw, column)),
            Some(ty) => {
                inner.push(named(&value(&raw, ty)?, column));
                checks.push((column.name.as_str().to_string(), raw, Some(Sql::column(column.id))));
            }
        }
    }
    for (index, name) in group.names.iter().enumerate() {
        if !used[index] {
            // A field beyond the header has no name: Databricks numbers it.
            let name = name.clone().unwrap_or_else(|| format!("_c{index}"));
            checks.push((name, Sql::name(&field(index)), None));
        }
    }
    let rescued = scan.columns.iter().find(|column| column.name.as_str().eq_ignore_ascii_case(&options.rescued));
    let paths = Paths { files };
    let mut outer: Vec<String> = all_columns(scan)
        .filter(|column| rescued.is_none_or(|rescued| rescued.id != column.id))
        .filter(|column| !scan.metadata.iter().any(|(_, meta)| meta.id == column.id))
        .map(output_name)
        .collect();
    if let Some(column) = rescued {
        // In the column's own place.
        let place = scan.columns.iter().position(|other| other.id == column.id).unwrap_or(outer.len());
        outer.insert(place, named(&rescue(&checks, &paths), column));
    }
    for (name, column) in &scan.metadata {
        outer.push(named(&paths.metadata(name)?, column));
    }
    let table = reader(options, group, files);
    let items = if inner.is_empty() { "*".to_string() } else { format!("*, {}", inner.join(", ")) };
    let join = paths.join();
    Ok(format!(
        "SELECT {} FROM (SELECT {items} FROM {table}{}) AS r{join}",
        outer.join(", "),
        no_line_breaks(options, group)
    ))
}

fn reader(options: &Options, group: &Group, files: &[&DataFile]) -> String {
    let dialect = &options.dialect;
    let byte = |byte: u8| Sql::text(&char::from(byte).to_string()).as_str().to_string();
    let list: Vec<Sql> = files.iter().map(|file| Sql::text(&escaped(&file.disk.to_string_lossy()))).collect();
    let columns: Vec<String> =
        (0..group.names.len()).map(|index| format!("{}: 'VARCHAR'", Sql::text(&field(index)).as_str())).collect();
    let (longest, further) = match group.reading {
        Reading::Strict { .. } => (SHORT_RECORD, ""),
        Reading::Known { longest, padded, line_breaks } => {
            let further = match (padded, line_breaks) {
                (false, false) => ", strict_mode=false",
                (false, true) => ", strict_mode=false, parallel=false",
                (true, false) => ", strict_mode=false, null_padding=true",
                (true, true) => ", strict_mode=false, null_padding=true, parallel=false",
            };
            (longest, further)
        }
    };
    let filename = if files.len() > 1 { ", filename=true" } else { "" };
    format!(
        "read_csv([{}], auto_detect=false, compression='{}', header={}, delim={}, quote={}, escape={}, nullstr={}, \
         columns={{{}}}, max_line_size={longest}, buffer_size={}{filename}{further})",
        writer::join(&list),
        if group.gzip { "gzip" } else { "none" },
        dialect.header,
        byte(dialect.delimiter),
        byte(dialect.quote),
        byte(dialect.escape),
        Sql::text(&options.null).as_str(),
        columns.join(", "),
        longest * BUFFERED_RECORDS,
    )
}

/// Without `multiLine`, Databricks takes a line break inside quotes for the end of a record: such a file must fail, not
/// be read better than there. The long look then finds the line.
fn no_line_breaks(options: &Options, group: &Group) -> String {
    if options.dialect.multi_line || !matches!(group.reading, Reading::Strict { quotes: true }) {
        return String::new();
    }
    let line_break = call("chr", [Sql::int(10)]);
    let has = |index: usize| call("contains", [Sql::name(&field(index)), line_break.clone()]);
    let Some(any) = (0..group.names.len()).map(has).reduce(|a, b| infix(a, "OR", b)) else { return String::new() };
    let fail =
        Sql::raise(ErrorClass::MALFORMED_CSV_RECORD, "A line break inside quotes needs the option multiLine => true.");
    format!(" WHERE {}", case(&[(any, fail)], Some(Sql::boolean(true))).as_str())
}

/// DuckDB takes a path for a pattern.
fn escaped(path: &str) -> String {
    path.chars()
        .map(|c| match c {
            '*' | '?' | '[' => format!("[{c}]"),
            _ => c.to_string(),
        })
        .collect()
}

/// A field's text as a value of its column; NULL where it is none. Stricter than a cast: no blanks around integers,
/// and booleans are only `true` and `false` (Spark's `UnivocityParser`).
fn value(raw: &Sql, ty: &DataType) -> Result<Sql, SqlError> {
    let only = |pattern: &str| cast::matches(raw.clone(), pattern);
    Ok(match ty {
        DataType::Boolean => {
            let text = call("lower", [raw.clone()]);
            let is = |word: &str| one_of(text.clone(), &[Sql::text(word)]);
            case(&[(is("true"), Sql::boolean(true)), (is("false"), Sql::boolean(false))], None)
        }
        integer if integer.is_integer() => {
            case(&[(only(cast::INTEGER), try_cast(raw.clone(), &duck_type(integer)?))], None)
        }
        DataType::Decimal { .. } => case(&[(only(cast::NUMBER), try_cast(raw.clone(), &duck_type(ty)?))], None),
        other => cast::cast(raw.clone(), &DataType::String, other, true)?,
    })
}

/// `{"column":"text",…,"_file_path":"…"}` of what found no place, or NULL.
fn rescue(checks: &[(String, Sql, Option<Sql>)], paths: &Paths<'_>) -> Sql {
    let bad = |raw: &Sql, parsed: &Option<Sql>| match parsed {
        Some(parsed) => infix(is_not_null(raw.clone()), "AND", is_null(parsed.clone())),
        None => is_not_null(raw.clone()),
    };
    let Some(any) = checks.iter().map(|(_, raw, parsed)| bad(raw, parsed)).reduce(|a, b| infix(a, "OR", b)) else {
        return Sql::null(&DataType::String);
    };
    let json = |sql: Sql| writer::cast(call("to_json", [sql]), "VARCHAR");
    let mut entries: Vec<Sql> = checks
        .iter()
        .map(|(name, raw, parsed)| {
            let key = format!("{}:", serde_json::Value::String(name.clone()));
            case(&[(bad(raw, parsed), infix(Sql::text(&key), "||", json(raw.clone())))], None)
        })
        .collect();
    entries.push(infix(Sql::text("\"_file_path\":"), "||", json(paths.path())));
    let x = Sql::name("x");
    let present =
        with_lambda("list_filter", call_all("list_value", &entries), std::slice::from_ref(&x), not(is_null(x.clone())));
    let body = call("array_to_string", [present, Sql::text(",")]);
    let object = infix(infix(Sql::text("{"), "||", body), "||", Sql::text("}"));
    case(&[(any, object)], None)
}

/// What is known of the files of one group; of several files it comes by joining their names.
struct Paths<'f> {
    files: &'f [&'f DataFile],
}

impl Paths<'_> {
    fn single(&self) -> Option<&DataFile> {
        match self.files {
            [file] => Some(file),
            _ => None,
        }
    }

    fn join(&self) -> String {
        if self.single().is_some() {
            return String::new();
        }
        let row = |file: &&DataFile| {
            let cells = [Sql::text(&file.disk.to_string_lossy()), uri(file), name(file), size(file), modified(file)];
            format!("({})", writer::join(&cells))
        };
        let rows: Vec<String> = self.files.iter().map(row).collect();
        format!(
            " JOIN (VALUES {}) AS m(disk, file_path, file_name, file_size, file_modification_time) ON r.filename = m.disk",
            rows.join(", ")
        )
    }

    fn path(&self) -> Sql {
        self.single().map_or_else(|| Sql::raw("m.file_path".to_string()), uri)
    }

    fn metadata(&self, field: &str) -> Result<Sql, SqlError> {
        let one = self.single();
        Ok(match (field, one) {
            ("file_path", Some(file)) => uri(file),
            ("file_name", Some(file)) => name(file),
            ("file_size" | "file_block_length", Some(file)) => size(file),
            ("file_modification_time", Some(file)) => modified(file),
            ("file_path", None) => Sql::raw("m.file_path".to_string()),
            ("file_name", None) => Sql::raw("m.file_name".to_string()),
            ("file_size" | "file_block_length", None) => Sql::raw("m.file_size".to_string()),
            ("file_modification_time", None) => Sql::raw("m.file_modification_time".to_string()),
            ("file_block_start", _) => Sql::integer(0),
            _ => return Err(SqlError::unsupported(format!("_metadata.{field}"))),
        })
    }
}

fn uri(file: &DataFile) -> Sql {
    Sql::text(&format!("dbfs:{}", file.file.path))
}

fn name(file: &DataFile) -> Sql {
    Sql::text(file.file.path.rsplit('/').next().unwrap_or_default())
}

fn size(file: &DataFile) -> Sql {
    Sql::integer(i64::try_from(file.file.size).unwrap_or(i64::MAX))
}

fn modified(file: &DataFile) -> Sql {
    super::expr::timestamp(file.file.modified_ms.saturating_mul(1000))
}
