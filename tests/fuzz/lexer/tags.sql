{% import 'a' as b %}
{%- macro m(x) -%}
CASE
    WHEN {{ x }} THEN 1
  END
{%- endmacro -%}
SELECT a{% if b %}, c{% endif %}, '{{ d }}' FROM {{ e }}_f