"""Each day: wait until the stream of that day is in bronze, make silver of it, let dbt build gold."""
from airflow import DAG
from airflow.operators.bash import BashOperator
from datetime import datetime, timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]

default_args = {
    'owner': 'data-team',
    'retries': 2,
    'retry_delay': timedelta(minutes=5)
}

with DAG(
    'daily_data_pipeline',
    default_args=default_args,
    schedule='@daily',
    start_date=datetime(2025, 1, 1),
    catchup=False
) as dag:

    stream_is_in = BashOperator(
        task_id='stream_is_in',
        bash_command='millrace wait --group bronze --caught-up --topic user_events'
                     ' --before "{{ data_interval_end }}" --timeout 2h'
    )

    bronze_to_silver = BashOperator(
        task_id='bronze_to_silver',
        bash_command='python silver.py {{ data_interval_start | ds }}',
        cwd=str(HERE)
    )

    dbt_transformation = BashOperator(
        task_id='dbt_transformation',
        bash_command='dbt deps && dbt build',
        cwd=str(HERE / 'dbt')
    )

    stream_is_in >> bronze_to_silver >> dbt_transformation
