//! What makes a file a notebook: its extension and its first line (Databricks documentation, "Export and import
//! Databricks notebooks", § import: the comment `Databricks notebook source`).

use serde::{Deserialize, Serialize};

use crate::local::server::error::ApiResult;
use crate::local::store::{DocumentKind, Expect, Reader, Writer};

use super::WorkspacePath;

const KIND: DocumentKind = DocumentKind("notebook");
const MARK: &str = "Databricks notebook source";

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Language {
    Python,
    Sql,
    Scala,
    R,
}

impl Language {
    fn of_extension(extension: &str) -> Option<Self> {
        match extension {
            "py" => Some(Self::Python),
            "sql" => Some(Self::Sql),
            "scala" => Some(Self::Scala),
            "r" | "R" => Some(Self::R),
            _ => None,
        }
    }

    pub(super) fn extension(self) -> &'static str {
        match self {
            Self::Python => "py",
            Self::Sql => "sql",
            Self::Scala => "scala",
            Self::R => "r",
        }
    }

    fn comment(self) -> &'static str {
        match self {
            Self::Python | Self::R => "#",
            Self::Sql => "--",
            Self::Scala => "//",
        }
    }

    /// The first line of a notebook's source.
    pub(super) fn header(self) -> String {
        format!("{} {MARK}", self.comment())
    }
}

/// For `AUTO`: the notebook's name without its extension, and its language. `None` for a plain file.
pub(super) fn detect<'a>(name: &'a str, content: &[u8]) -> Option<(&'a str, Language)> {
    let (stem, extension) = name.rsplit_once('.')?;
    let language = Language::of_extension(extension)?;
    let first = content.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let first = std::str::from_utf8(first).ok()?;
    (first.trim_end() == language.header()).then_some((stem, language))
}

#[derive(Serialize, Deserialize)]
struct Record {
    language: Language,
}

pub(super) fn language(reader: &Reader<'_>, path: &WorkspacePath) -> ApiResult<Option<Language>> {
    let found = reader.document::<Record>(KIND, &path.to_string())?;
    Ok(found.map(|document| document.body.language))
}

/// Says that what is at `path` is a notebook, or with `None` a plain file.
pub(super) fn set_language(writer: &Writer<'_>, path: &WorkspacePath, language: Option<Language>) -> ApiResult<()> {
    let id = path.to_string();
    match language {
        Some(language) => {
            let parent = path.parent().map(|parent| parent.to_string()).unwrap_or_default();
            let record = Record { language };
            writer.put_document(KIND, &id, &parent, path.name(), &record, Expect::Anything)?;
        }
        None if writer.document::<Record>(KIND, &id)?.is_some() => writer.delete_document(KIND, &id)?,
        None => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_marked_first_line_makes_a_notebook() {
        assert_eq!(detect("a.sql", b"-- Databricks notebook source\nSELECT 1"), Some(("a", Language::Sql)));
        assert_eq!(detect("a.py", b"# Databricks notebook source\r\n"), Some(("a", Language::Python)));
        assert_eq!(detect("a.sql", b"SELECT 1"), None);
        assert_eq!(detect("a.py", b"-- Databricks notebook source"), None);
        assert_eq!(detect("a.txt", b"# Databricks notebook source"), None);
    }
}
