"""Times one generated lakehouse with each tool; prints seconds, peak memory and the ratios to lakesmith.

Usage: check_times.py MODELS FOLDER LAKESMITH CACHE
"""

import json
import os
import subprocess
import sys
import time

SQLGLOT = """
import json, sys
from sqlglot import parse_one
from sqlglot.optimizer.qualify import qualify
for model in json.load(open(sys.argv[1])):
    tree = parse_one(model["sql"], dialect="databricks")
    tables = {}
    for name, columns in model["reads"].items():
        schema, table = name.split(".")
        tables.setdefault(schema, {})[table] = columns
    qualify(tree, dialect="databricks", schema={"bench": tables}, catalog="bench", validate_qualify_columns=True)
"""

SQLMESH = """
import sys
from sqlmesh import Context
context = Context(paths=[sys.argv[1]])
assert len(context.models) >= int(sys.argv[2]), len(context.models)
"""


def run(command, cwd=None):
    """Seconds, peak memory in MiB, and what it printed; the shell's children are measured one at a time."""
    wrapper = "import resource, subprocess, sys; code = subprocess.run(sys.argv[1:]).returncode; " \
              "print('peak', resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024, file=sys.stderr); sys.exit(code)"
    began = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", wrapper, *command], cwd=cwd, capture_output=True, text=True)
    seconds = time.perf_counter() - began
    if done.returncode != 0:
        sys.exit(f"{command[0]} failed ({done.returncode}):\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return seconds, int(done.stderr.rsplit("peak", 1)[1]), done.stdout


def main():
    models, folder, binary, cache = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
    project = os.path.join(folder, "lakesmith")
    runs = [run([binary, "check", "--format", "json"], cwd=project) for _ in range(5)]
    summaries = [json.loads(out)["summary"] for _, _, out in runs]
    assert all(summary["errors"] == 0 and summary["unknown"] == 0 for summary in summaries), summaries[0]
    seconds = sorted(summary["elapsed_ms"] / 1000 for summary in summaries)
    own, peak = seconds[len(seconds) // 2], max(peak for _, peak, _ in runs)
    proved = summaries[0]["proved"]
    print(f"{models} models, 100 dashboards, {os.cpu_count()} cores")
    print(f"  lakesmith check         {own:8.2f} s (of 5: {', '.join(f'{s:.2f}' for s in seconds)}), peak {peak} MiB, {proved} expressions proved")
    python = lambda peer: os.path.join(cache, f"bench-{peer}", "bin", "python")
    version = lambda peer: subprocess.run(
        [python(peer), "-c", f"import {peer}; print({peer}.__version__)"], capture_output=True, text=True).stdout.strip()
    seconds, peak, _ = run([python("sqlglot"), "-c", SQLGLOT, os.path.join(folder, "plain.json")])
    print(f"  sqlglot {version('sqlglot'):<15} {seconds:8.2f} s, peak {peak} MiB, {seconds / own:.0f} times as long (parse and qualify, without dashboards)")
    seconds, peak, _ = run([python("sqlmesh"), "-c", SQLMESH, os.path.join(folder, "sqlmesh"), str(models)])
    print(f"  SQLMesh {version('sqlmesh'):<15} {seconds:8.2f} s, peak {peak} MiB, {seconds / own:.0f} times as long (load, without dashboards)")


main()
