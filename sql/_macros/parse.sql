{#- From the raw text of bronze to typed values. What cannot be read is NULL, never an error.
    Each macro takes the name of one column. -#}
{%- macro text(column) -%}
NULLIF(TRIM({{ column }}), '')
{%- endmacro -%}

{#- Writers with missing values turn 3 into 3.0, so whole numbers are read as decimals first; a fraction is cut off. -#}
{%- macro whole(column) -%}
TRY_CAST(TRY_CAST({{ column }} AS DECIMAL(18, 2)) AS INT)
{%- endmacro -%}

{%- macro amount(column) -%}
TRY_CAST({{ column }} AS DECIMAL(12, 2))
{%- endmacro -%}

{#- Seven digits before the point: also the seconds of the longest readable duration are an INT. -#}
{%- macro minutes(column) -%}
TRY_CAST({{ column }} AS DECIMAL(9, 2))
{%- endmacro -%}

{%- macro score(column) -%}
TRY_CAST({{ column }} AS DECIMAL(4, 2))
{%- endmacro -%}

{%- macro moment(column) -%}
TRY_CAST({{ column }} AS TIMESTAMP)
{%- endmacro -%}

{%- macro day(column) -%}
TRY_CAST({{ column }} AS DATE)
{%- endmacro -%}

{%- macro flag(column) -%}
TRY_CAST({{ column }} AS BOOLEAN)
{%- endmacro -%}

{#- The day of a time. Casting a time to a day asks for the time zone and is slow, so that a source that gives the day
    beside the time is believed where the texts agree and the time ends with its seconds, not with a zone. -#}
{%- macro day_of(time, date) -%}
CASE
      WHEN LENGTH({{ time }}) = 19
        AND SUBSTRING({{ time }}, 17, 1) = ':'
        AND LEFT({{ time }}, 10) = {{ date }}
        AND {{ moment(time) }} IS NOT NULL
        THEN {{ day(date) }}
      ELSE CAST({{ moment(time) }} AS DATE)
    END
{%- endmacro -%}

{#- The day that the name of the record's file ends with (members_20240401.csv); NULL when it has none. -#}
{%- macro file_day() -%}
TRY_TO_DATE(REGEXP_EXTRACT(_source_file, '_([0-9]{8})[^/]*$', 1), 'yyyyMMdd')
{%- endmacro -%}
