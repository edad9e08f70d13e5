{% import '_macros/parse.sql' as parse %}
{#- Surveys: what a record is made of and which rules it must meet (see _macros/intake.sql). -#}
{%- set facts = {
  'name': 'surveys',
  'key': 'survey_id',
  'ordered_by': 'survey_date',
  'required': ['survey_id', 'survey_date'],
  'measures': ['nps_score', 'csat_score', 'effort_score'],
  'not_negative': [],
  'ranges': {
    'nps_score': [0, var('nps_best_score')],
    'csat_score': [1, var('csat_best_score')],
    'effort_score': [1, var('effort_worst_score')]
  },
  'dates': {'survey_date': 'survey_date', 'survey_timestamp': 'survey_timestamp'},
  'happened': {},
  'delivered': ['survey_id', 'member_id', 'survey_date', 'nps_score', 'csat_score', 'effort_score', 'feedback_text',
                'survey_type', 'call_id', 'survey_timestamp'],
  'shown': ['survey_id', 'member_id', 'survey_date', 'nps_score', 'csat_score', 'effort_score', 'survey_type']
} -%}

{%- macro typed() -%}
    {{ parse.text('survey_id') }} AS survey_id,
    {{ parse.text('member_id') }} AS member_id,
    {{ parse.day('survey_date') }} AS survey_date,
    {{ parse.moment('survey_timestamp') }} AS survey_timestamp,
    {{ parse.whole('nps_score') }} AS nps_score,
    {{ parse.whole('csat_score') }} AS csat_score,
    {{ parse.whole('effort_score') }} AS effort_score,
    {{ parse.text('feedback_text') }} AS feedback_text,
    LOWER({{ parse.text('survey_type') }}) AS survey_type,
    {{ parse.text('call_id') }} AS call_id
{%- endmacro -%}
