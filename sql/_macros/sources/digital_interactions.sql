{% import '_macros/parse.sql' as parse %}
{#- Digital interactions: what a record is made of and which rules it must meet (see _macros/intake.sql). -#}
{%- set facts = {
  'name': 'digital_interactions',
  'key': 'interaction_id',
  'ordered_by': 'interaction_timestamp',
  'required': ['interaction_id', 'interaction_timestamp'],
  'measures': ['session_duration_seconds'],
  'not_negative': ['session_duration_seconds'],
  'ranges': {},
  'dates': {'interaction_date': 'interaction_timestamp'},
  'happened': {'interaction_date': 'interaction_timestamp'},
  'delivered': ['interaction_id', 'member_id', 'interaction_date', 'interaction_timestamp', 'interaction_type',
                'outcome', 'failure_reason', 'session_duration_seconds', 'device', 'page', 'error_code',
                'error_message', 'session_id'],
  'shown': ['interaction_id', 'member_id', 'interaction_timestamp', 'interaction_date', 'interaction_type', 'outcome',
            'session_duration_seconds']
} -%}

{%- macro typed() -%}
    {{ parse.text('interaction_id') }} AS interaction_id,
    {{ parse.text('member_id') }} AS member_id,
    {{ parse.day_of('interaction_timestamp', 'interaction_date') }} AS interaction_date,
    {{ parse.day('interaction_date') }} AS reported_interaction_date,
    {{ parse.moment('interaction_timestamp') }} AS interaction_timestamp,
    LOWER({{ parse.text('interaction_type') }}) AS interaction_type,
    LOWER({{ parse.text('outcome') }}) AS outcome,
    {{ parse.text('failure_reason') }} AS failure_reason,
    {{ parse.whole('session_duration_seconds') }} AS session_duration_seconds,
    LOWER({{ parse.text('device') }}) AS device,
    {{ parse.text('page') }} AS page,
    {{ parse.text('error_code') }} AS error_code,
    {{ parse.text('error_message') }} AS error_message,
    {{ parse.text('session_id') }} AS session_id
{%- endmacro -%}
