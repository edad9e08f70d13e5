//! CSV as RFC 4180 has it: fields separated by commas, quoted with `"`, a quote inside doubled.

pub(super) struct Record {
    /// From 0, where it begins.
    pub(super) line: usize,
    /// An empty field without quotes is nothing, one with quotes is the empty text.
    pub(super) fields: Vec<Option<String>>,
}

pub(super) struct CsvError {
    pub(super) line: usize,
    pub(super) message: &'static str,
}

/// Lines that hold nothing are left out.
pub(super) fn read(text: &str) -> Result<Vec<Record>, CsvError> {
    let mut records = Vec::new();
    let mut chars = text.chars().peekable();
    let mut line = 0;
    while chars.peek().is_some() {
        let began = line;
        let mut fields = Vec::new();
        loop {
            let mut field = String::new();
            let quoted = chars.next_if_eq(&'"').is_some();
            if quoted {
                loop {
                    match chars.next() {
                        Some('"') if chars.next_if_eq(&'"').is_some() => field.push('"'),
                        Some('"') => break,
                        Some(c) => {
                            line += usize::from(c == '\n');
                            field.push(c);
                        }
                        None => return Err(CsvError { line: began, message: "a quoted field does not end" }),
                    }
                }
            } else {
                while let Some(c) = chars.next_if(|c| !matches!(c, ',' | '\n' | '\r')) {
                    if c == '"' {
                        return Err(CsvError { line, message: "a quote inside a field that does not begin with one" });
                    }
                    field.push(c);
                }
            }
            fields.push(Some(field).filter(|field| quoted || !field.is_empty()));
            match chars.next() {
                Some(',') => {}
                Some('\r') if chars.next_if_eq(&'\n').is_some() => break,
                Some('\n' | '\r') | None => break,
                Some(_) => return Err(CsvError { line, message: "text behind a quoted field" }),
            }
        }
        line += 1;
        if fields != [None] {
            records.push(Record { line: began, fields });
        }
    }
    Ok(records)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(text: &str) -> Vec<Vec<Option<String>>> {
        read(text).map_err(|error| error.message).unwrap().into_iter().map(|record| record.fields).collect()
    }

    fn text(text: &str) -> Option<String> {
        Some(text.to_string())
    }

    /// RFC 4180 §2, items 5 to 7.
    #[test]
    fn quotes_hold_commas_line_breaks_and_quotes() {
        let read = fields("a,\"b\r\nb\",\"c\"\"c\"\r\n1,\"2,3\",4");
        assert_eq!(read, [[text("a"), text("b\r\nb"), text("c\"c")], [text("1"), text("2,3"), text("4")]]);
    }

    #[test]
    fn an_empty_field_is_nothing_and_a_quoted_one_is_a_text() {
        assert_eq!(fields("a,b\n,\"\"\n\n"), [[text("a"), text("b")], [None, text("")]]);
    }

    #[test]
    fn what_is_not_csv_is_told_with_its_line() {
        for (text, line) in [("a\n\"b", 1), ("a\nb\"c", 1), ("\"a\"b", 0), ("\"x\ny\"\n\"a\" b", 2)] {
            assert_eq!(read(text).err().map(|error| error.line), Some(line), "{text}");
        }
        let lines: Vec<usize> = read("a\n\"b\nb\"\nc").ok().unwrap().iter().map(|record| record.line).collect();
        assert_eq!(lines, [0, 1, 3]);
    }
}
