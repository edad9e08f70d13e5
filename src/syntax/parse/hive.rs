//! Data sources of tables, and the clauses of Hive's tables (Databricks documentation, "CREATE TABLE with Hive format").

use crate::ident::Identifier;
use crate::syntax::ast::{Ident, Spanned};
use crate::syntax::error::{Parse, SyntaxError};

use super::cursor::Cursor;

impl Cursor<'_> {
    /// After `USING`: the name of a format, or of the class that implements one.
    pub(super) fn data_source(&mut self) -> Parse<Ident> {
        let name = self.name("a data source, as `DELTA`")?;
        let parts: Vec<&str> = name.value.parts().iter().map(Identifier::as_str).collect();
        let value = Identifier::new(parts.join(".")).map_err(|error| SyntaxError::new(name.span, error.to_string()))?;
        Ok(Spanned { value, span: name.span })
    }

    /// After `STORED AS`: a format, or `INPUTFORMAT 'class' OUTPUTFORMAT 'class'`.
    pub(super) fn stored_as(&mut self) -> Parse<Ident> {
        let format = self.ident("a file format, as `PARQUET`")?;
        if format.value.as_str().eq_ignore_ascii_case("INPUTFORMAT") {
            self.string("the class as a string")?;
            self.expect_words("OUTPUTFORMAT")?;
            self.string("the class as a string")?;
        }
        Ok(format)
    }

    /// After `ROW FORMAT`.
    pub(super) fn row_format(&mut self) -> Parse<()> {
        if self.eat_words("SERDE") {
            self.string("the class as a string")?;
            if self.eat_words("WITH SERDEPROPERTIES") {
                self.properties()?;
            }
            return Ok(());
        }
        self.expect_words("DELIMITED")?;
        let ends = [
            "FIELDS TERMINATED BY",
            "ESCAPED BY",
            "COLLECTION ITEMS TERMINATED BY",
            "MAP KEYS TERMINATED BY",
            "LINES TERMINATED BY",
            "NULL DEFINED AS",
        ];
        while self.eat_one_of(&ends).is_some() {
            self.string("the characters as a string")?;
        }
        Ok(())
    }
}
