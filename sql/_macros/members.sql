{#- One definition of the member groups that every table uses. What is not known is a group of its own.
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

{#- Tenure splits only MAPD, so that only there a missing one leaves the group unknown. -#}
{%- macro customer_segment(plan_type, tenure_months) -%}
CASE
    WHEN {{ plan_type }} = 'MAPD' AND {{ tenure_months }} < {{ var('new_member_months') }} THEN 'MAPD New'
    WHEN {{ plan_type }} = 'MAPD' AND {{ tenure_months }} IS NOT NULL THEN 'MAPD Tenured'
    WHEN {{ plan_type }} IN ({{ var('commercial_plan_types') | string_list }}) THEN 'Commercial'
    ELSE 'Unknown'
  END
{%- endmacro -%}

{%- macro line_of_business(plan_type) -%}
CASE
    WHEN {{ plan_type }} = 'MAPD' THEN 'Medicare Advantage'
    WHEN {{ plan_type }} IN ({{ var('commercial_plan_types') | string_list }}) THEN 'Commercial'
    ELSE 'Unknown'
  END
{%- endmacro -%}

{#- Condition of a join with silver.members_versions as m: the version of the member on the day. -#}
{%- macro version_on(member_id, day) -%}
m.member_id = {{ member_id }} AND m.valid_from <= {{ day }} AND m.valid_to > {{ day }}
{%- endmacro -%}
