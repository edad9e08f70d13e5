{% import '_macros/parse.sql' as parse %}
{#- Claims: what a record is made of and which rules it must meet (see _macros/intake.sql). -#}
{%- set facts = {
  'name': 'claims',
  'key': 'claim_id',
  'ordered_by': 'claim_date',
  'required': ['claim_id', 'claim_date'],
  'measures': ['claim_amount'],
  'not_negative': ['claim_amount'],
  'ranges': {},
  'dates': {'claim_date': 'claim_date'},
  'happened': {},
  'delivered': ['claim_id', 'member_id', 'claim_date', 'claim_type', 'claim_amount', 'status', 'approval_time_days',
                'denial_reason', 'prior_auth_required', 'prior_auth_status', 'prior_auth_submitted_at',
                'prior_auth_decided_at', 'provider_network', 'service_category'],
  'shown': ['claim_id', 'member_id', 'claim_date', 'claim_type', 'claim_amount', 'status']
} -%}

{%- macro typed() -%}
    {{ parse.text('claim_id') }} AS claim_id,
    {{ parse.text('member_id') }} AS member_id,
    {{ parse.day('claim_date') }} AS claim_date,
    {{ parse.text('claim_type') }} AS claim_type,
    {{ parse.amount('claim_amount') }} AS claim_amount,
    INITCAP(LOWER({{ parse.text('status') }})) AS status,
    {{ parse.whole('approval_time_days') }} AS approval_time_days,
    {{ parse.text('denial_reason') }} AS denial_reason,
    {{ parse.flag('prior_auth_required') }} AS prior_auth_required,
    {{ parse.text('prior_auth_status') }} AS prior_auth_status,
    {{ parse.moment('prior_auth_submitted_at') }} AS prior_auth_submitted_at,
    {{ parse.moment('prior_auth_decided_at') }} AS prior_auth_decided_at,
    LOWER({{ parse.text('provider_network') }}) AS provider_network,
    {{ parse.text('service_category') }} AS service_category
{%- endmacro -%}
