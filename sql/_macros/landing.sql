{#- How every CSV file is read. RFC 4180 doubles a quote inside a quoted field, hence escape = quote;
    free text (transcripts, survey answers) may hold line breaks, hence multiLine.
    The schema is enforced: a column that it does not name goes to _rescued_data, a column that a
    file does not have is NULL. -#}
{%- macro csv_options() -%}
  format => 'csv',
  header => true,
  quote => '"',
  escape => '"',
  multiLine => true,
  schemaEvolutionMode => 'none',
  rescuedDataColumn => '_rescued_data'
{%- endmacro -%}
