{% import '_macros/parse.sql' as parse %}
{#- Pharmacy fills: what a record is made of and which rules it must meet (see _macros/intake.sql). -#}
{%- set facts = {
  'name': 'pharmacy',
  'key': 'rx_id',
  'ordered_by': 'fill_date',
  'required': ['rx_id', 'fill_date'],
  'measures': ['copay_amount'],
  'not_negative': ['copay_amount'],
  'ranges': {},
  'dates': {'fill_date': 'fill_date'},
  'happened': {},
  'delivered': ['rx_id', 'member_id', 'fill_date', 'drug_name', 'copay_amount', 'days_supply', 'pharmacy_type',
                'denied_flag', 'denied_reason', 'prior_copay_amount', 'refill_channel'],
  'shown': ['rx_id', 'member_id', 'fill_date', 'drug_name', 'copay_amount', 'days_supply']
} -%}

{%- macro typed() -%}
    {{ parse.text('rx_id') }} AS rx_id,
    {{ parse.text('member_id') }} AS member_id,
    {{ parse.day('fill_date') }} AS fill_date,
    {{ parse.text('drug_name') }} AS drug_name,
    {{ parse.amount('copay_amount') }} AS copay_amount,
    {{ parse.whole('days_supply') }} AS days_supply,
    LOWER({{ parse.text('pharmacy_type') }}) AS pharmacy_type,
    {{ parse.flag('denied_flag') }} AS denied_flag,
    {{ parse.text('denied_reason') }} AS denied_reason,
    {{ parse.amount('prior_copay_amount') }} AS prior_copay_amount,
    {{ parse.text('refill_channel') }} AS refill_channel
{%- endmacro -%}
