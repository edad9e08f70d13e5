{% import '_macros/parse.sql' as parse %}
{#- Enrolments: what a record is made of and which rules it must meet (see _macros/intake.sql). -#}
{%- set facts = {
  'name': 'enrollment',
  'key': 'enrollment_id',
  'ordered_by': 'enrollment_date',
  'required': ['enrollment_id', 'enrollment_date'],
  'measures': ['premium_amount'],
  'not_negative': ['premium_amount'],
  'ranges': {},
  'dates': {'enrollment_date': 'enrollment_date'},
  'happened': {},
  'delivered': ['enrollment_id', 'member_id', 'enrollment_date', 'plan_type', 'premium_amount', 'change_type',
                'change_reason', 'effective_date', 'channel'],
  'shown': ['enrollment_id', 'member_id', 'enrollment_date', 'plan_type', 'premium_amount', 'change_type']
} -%}

{%- macro typed() -%}
    {{ parse.text('enrollment_id') }} AS enrollment_id,
    {{ parse.text('member_id') }} AS member_id,
    {{ parse.day('enrollment_date') }} AS enrollment_date,
    UPPER({{ parse.text('plan_type') }}) AS plan_type,
    {{ parse.amount('premium_amount') }} AS premium_amount,
    LOWER({{ parse.text('change_type') }}) AS change_type,
    {{ parse.text('change_reason') }} AS change_reason,
    {{ parse.day('effective_date') }} AS effective_date,
    {{ parse.text('channel') }} AS channel
{%- endmacro -%}
