{#- The lookback window: the last lookback_days days, the as-of day included. Takes a column with a date;
    the query must join gold.population as p. -#}
{%- macro in_lookback(day) -%}
{{ day }} <= p.as_of_date AND DATEDIFF(p.as_of_date, {{ day }}) < {{ var('lookback_days') }}
{%- endmacro -%}
