"""A daily DAG with Spark and dbt Cloud operators is taken in by Airflow 2.11, the last line with `schedule_interval`."""
import json
import os
import shutil
import subprocess
from pathlib import Path

from proof import check, prove, same

HERE = Path(__file__).parent


PARSE = """
import json, sys
from airflow.models import DagBag
bag = DagBag(sys.argv[1], include_examples=False)
print(json.dumps([bag.import_errors, {d.dag_id: [d.schedule_interval, {t.task_id: [sorted(t.downstream_task_ids), t.retries]
                                                                     for t in d.tasks}] for d in bag.dags.values()}]))
"""


def body(directory):
    python = Path(shutil.which("airflow")).resolve().parent / "python"
    done = subprocess.run([python, "-W", "ignore", "-c", PARSE, HERE / "dags"], text=True, timeout=200,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env={**os.environ, "AIRFLOW_HOME": str(directory), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"})
    check(done.returncode == 0, done.stdout[-400:])
    errors, dags = json.loads(done.stdout.splitlines()[-1])
    same(errors, {}, "import errors")
    same(dags, {"daily_data_pipeline": ["@daily", {"bronze_to_silver": [["dbt_transformation"], 2],
                                                   "dbt_transformation": [[], 2]}]}, "DAGs")
    return "1 DAG, 2 tasks, one behind the other"


prove(body)
