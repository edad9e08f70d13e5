{% import '_macros/parse.sql' as parse %}
{#- Members: what a record is made of and which rules it must meet (see _macros/intake.sql). Every accepted delivery
    is a version of a member, so that none supersedes another. -#}
{%- set facts = {
  'name': 'members',
  'required': ['member_id'],
  'measures': ['age', 'tenure_months', 'join_date', 'updated_at'],
  'not_negative': ['tenure_months'],
  'ranges': {'age': [0, var('max_member_age')]},
  'dates': {'join_date': 'join_date', 'sequence_at': 'updated_at'},
  'happened': {},
  'delivered': ['member_id', 'age', 'plan_type', 'tenure_months', 'join_date', 'updated_at'],
  'shown': ['member_id', 'age', 'plan_type', 'tenure_months', 'join_date', 'updated_at']
} -%}

{#- When a version was delivered that does not say so itself: the day in the name of its file, because files may arrive
    late or be copied again. A file without a day, as a first load is, comes before all others. A microsecond for each
    second of the file's time keeps the deliveries of one day in the order of their arrival. -#}
{%- macro delivered_at() -%}
TIMESTAMP_MICROS(
      UNIX_MICROS(CAST(COALESCE({{ parse.file_day() }}, {{ var('earliest_date') | literal }}) AS TIMESTAMP))
      + UNIX_SECONDS(_source_modified_at)
    )
{%- endmacro -%}

{%- macro typed() -%}
    {{ parse.text('member_id') }} AS member_id,
    {{ parse.whole('age') }} AS age,
    {{ parse.text('gender') }} AS gender,
    UPPER({{ parse.text('plan_type') }}) AS plan_type,
    {{ parse.whole('tenure_months') }} AS tenure_months,
    {{ parse.text('segment') }} AS segment,
    UPPER({{ parse.text('state') }}) AS state,
    {{ parse.text('zip_code') }} AS zip_code,
    {{ parse.day('join_date') }} AS join_date,
    {{ parse.text('line_of_business') }} AS line_of_business,
    {{ parse.text('preferred_language') }} AS preferred_language,
    {{ parse.text('income_band') }} AS income_band,
    {{ parse.text('education_level') }} AS education_level,
    {{ parse.whole('household_size') }} AS household_size,
    {{ parse.text('rural_urban') }} AS rural_urban,
    {{ parse.flag('has_caregiver') }} AS has_caregiver,
    LOWER({{ parse.text('digital_adoption') }}) AS digital_adoption,
    {{ parse.text('first_name') }} AS first_name,
    {{ parse.text('last_name') }} AS last_name,
    {{ parse.moment('updated_at') }} AS updated_at,
    COALESCE({{ parse.moment('updated_at') }}, {{ delivered_at() }}) AS sequence_at
{%- endmacro -%}
