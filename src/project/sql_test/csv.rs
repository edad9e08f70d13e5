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
