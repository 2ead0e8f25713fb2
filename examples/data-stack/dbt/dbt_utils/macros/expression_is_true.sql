{% test expression_is_true(model, expression, column_name="") %}
select * from {{ model }} where not ({{ column_name }} {{ expression }})
{% endtest %}
