{#- What a call costs. The macro takes the name of a column with minutes of handle time. -#}
{%- macro call_cost(minutes) -%}
CAST({{ var('cost_per_call') }} + {{ var('cost_per_minute') }} * COALESCE({{ minutes }}, 0) AS DECIMAL(18, 2))
{%- endmacro -%}
