{% import '_macros/parse.sql' as parse %}
{#- How the records of a source become accepted, rejected or superseded ones. A source is described once, in
    _macros/sources/: `facts` and `typed()`. Its *_clean and its *_quarantine are both made from `decided`, the same
    text over the same rows, so each delivered record is in exactly one of the two, whatever it holds.

    facts: name         the source; its records are in bronze.<name>_raw
           key          identifier of a record
           ordered_by   time that orders deliveries of one record within a file
           required     columns that every record needs
           measures     columns that may be empty but not unreadable: figures are made of them
           not_negative measures that are 0 or more
           ranges       measures with the least and the greatest value
           dates        dates that must be plausible, each with the delivered column that a reject names
           happened     those of them on which something has happened, so that none is later than its file, each with
                        the time that it is the day of
           delivered    columns that are kept as delivered: every one of the source, where deliveries are ranked
           shown        those that the quarantine shows -#}

{#- What holds for every row of *_clean: the rules of `reasons`, as expectations that drop and count. -#}
{%- macro expectations(facts) -%}
  {%- for column in facts.required %}
  CONSTRAINT {{ column ~ '_present' }} EXPECT ({{ column }} IS NOT NULL) ON VIOLATION DROP ROW,
  {%- endfor %}
  CONSTRAINT measures_readable EXPECT (NOT has_unreadable_measure) ON VIOLATION DROP ROW,
  {%- for column in facts.not_negative %}
  CONSTRAINT {{ column ~ '_not_negative' }} EXPECT ({{ not_negative(column) }}) ON VIOLATION DROP ROW,
  {%- endfor %}
  {%- for column, range in facts.ranges | items %}
  CONSTRAINT {{ column ~ '_in_range' }} EXPECT ({{ in_range(column, range) }}) ON VIOLATION DROP ROW,
  {%- endfor %}
  {%- for column in facts.dates %}
  CONSTRAINT {{ column ~ '_plausible' }} EXPECT ({{ plausible(column) }}) ON VIOLATION DROP ROW,
  {%- endfor %}
  {%- if facts.happened %}
  CONSTRAINT dated_before_file EXPECT (NOT is_dated_ahead) ON VIOLATION DROP ROW,
  {%- endif %}
{%- endmacro -%}

{#- The codes of the rules that a record breaks, separated by a comma; NULL when it breaks none.
    `extra` is one more expression with a code or NULL. -#}
{%- macro reasons(facts, extra=none) -%}
NULLIF(CONCAT_WS(
      ', ',
      {%- for column in facts.required %}
      CASE
        WHEN {{ parse.text('delivered_' ~ column) }} IS NULL THEN {{ ('missing_' ~ column) | literal }}
        WHEN {{ column }} IS NULL THEN {{ ('unreadable_' ~ column) | literal }}
      END,
      {%- endfor %}
      {%- for column in facts.measures %}
      CASE WHEN {{ unreadable(column) }} THEN {{ ('unreadable_' ~ column) | literal }} END,
      {%- endfor %}
      {%- for column in facts.not_negative %}
      CASE WHEN NOT {{ not_negative(column) }} THEN {{ ('negative_' ~ column) | literal }} END,
      {%- endfor %}
      {%- for column, range in facts.ranges | items %}
      CASE WHEN NOT {{ in_range(column, range) }} THEN {{ (column ~ '_out_of_range') | literal }} END,
      {%- endfor %}
      {%- for column, named in facts.dates | items %}
      CASE WHEN NOT {{ plausible(column) }} THEN {{ ('implausible_' ~ named) | literal }} END,
      {%- endfor %}
      {%- for column, moment in facts.happened | items %}
      CASE
        WHEN {{ plausible(column) }} AND {{ ahead(column, moment) }} THEN {{ (moment ~ '_after_file') | literal }}
      END,
      {%- endfor %}
      {% if extra %}{{ extra }}{% else %}NULL{% endif %}
    ), '')
{%- endmacro -%}

{%- macro not_negative(column) -%}
COALESCE({{ column }} >= 0, TRUE)
{%- endmacro -%}

{%- macro in_range(column, range) -%}
COALESCE({{ column }} BETWEEN {{ range[0] }} AND {{ range[1] }}, TRUE)
{%- endmacro -%}

{#- Placeholders such as 9999-12-31 are dates, too. -#}
{%- macro plausible(column) -%}
COALESCE(
      CAST({{ column }} AS DATE) BETWEEN {{ var('earliest_date') | literal }} AND {{ var('latest_date') | literal }},
      TRUE
    )
{%- endmacro -%}

{#- Whether a record is dated after its file. A file that is copied again has a late modification time, so that its
    name, when it holds a date, only ever makes the file younger. Hardly any record is later than its file, so that
    the dates are only made for those that are. -#}
{%- macro ahead(day, moment) -%}
COALESCE(
      CASE
        WHEN {{ moment }} > _source_modified_at THEN {{ day }} > DATE_ADD(
          GREATEST(
            CAST(_source_modified_at AS DATE),
            {{ parse.file_day() }}
          ),
          {{ var('future_tolerance_days') }}
        )
      END,
      FALSE
    )
{%- endmacro -%}

{%- macro is_dated_ahead(facts) -%}
{%- for column, moment in facts.happened | items %}{% if not loop.first %} OR {% endif %}{{ ahead(column, moment) }}{% endfor -%}
{%- endmacro -%}

{%- macro unreadable(column) -%}
{{ column }} IS NULL AND {{ parse.text('delivered_' ~ column) }} IS NOT NULL
{%- endmacro -%}

{%- macro has_unreadable_measure(facts) -%}
{%- for column in facts.measures %}{% if not loop.first %} OR {% endif %}({{ unreadable(column) }}){% endfor -%}
{%- endmacro -%}

{#- The records as delivered and, beside them, typed. -#}
{%- macro records(facts, typed, streaming=false) -%}
records AS (
  SELECT
    {{ typed }},
    {%- for column in facts.delivered %}
    {{ column }} AS {{ 'delivered_' ~ column }},
    {%- endfor %}
    _rescued_data,
    _source_file,
    _source_modified_at,
    _ingested_at
  FROM {% if streaming %}STREAM {% endif %}{{ ref('bronze.' ~ facts.name ~ '_raw') }}
)
{%- endmacro -%}

{#- CTEs down to `decided`: every record once, with its `verdict` (accepted, rejected or superseded) and the reason.
    known_member_id is NULL when the member does not exist. -#}
{%- macro decided(facts, typed) -%}
{{ records(facts, typed) }},
judged AS (
  SELECT
    r.*,
    m.member_id AS known_member_id,
    {{ has_unreadable_measure(facts) }} AS has_unreadable_measure,
    {%- if facts.happened %}
    {{ is_dated_ahead(facts) }} AS is_dated_ahead,
    {%- endif %}
    {{ reasons(facts, unknown_member()) }} AS reject_reason
  FROM records r
  LEFT JOIN {{ ref('silver.members_current') }} m ON m.member_id = r.member_id
),
-- Few records are delivered more than once. Ranking only those spares sorting all the others.
contested AS (
  SELECT {{ parse.text(facts.key) }} AS contested_key
  FROM {{ ref('bronze.' ~ facts.name ~ '_raw') }}
  GROUP BY {{ parse.text(facts.key) }}
  HAVING COUNT(*) > 1
),
flagged AS (
  SELECT j.*, c.contested_key IS NOT NULL AS is_contested
  FROM judged j
  LEFT JOIN contested c ON c.contested_key = j.{{ facts.key }}
),
decided AS (
  SELECT *, IF(reject_reason IS NULL, 'accepted', 'rejected') AS verdict
  FROM flagged
  WHERE NOT is_contested
  UNION ALL
  -- File names carry their date, so the greatest path is the latest delivery. The order is total: records
  -- that tie in all of it are equal, so that it does not matter which of them is taken.
  SELECT
    *,
    CASE
      WHEN reject_reason IS NOT NULL THEN 'rejected'
      WHEN ROW_NUMBER() OVER (
        PARTITION BY {{ facts.key }}, reject_reason IS NULL
        ORDER BY
          _source_file DESC,
          _source_modified_at DESC,
          {{ facts.ordered_by }} DESC,
          _ingested_at DESC,
          {%- for column in facts.delivered %}
          {{ 'delivered_' ~ column }},
          {%- endfor %}
          _rescued_data
      ) = 1 THEN 'accepted'
      ELSE 'superseded'
    END AS verdict
  FROM flagged
  WHERE is_contested
)
{%- endmacro -%}

{%- macro unknown_member() -%}
CASE
        WHEN r.member_id IS NULL THEN 'missing_member_id'
        WHEN m.member_id IS NULL THEN 'unknown_member_id'
      END
{%- endmacro -%}

{#- Columns and query of *_quarantine, after the CTEs of `decided`. -#}
{%- macro quarantine_columns(facts) -%}
  {%- for column in facts.shown %}
  {{ column }} STRING COMMENT {{ (column ~ ' as delivered') | literal }},
  {%- endfor %}
  reject_reason STRING COMMENT 'Codes of the rules that the record breaks, separated by a comma; superseded_duplicate when a later delivery of the same record was accepted',
  _rescued_data STRING COMMENT 'Data of the row that the schema does not name, as JSON',
  _source_file STRING COMMENT 'File that the row was read from',
  _ingested_at TIMESTAMP COMMENT 'When the row was ingested'
{%- endmacro -%}

{%- macro quarantine(facts) -%}
SELECT
  {%- for column in facts.shown %}
  {{ 'delivered_' ~ column }} AS {{ column }},
  {%- endfor %}
  COALESCE(reject_reason, 'superseded_duplicate') AS reject_reason,
  _rescued_data,
  _source_file,
  _ingested_at
FROM decided
WHERE verdict <> 'accepted'
{%- endmacro -%}
