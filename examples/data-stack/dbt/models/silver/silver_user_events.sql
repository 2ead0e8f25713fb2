{{ config(materialized='view') }}
SELECT * FROM delta.`{{ env_var('LAKE') }}/silver/user_events`
