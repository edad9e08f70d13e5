{% import '_macros/parse.sql' as parse %}
{% import '_macros/journeys.sql' as journeys %}
{#- Calls: what a record is made of and which rules it must meet (see _macros/intake.sql). -#}
{%- set facts = {
  'name': 'call_center',
  'key': 'call_id',
  'ordered_by': 'call_timestamp',
  'required': ['call_id', 'call_timestamp'],
  'measures': ['handle_time_minutes', 'sentiment_score'],
  'not_negative': ['handle_time_minutes'],
  'ranges': {'sentiment_score': [-1, 1]},
  'dates': {'call_date': 'call_timestamp'},
  'happened': {'call_date': 'call_timestamp'},
  'delivered': ['call_id', 'member_id', 'call_date', 'call_timestamp', 'call_topic', 'handle_time_minutes', 'sentiment',
                'is_repeat_call', 'prior_digital_attempt', 'transferred', 'resolved', 'sentiment_score', 'ivr_route',
                'agent_id', 'wait_seconds', 'transcript'],
  'shown': ['call_id', 'member_id', 'call_timestamp', 'call_date', 'call_topic', 'handle_time_minutes', 'sentiment',
            'sentiment_score']
} -%}

{%- macro typed() -%}
    {{ parse.text('call_id') }} AS call_id,
    {{ parse.text('member_id') }} AS member_id,
    {{ parse.day_of('call_timestamp', 'call_date') }} AS call_date,
    {{ parse.day('call_date') }} AS reported_call_date,
    {{ parse.moment('call_timestamp') }} AS call_timestamp,
    COALESCE({{ journeys.canonical_topic('call_topic') }}, 'Other') AS call_topic,
    {{ parse.minutes('handle_time_minutes') }} AS handle_time_minutes,
    LOWER({{ parse.text('sentiment') }}) AS sentiment_label,
    {{ parse.score('sentiment_score') }} AS sentiment_score,
    {{ parse.flag('is_repeat_call') }} AS reported_repeat_call,
    {{ parse.flag('prior_digital_attempt') }} AS reported_prior_digital_attempt,
    {{ parse.flag('transferred') }} AS transferred,
    {{ parse.flag('resolved') }} AS resolved,
    {{ parse.text('ivr_route') }} AS ivr_route,
    {{ parse.text('agent_id') }} AS agent_id,
    {{ parse.whole('wait_seconds') }} AS wait_seconds,
    {{ parse.text('transcript') }} AS transcript
{%- endmacro -%}
