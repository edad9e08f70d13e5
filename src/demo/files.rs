//! The synthetic data as files on this machine.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::record::{DataFile, DataSet};
use super::{DemoError, Settings};
use crate::data::{GenerateError, Sink, insurance};
use crate::ident::{ContentHash, ContentHasher};
use crate::pipeline::{Body, Content, VolumeUpload};
use crate::sys::fs::{self, FsError};

/// Solutions that have a generator.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Generator {
    Insurance,
}

/// Measured at scale 1: the files are 65 MB, their copy in the volume as much, and the tables and the working room
/// of an update about twice that again.
const BYTES_AT_SCALE_1: u64 = 300_000_000;

impl Generator {
    const ALL: [Self; 1] = [Self::Insurance];

    fn solution(self) -> &'static str {
        match self {
            Self::Insurance => "insurance",
        }
    }

    pub fn of(solution: &str) -> Result<Self, DemoError> {
        Self::ALL.into_iter().find(|generator| generator.solution() == solution).ok_or_else(|| {
            let known = Self::ALL.map(Self::solution).join(", ");
            DemoError::NoGenerator { solution: solution.to_string(), known }
        })
    }

    /// Free disk space that a local demo needs.
    pub(super) fn bytes_needed(self, scale: f64) -> u64 {
        match self {
            #[expect(
                clippy::cast_precision_loss,
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "an estimate"
            )]
            Self::Insurance => (BYTES_AT_SCALE_1 as f64 * scale.max(0.0)) as u64,
        }
    }
}

/// Writes the data set into `folder`, which is emptied first: a folder is a source, so a file of other settings that
/// stayed there would be ingested, too.
pub fn generate(generator: Generator, settings: &Settings, folder: &Path) -> Result<DataSet, DemoError> {
    write(folder, |sink| match generator {
        Generator::Insurance => insurance::generate(&options(settings), sink),
    })
}

/// Writes the files of the day after the data set's last, in the same layout; `folder` is emptied first.
pub fn next_day(generator: Generator, settings: &Settings, folder: &Path) -> Result<DataSet, DemoError> {
    write(folder, |sink| match generator {
        Generator::Insurance => insurance::next_day(&options(settings), sink),
    })
}

fn write(
    folder: &Path,
    rows: impl FnOnce(&mut dyn Sink) -> Result<insurance::FileRows, GenerateError>,
) -> Result<DataSet, DemoError> {
    fs::remove_dir_all(folder)?;
    fs::create_dir_all(folder)?;
    let mut sink = FileSink { folder: folder.to_path_buf(), open: None, files: Vec::new() };
    let rows = rows(&mut sink)?.into_iter().map(|(source, rows)| (source.to_string(), rows)).collect();
    Ok(DataSet { files: sink.files, rows })
}

/// Row counts and planted numbers, without writing anything.
pub fn statistics(generator: Generator, settings: &Settings) -> Result<insurance::Statistics, DemoError> {
    match generator {
        Generator::Insurance => Ok(insurance::stats(&options(settings))?),
    }
}

fn options(settings: &Settings) -> insurance::GenerateOptions {
    insurance::GenerateOptions { scale: settings.scale, seed: settings.seed, as_of: settings.as_of }
}

/// Are the files as they were written? If one is missing or damaged, they must be made again.
pub(super) fn are_whole(data: &DataSet, folder: &Path) -> Result<bool, DemoError> {
    for file in &data.files {
        let path = folder.join(&file.path);
        if fs::stat(&path)?.is_none_or(|found| found.size != file.bytes) || hash(&path)? != Some(file.sha256.clone()) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Reads piece by piece: the files of a large demo do not fit into memory.
fn hash(path: &Path) -> Result<Option<ContentHash>, DemoError> {
    let Some(mut file) = fs::open_optional(path)? else { return Ok(None) };
    let (mut hasher, mut piece) = (ContentHasher::default(), vec![0; 64 * 1024]);
    loop {
        let failed = |source| FsError { action: "read", path: path.to_path_buf(), source };
        match file.read(&mut piece).map_err(failed)? {
            0 => return Ok(Some(hasher.finish())),
            length => hasher.update(&piece[..length]),
        }
    }
}

/// The files as they are to lie below the landing volume.
pub(super) fn uploads(landing: &str, data: &DataSet, folder: &Path) -> Vec<VolumeUpload> {
    let upload = |file: &DataFile| VolumeUpload {
        path: format!("{landing}/{}", file.path),
        content: Content {
            body: Body::File { path: folder.join(&file.path), size: file.bytes },
            fingerprint: file.sha256.clone(),
        },
    };
    data.files.iter().map(upload).collect()
}

struct FileSink {
    folder: PathBuf,
    open: Option<Open>,
    files: Vec<DataFile>,
}

struct Open {
    path: String,
    file: File,
    hasher: ContentHasher,
    bytes: u64,
}

impl Sink for FileSink {
    fn begin(&mut self, path: &str) -> io::Result<()> {
        let file = fs::create(&self.folder.join(path)).map_err(|error| error.source)?;
        self.open = Some(Open { path: path.to_string(), file, hasher: ContentHasher::default(), bytes: 0 });
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let open = self.open.as_mut().ok_or(io::ErrorKind::NotFound)?;
        open.hasher.update(bytes);
        open.bytes += bytes.len() as u64;
        open.file.write_all(bytes)
    }

    fn end(&mut self) -> io::Result<()> {
        let open = self.open.take().ok_or(io::ErrorKind::NotFound)?;
        self.files.push(DataFile { path: open.path, bytes: open.bytes, sha256: open.hasher.finish() });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_with_their_bytes_and_a_damaged_one_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let mut sink = FileSink { folder: folder.path().to_path_buf(), open: None, files: Vec::new() };
        sink.begin("a/b.csv").unwrap();
        sink.write(b"ab").unwrap();
        sink.write(b"c").unwrap();
        sink.end().unwrap();
        let files = sink.files;
        assert_eq!(files, [DataFile { path: "a/b.csv".to_string(), bytes: 3, sha256: ContentHash::of(b"abc") }]);
        let data = DataSet { files, rows: Default::default() };
        assert!(are_whole(&data, folder.path()).unwrap());
        let uploads = uploads("/Volumes/c/s/landing", &data, folder.path());
        assert_eq!(uploads[0].path, "/Volumes/c/s/landing/a/b.csv");
        assert_eq!(uploads[0].content.body, Body::File { path: folder.path().join("a/b.csv"), size: 3 });
        fs::write(&folder.path().join("a/b.csv"), b"abd").unwrap();
        assert!(!are_whole(&data, folder.path()).unwrap());
        fs::remove_file(&folder.path().join("a/b.csv")).unwrap();
        assert!(!are_whole(&data, folder.path()).unwrap());
    }

    #[test]
    fn an_unknown_solution_has_no_data() {
        assert!(matches!(Generator::of("claims"), Err(DemoError::NoGenerator { .. })));
    }
}
