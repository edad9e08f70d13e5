#!/usr/bin/env python3
"""Times rounds of `lakesmith check --watch` on a generated project: benches/check_edits.py BINARY PROJECT [ROUNDS].

Each kind of edit is saved ROUNDS times, each time undone by another save, and every time the round says itself how long
it took, from the notice of the save to the findings. Prints the median and the worst of each kind.
"""

import pathlib
import re
import statistics
import subprocess
import sys
import time

ROUND = re.compile(r"\((\d+) ms\)")


def main() -> None:
    binary, project = sys.argv[1], pathlib.Path(sys.argv[2])
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    layers = {layer: sorted((project / "sql/bench" / layer).glob("*.sql")) for layer in ("bronze", "silver", "gold")}
    dashboard = sorted((project / "dashboards/bench").iterdir())[0]
    resources = project / "jobs/bench/pipelines.yml"
    kinds = [
        ("a comment in a query", layers["gold"], lambda text: text.replace("\nFROM ", " -- edited\nFROM ", 1)),
        ("an unknown column", layers["gold"], lambda text: text.replace("SELECT\n  ", "SELECT\n  nowhere,\n  ", 1)),
        ("a query that does not parse", layers["gold"], lambda text: text.replace("\nFROM ", "\nFROM FROM ", 1)),
        ("a new column, which readers may see", layers["bronze"],
         lambda text: text.replace("SELECT\n  ", "SELECT\n  1 AS added_column,\n  ", 1)),
        ("a dashboard", [dashboard], lambda text: text.replace('"displayName": "', '"displayName": "x', 1)),
        ("a pipeline's settings", [resources], lambda text: text.replace('"serverless": true', '"serverless":  true', 1)),
    ]
    watch = subprocess.Popen([binary, "-C", str(project), "check", "--watch"], stdout=subprocess.PIPE, text=True)
    try:
        print(f"{'first round':<40} {next_round(watch):>5} ms")
        for name, files, change in kinds:
            times = []
            for index in range(rounds):
                file = files[index * 7 % len(files)]
                right = file.read_text()
                wrong = change(right)
                assert wrong != right, f"{name}: {file} was not changed"
                for text in (wrong, right):
                    # What a round prepares for the next one is not part of either.
                    time.sleep(1.0)
                    file.write_text(text)
                    times.append(next_round(watch))
            print(f"{name:<40} {statistics.median(times):>5.0f} ms, at most {max(times)} ms")
    finally:
        watch.kill()


def next_round(watch: subprocess.Popen) -> int:
    for line in watch.stdout:
        if found := ROUND.search(line):
            return int(found.group(1))
    raise SystemExit("the watch ended")


main()
