{#- One definition of the member groups that every table uses.
    Each macro takes the names of the columns it reads. -#}
{%- macro tenure_bucket(tenure_months) -%}
CASE
      WHEN {{ tenure_months }} IS NULL THEN 'Unknown'
      WHEN {{ tenure_months }} < {{ var('new_member_months') }} THEN 'New'
      WHEN {{ tenure_months }} < {{ var('established_member_months') }} THEN 'Developing'
      WHEN {{ tenure_months }} < {{ var('loyal_member_months') }} THEN 'Established'
      ELSE 'Loyal'
    END
{%- endmacro -%}

{%- macro customer_segment(plan_type, tenure_months) -%}
CASE
      WHEN {{ plan_type }} = 'MAPD' AND {{ tenure_months }} < {{ var('new_member_months') }} THEN 'MAPD New'
      WHEN {{ plan_type }} = 'MAPD' THEN 'MAPD Tenured'
      ELSE 'Commercial'
    END
{%- endmacro -%}
