{# Takes partition_by as {"field": ...}, too, which is how models say it that also run on BigQuery. #}
{% macro spark__partition_cols(label, required=false) %}
  {%- set by = config.get('partition_by') -%}
  {%- if by is mapping -%}{%- set by = [by['field']] -%}{%- elif by is string -%}{%- set by = [by] -%}{%- endif -%}
  {%- if by %}{{ label }} ({{ by | join(', ') }}){% endif -%}
{% endmacro %}
