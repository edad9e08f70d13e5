//! Which files a `read_files` path means: one file, all files below a folder, or those that match a pattern
//! (Databricks documentation, "read_files", § "Common options").

use crate::analyze::bound::FileScan;
use crate::ident::TableName;
use crate::local::store::{FileInfo, IngestedFile, Store, StoreError, TreePath, VolumePath};

use super::error::{EngineError, ErrorClass, SqlError};
use super::source::DataFile;

/// By path. Files and folders whose names begin with `_` or `.` are not data, as everywhere in Spark.
pub(crate) fn data_files(store: &Store, scan: &FileScan) -> Result<Vec<DataFile>, EngineError> {
    // A path that is none is the user's mistake; everything else is the world's.
    let refused = |error: StoreError| match error {
        StoreError::Path { .. } => {
            let text = format!("Cannot list the files of '{}': {error}.", scan.path);
            EngineError::from(SqlError::new(ErrorClass::FAILED_READ_FILE, text).at(scan.span))
        }
        other => other.into(),
    };
    let volume = VolumePath::parse(&scan.path).map_err(refused)?;
    let base = volume.tree_path();
    let (fixed, pattern) = split(&base);
    let name_pattern = scan
        .options
        .iter()
        .find(|(key, _)| matches!(key.as_str(), "pathglobfilter" | "filenamepattern"))
        .map(|(_, value)| value.as_str());
    let tree = store.volume_files();
    let found = match tree.stat(&fixed).map_err(refused)? {
        None => Vec::new(),
        Some(info) if !info.is_dir => vec![info],
        Some(_) => tree.walk(&fixed).map_err(refused)?,
    };
    let wanted = |info: &FileInfo| {
        let below = info.path.parts().get(fixed.parts().len()..).unwrap_or_default();
        let visible = below.iter().all(|part| !part.starts_with(['_', '.']));
        // A pattern names a file, or a folder with all that is in it.
        let named = below.len() >= pattern.len() && pattern.iter().zip(below).all(|(glob, part)| matches(glob, part));
        let last = info.path.parts().last().map_or("", String::as_str);
        visible && named && name_pattern.is_none_or(|glob| matches(glob, last))
    };
    let TableName { catalog, schema, name } = &volume.volume;
    let file = |info: FileInfo| {
        let inner = info.path.parts().get(3..).unwrap_or_default().join("/");
        DataFile {
            disk: tree.disk_path(&info.path),
            file: IngestedFile {
                path: format!("/Volumes/{catalog}/{schema}/{name}/{inner}"),
                size: info.size,
                modified_ms: info.modified_ms,
            },
        }
    };
    Ok(found.into_iter().filter(wanted).map(file).collect())
}

/// The folder before the first pattern, and the patterns.
fn split(path: &TreePath) -> (TreePath, Vec<String>) {
    let parts = path.parts();
    let first = parts.iter().position(|part| part.contains(['*', '?', '{'])).unwrap_or(parts.len());
    (path.prefix(first), parts[first..].to_vec())
}

/// `*` any characters, `?` one, `{a,b}` one of these.
fn matches(glob: &str, name: &str) -> bool {
    if let (Some(open), Some(close)) = (glob.find('{'), glob.find('}')) {
        if open < close {
            let (head, tail) = (&glob[..open], &glob[close + 1..]);
            return glob[open + 1..close].split(',').any(|choice| matches(&format!("{head}{choice}{tail}"), name));
        }
    }
    let mut glob_chars = glob.chars();
    match glob_chars.next() {
        None => name.is_empty(),
        Some('*') => {
            let rest = glob_chars.as_str();
            (0..=name.len()).filter(|at| name.is_char_boundary(*at)).any(|at| matches(rest, &name[at..]))
        }
        Some(expected) => {
            let mut chars = name.chars();
            chars.next().is_some_and(|found| expected == '?' || expected == found)
                && matches(glob_chars.as_str(), chars.as_str())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_match_as_hadoop_globs_do() {
        assert!(matches("calls_*.csv", "calls_2025-11-14.csv"));
        assert!(matches("{a,b}?.csv", "b1.csv"));
        assert!(!matches("*.csv", "x.json"));
        assert!(matches("*", ""));
    }
}
