{#- The call topics, the one that a digital interaction should have made unnecessary, and the name of the journey from
    its failure to the call. Each macro takes the name of one column. -#}
{%- set topics = ['Billing', 'ID Card', 'Pharmacy', 'Claims', 'Benefits', 'Provider', 'Enrollment', 'Technical', 'Other'] -%}

{#- A topic however it is spelt; one that is not known stays as delivered. -#}
{%- macro canonical_topic(call_topic) -%}
CASE LOWER(TRIM({{ call_topic }}))
      {%- for topic in topics %}
      WHEN {{ topic | lower | literal }} THEN {{ topic | literal }}
      {%- endfor %}
      ELSE NULLIF(TRIM({{ call_topic }}), '')
    END
{%- endmacro -%}

{%- macro topic_known(call_topic) -%}
{{ call_topic }} IN ({{ topics | string_list }})
{%- endmacro -%}

{%- macro topic_of(interaction_type) -%}
CASE {{ interaction_type }}
      WHEN 'bill_pay' THEN 'Billing'
      WHEN 'id_card_download' THEN 'ID Card'
      WHEN 'rx_refill' THEN 'Pharmacy'
      WHEN 'claims_check' THEN 'Claims'
      WHEN 'benefits_lookup' THEN 'Benefits'
      WHEN 'provider_search' THEN 'Provider'
      WHEN 'plan_compare' THEN 'Enrollment'
      WHEN 'login' THEN 'Technical'
    END
{%- endmacro -%}

{#- A journey is named after how its attempts mostly end; failed and abandoned attempts count alike in all of them. -#}
{%- macro journey_of(call_topic) -%}
CASE {{ call_topic }}
      WHEN 'Billing' THEN 'Billing: Digital Abandon → Call'
      WHEN 'ID Card' THEN 'ID Card: Download Fail → Call'
      WHEN 'Pharmacy' THEN 'Pharmacy: Refill → Call Escalate'
      ELSE CONCAT({{ call_topic }}, ': Digital Fail → Call')
    END
{%- endmacro -%}
