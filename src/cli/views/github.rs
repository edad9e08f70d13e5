//! Findings as annotations of GitHub Actions: workflow commands on standard output.
//!
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>: `::error file=…::message`;
//! `%`, CR and LF are escaped everywhere, `:` and `,` in properties, too.

use super::check::Report;
use crate::diag::{Diagnostic, Severity};

/// A line a finding. Paths are those of the repository.
pub(in crate::cli) fn annotations(report: &Report) -> String {
    report.findings.iter().map(|diagnostic| annotation(diagnostic, &report.prefix)).collect()
}

fn annotation(diagnostic: &Diagnostic, prefix: &str) -> String {
    let command = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut properties = Vec::new();
    if let Some(location) = &diagnostic.location {
        let (line, column) = location.file.line_column(location.span.start);
        let (end_line, end_column) = location.file.line_column(location.span.end);
        properties.push(format!("file={}", property(&format!("{prefix}{}", location.file.name()))));
        properties.push(format!("line={line},endLine={end_line}"));
        // Columns are for places within one line.
        if line == end_line {
            properties.push(format!("col={column},endColumn={end_column}"));
        }
    }
    properties.push(format!("title={}", property(&diagnostic.code.to_string())));
    let mut message = diagnostic.message.clone();
    if let Some(hint) = &diagnostic.hint {
        message.push_str("\nhelp: ");
        message.push_str(hint);
    }
    format!("::{command} {}::{}\n", properties.join(","), data(&message))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::{Code, Location, SourceFile, Span};

    /// The escapes of `@actions/core`, which the document above names as the reference.
    #[test]
    fn what_would_end_a_command_is_escaped() {
        let file = SourceFile::new("sql/a,b:c.sql", "SELECT é\nFROM t\n");
        let finding = Diagnostic::error(Code::UNKNOWN_COLUMN, "100 % of `é`\r\n::error::x");
        let finding = finding.at(Location::new(&file, Span::new(7, 9))).hint("a: b, c");
        assert_eq!(
            annotation(&finding, "shop/"),
            "::error file=shop/sql/a%2Cb%3Ac.sql,line=1,endLine=1,col=8,endColumn=9,title=LS402::\
             100 %25 of `é`%0D%0A::error::x%0Ahelp: a: b, c\n"
        );
        let over = Diagnostic::note(Code::UNKNOWN_TABLE, "m").at(Location::new(&file, Span::new(0, 14)));
        assert_eq!(annotation(&over, ""), "::notice file=sql/a%2Cb%3Ac.sql,line=1,endLine=2,title=LS401::m\n");
        assert_eq!(annotation(&Diagnostic::warning(Code::YAML_SYNTAX, "m"), ""), "::warning title=LS102::m\n");
    }
}
