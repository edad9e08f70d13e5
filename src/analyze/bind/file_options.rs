//! Options of `read_files` and `cloud_files` that are no options: probably misspelt.

use crate::diag::{Code, Diagnostic, Span, did_you_mean};

use super::binder::Binder;

/// Formats whose options are known.
const FORMATS: [&str; 9] = ["avro", "binaryfile", "csv", "excel", "json", "orc", "parquet", "text", "xml"];

/// Databricks documentation, "read_files table-valued function", "Options", and "Auto Loader options".
const OPTIONS: &[&str] = &[
    // Of any format.
    "allowOverwrites",
    "backfillInterval",
    "badRecordsPath",
    "basePath",
    "checkpointLocation",
    "cleanSource",
    "cleanSource.moveDestination",
    "cleanSource.retentionDuration",
    "encoding",
    "fetchParallelism",
    "fileNamePattern",
    "format",
    "ignoreCorruptFiles",
    "ignoreMissingFiles",
    "includeExistingFiles",
    "inferColumnTypes",
    "maxBytesPerTrigger",
    "maxFileAge",
    "maxFilesPerTrigger",
    "mergeSchema",
    "modifiedAfter",
    "modifiedBefore",
    "partitionColumns",
    "pathGlobFilter",
    "pathRewrites",
    "readerCaseSensitive",
    "recursiveFileLookup",
    "rescuedDataColumn",
    "resourceTag",
    "schema",
    "schemaEvolutionMode",
    "schemaHints",
    "schemaLocation",
    "singleVariantColumn",
    "timeZone",
    "useIncrementalListing",
    "useManagedFileEvents",
    "useNotifications",
    "useStrictGlobber",
    "validateOptions",
    // Of notifications.
    "awsAccessKey",
    "awsSecretKey",
    "clientEmail",
    "clientId",
    "clientSecret",
    "connectionString",
    "privateKey",
    "privateKeyId",
    "projectId",
    "queueName",
    "queueUrl",
    "region",
    "resourceGroup",
    "roleArn",
    "roleExternalId",
    "roleSessionName",
    "serviceCredential",
    "stsEndpoint",
    "subscription",
    "subscriptionId",
    "tenantId",
    // Of CSV, JSON and XML.
    "allowBackslashEscapingAnyCharacter",
    "allowComments",
    "allowNonNumericNumbers",
    "allowNumericLeadingZeros",
    "allowSingleQuotes",
    "allowUnquotedControlChars",
    "allowUnquotedFieldNames",
    "arrayElementName",
    "attributePrefix",
    "charToEscapeQuoteEscaping",
    "charset",
    "columnNameOfCorruptRecord",
    "comment",
    "compression",
    "dateFormat",
    "declaration",
    "delimiter",
    "dropFieldIfAllNull",
    "emptyValue",
    "enforceSchema",
    "escape",
    "escapeQuotes",
    "excludeAttribute",
    "failOnUnknownFields",
    "header",
    "ignoreLeadingWhiteSpace",
    "ignoreNamespace",
    "ignoreSurroundingSpaces",
    "ignoreTrailingWhiteSpace",
    "inferSchema",
    "inferTimestamp",
    "lineSep",
    "locale",
    "maxCharsPerColumn",
    "maxColumns",
    "maxMalformedLogPerPartition",
    "mode",
    "multiLine",
    "nanValue",
    "negativeInf",
    "nullValue",
    "parserCaseSensitive",
    "positiveInf",
    "preferDate",
    "prefersDecimal",
    "primitivesAsString",
    "quote",
    "quoteAll",
    "rootTag",
    "rowTag",
    "rowValidationXSDPath",
    "samplingRatio",
    "sep",
    "skipRows",
    "timestampFormat",
    "timestampNTZFormat",
    "treatEmptyValuesAsNulls",
    "unescapedQuoteHandling",
    "validateName",
    "valueTag",
    "wildcardColName",
    // Of the others.
    "avroSchema",
    "avroSchemaEvolutionMode",
    "avroSchemaUrl",
    "dataAddress",
    "datetimeRebaseMode",
    "enableStableIdentifiersForUnionType",
    "headerRows",
    "ignoreExtension",
    "int96RebaseMode",
    "operation",
    "positionalFieldMatching",
    "recursiveFieldMaxDepth",
    "stableIdentifierPrefixForUnionType",
    "wholeText",
];

impl Binder<'_> {
    /// Options may be newer than the list: only what is nearly one of it is told. `written`: names in lower case.
    pub(super) fn file_options(&mut self, format: Option<&str>, written: &[(String, Span)]) {
        if format.is_some_and(|format| !FORMATS.contains(&format.to_lowercase().as_str())) {
            return;
        }
        for (name, span) in written {
            if OPTIONS.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                continue;
            }
            if let Some(near) = did_you_mean(name, OPTIONS.iter().copied()) {
                let message = format!("`{name}` is no option of files, and is ignored or refused");
                let diagnostic = Diagnostic::warning(Code::FILE_OPTION, message);
                self.report(diagnostic.hint(format!("did you mean `{near}`?")), *span);
            }
        }
    }
}
