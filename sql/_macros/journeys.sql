{#- The call topic that a digital interaction should have made unnecessary, and the name of the
    journey from its failure to the call. Each macro takes the name of one column. -#}
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

{%- macro journey_of(call_topic) -%}
CASE {{ call_topic }}
      WHEN 'Billing' THEN 'Billing: Digital Abandon → Call'
      WHEN 'ID Card' THEN 'ID Card: Download Fail → Call'
      WHEN 'Pharmacy' THEN 'Pharmacy: Refill → Call Escalate'
      ELSE CONCAT({{ call_topic }}, ': Digital Fail → Call')
    END
{%- endmacro -%}
