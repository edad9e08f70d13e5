"""Writes a generated lakehouse of N SQL models three times: for lakesmith, for SQLMesh, and as plain SQL for sqlglot.

Usage: check_models.py N OUT [SEED]
The models are the same statements; only the way in which each tool names what it reads differs. Models have 5 to 60
columns and are of four shapes: cleaned sources, joins with CTEs, aggregates, windows. Each reads models before it.
"""

import json
import os
import random
import sys

TYPES = ["BIGINT", "STRING", "DOUBLE", "DECIMAL(18, 2)", "DATE", "TIMESTAMP", "BOOLEAN"]
KEYS = [("id", "BIGINT"), ("event_ts", "TIMESTAMP"), ("event_day", "DATE")]


class Relation:
    def __init__(self, schema, name, columns):
        self.schema, self.name, self.columns = schema, name, columns

    def of(self, *types):
        return [name for name, kind in self.columns if kind in types and (name, kind) not in KEYS]


def columns(rng, count):
    kinds = [TYPES[rng.randrange(len(TYPES))] for _ in range(max(count - len(KEYS), 2))]
    return KEYS + [(f"c{at:02}_{kind.split('(')[0].lower()}", kind) for at, kind in enumerate(kinds)]


def width(rng):
    """5 to 60, most of them narrow."""
    return min(60, max(5, int(rng.expovariate(1 / 18)) + 5))


class Items:
    """Select items under names of which each occurs once."""

    def __init__(self, keys):
        self.texts, self.made = list(keys), list(KEYS)
        self.taken = {name for name, _ in KEYS}

    def add(self, text, name, kind):
        # Names grow with every layer; real ones stay short.
        name = name if len(name) <= 24 else f"c{len(self.made):02}_{kind.split('(')[0].lower()}"
        while name in self.taken:
            name += "_x"
        self.taken.add(name)
        self.texts.append(f"{text} AS {name}")
        self.made.append((name, kind))

    def list(self, indent="  "):
        return f",\n{indent}".join(self.texts)


def converted(rng, name, kind, alias):
    """An expression over a column that keeps its type, one time in two."""
    column = f"{alias}.{name}"
    if rng.random() < 0.5:
        return column
    return {
        "BIGINT": f"COALESCE({column}, 0) + 1",
        "STRING": f"UPPER(TRIM({column}))",
        "DOUBLE": f"ROUND({column} * 1.5, 2)",
        "DECIMAL(18, 2)": f"CAST({column} * 0.9 AS DECIMAL(18, 2))",
        "DECIMAL(28, 2)": f"CAST({column} AS DECIMAL(28, 2))",
        "DATE": f"DATE_ADD({column}, 1)",
        "TIMESTAMP": f"DATE_TRUNC('DAY', {column})",
        "BOOLEAN": f"NOT COALESCE({column}, FALSE)",
        "INT": column,
    }[kind]


def clean(rng, sources, models):
    source = rng.choice(sources)
    items = Items(f"s.{name}" for name, _ in KEYS)
    by_kind = {kind: source.of(kind) for kind in TYPES}
    for name, kind in columns(rng, width(rng))[len(KEYS):]:
        text = converted(rng, rng.choice(by_kind[kind]), kind, "s") if by_kind[kind] else f"CAST(NULL AS {kind})"
        items.add(text, name, kind)
    return items.made, [source], (
        "SELECT\n  " + items.list() + "\nFROM {0} s\nWHERE s.id IS NOT NULL AND s.event_day >= DATE'2020-01-01'"
    )


def joined(rng, sources, models):
    left, right = rng.choice(models), rng.choice(models)
    items, budget = Items(f"l.{name}" for name, _ in KEYS), width(rng)
    for alias, relation in (("l", left), ("r", right)):
        for name, kind in relation.columns[len(KEYS):]:
            if len(items.made) < budget:
                items.add(converted(rng, name, kind, alias), name, kind)
    state = "CASE WHEN r.id IS NULL THEN 'unmatched' WHEN l.event_ts > r.event_ts THEN 'late' ELSE 'ok' END"
    items.add(state, "match_state", "STRING")
    return items.made, [left, right], (
        "WITH latest AS (\n  SELECT *, ROW_NUMBER() OVER (PARTITION BY id ORDER BY event_ts DESC) AS recency\n  FROM {1}\n"
        "),\nright_side AS (\n  SELECT * FROM latest WHERE recency = 1\n)\n"
        "SELECT\n  " + items.list() + "\nFROM {0} l\nLEFT JOIN right_side r\n  ON l.id = r.id AND l.event_day = r.event_day"
    )


def aggregated(rng, sources, models):
    base, dimension = rng.choice(models), rng.choice(models)
    kinds = dict(base.columns)
    groups = base.of("STRING", "BOOLEAN")[:2]
    items = Items(["b.id", "MAX(b.event_ts) AS event_ts", "b.event_day"])
    for name in groups:
        items.add(f"b.{name}", name, kinds[name])
    total = {"BIGINT": "BIGINT", "DOUBLE": "DOUBLE", "DECIMAL(18, 2)": "DECIMAL(28, 2)"}
    for name in base.of(*total)[: width(rng) // 2]:
        items.add(f"SUM(b.{name})", f"total_{name}", total[kinds[name]])
        items.add(f"AVG(CAST(b.{name} AS DOUBLE))", f"mean_{name}", "DOUBLE")
    items.add("COUNT(DISTINCT d.id)", "people", "BIGINT")
    items.add("COUNT(*)", "events", "BIGINT")
    keys = ["b.id", "b.event_day"] + [f"b.{name}" for name in groups]
    return items.made, [base, dimension], (
        "SELECT\n  " + items.list() + "\nFROM {0} b\nINNER JOIN {1} d\n  ON b.id = d.id\nGROUP BY "
        + ", ".join(keys) + "\nHAVING COUNT(*) > 1"
    )


def windowed(rng, sources, models):
    base = rng.choice(models)
    kinds = dict(base.columns)
    numbers = base.of("BIGINT", "DOUBLE")[:8]
    items = Items(f"o.{name}" for name, _ in KEYS)
    inner = ["b.*"]
    for at, name in enumerate(numbers):
        inner.append(f"LAG(b.{name}) OVER (PARTITION BY b.id ORDER BY b.event_ts) AS prior_value_{at}")
        items.add(f"o.{name}", name, kinds[name])
        items.add(f"o.{name} - o.prior_value_{at}", f"change_{name}", kinds[name])
    inner.append("RANK() OVER (PARTITION BY b.event_day ORDER BY b.event_ts DESC) AS rank_in_day")
    items.add("o.rank_in_day", "day_rank", "INT")
    for name, kind in base.columns[len(KEYS):][: width(rng)]:
        if name not in numbers and len(items.made) < 60:
            items.add(f"o.{name}", name, kind)
    return items.made, [base], (
        "WITH ordered AS (\n  SELECT\n    " + ",\n    ".join(inner) + "\n  FROM {0} b\n)\n"
        "SELECT\n  " + items.list() + "\nFROM ordered o\nWHERE o.rank_in_day <= 100"
    )


def main():
    count, out = int(sys.argv[1]), sys.argv[2]
    rng = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 7)
    sources = [Relation("raw", f"source_{at:03}", columns(rng, 20 + at % 41)) for at in range(60)]
    models, texts = [], []
    for at in range(count):
        draw = rng.random()
        shape, schema = (clean, "bronze") if at < 20 or draw < 0.3 else (joined, "silver") if draw < 0.6 else \
            (aggregated, "gold") if draw < 0.8 else (windowed, "gold")
        # Near neighbours, as projects have them: the last 400 models.
        made, reads, body = shape(rng, sources, models[-400:])
        model = Relation(schema, f"m{at:05}", made)
        models.append(model)
        texts.append((model, reads, body))

    def write(path, text):
        path = os.path.join(out, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)

    # --- lakesmith
    write("lakesmith/lakesmith.yml", "name: bench\nsolutions:\n  bench:\n    title: Generated\n    catalog: bench\n"
          "    schemas: {raw: raw, bronze: bronze, silver: silver, gold: gold}\n"
          "targets:\n  dev: {mode: development, default: true, host: https://workspace.test}\n")
    tables = [{"name": f"bench.raw.{s.name}", "columns": [{"name": n, "type": t} for n, t in s.columns]} for s in sources]
    write("lakesmith/sql/bench/sources.yml", json.dumps({"tables": tables}, indent=1))
    pipelines = {}
    for start in range(0, count, 500):
        files = [f"sql/bench/{m.schema}/{m.name}.sql" for m, _, _ in texts[start:start + 500]]
        pipelines[f"p{start:05}"] = {"name": f"p{start:05}", "catalog": "bench", "schema": "gold", "serverless": True, "sql": files}
    write("lakesmith/jobs/bench/pipelines.yml", json.dumps({"pipelines": pipelines}, indent=1))
    for model, reads, body in texts:
        names = ["{{ " + ("source" if r.schema == "raw" else "ref") + f"('{r.schema}.{r.name}') }}}}" for r in reads]
        write(f"lakesmith/sql/bench/{model.schema}/{model.name}.sql",
              "CREATE OR REFRESH MATERIALIZED VIEW {{ this }}\nCOMMENT 'Generated'\nAS " + body.format(*names) + ";\n")
    for at in range(100):
        shown = [rng.choice(models) for _ in range(5)]
        datasets, widgets = [], []
        for index, model in enumerate(shown):
            datasets.append({"name": f"d{index}", "displayName": f"Dataset {index}", "queryLines": [
                f"SELECT event_day, COUNT(*) AS events, MAX(id) AS top_id\n", f"FROM bench.{model.schema}.{model.name}\n",
                "WHERE event_day >= DATE'2024-01-01'\n", "GROUP BY event_day\n"]})
            for half in range(2):
                field = ("events", "top_id")[half]
                widgets.append({"widget": {"name": f"w{index}{half}", "queries": [{"name": "main_query", "query": {
                    "datasetName": f"d{index}", "disaggregated": False, "fields": [
                        {"name": "event_day", "expression": "`event_day`"},
                        {"name": f"sum({field})", "expression": f"SUM(`{field}`)"}]}}],
                    "spec": {"version": 3, "widgetType": "line", "encodings": {
                        "x": {"fieldName": "event_day", "scale": {"type": "temporal"}},
                        "y": {"fieldName": f"sum({field})", "scale": {"type": "quantitative"}}}}},
                    "position": {"x": half * 3, "y": index * 4, "width": 3, "height": 4}})
        write(f"lakesmith/dashboards/bench/d{at:03}.lvdash.json", json.dumps(
            {"datasets": datasets, "pages": [{"name": "p", "displayName": "Page", "layout": widgets}]}, indent=2) + "\n")

    # --- plain SQL for sqlglot, with the schemas of what each reads
    plain = []
    for model, reads, body in texts:
        names = [f"bench.{r.schema}.{r.name}" for r in reads]
        plain.append({"name": f"bench.{model.schema}.{model.name}", "sql": body.format(*names),
                      "reads": {f"{r.schema}.{r.name}": dict(r.columns) for r in reads}})
    write("plain.json", json.dumps(plain))

    # --- SQLMesh
    write("sqlmesh/config.yaml", "gateways:\n  local:\n    connection: {type: duckdb}\n"
          "default_gateway: local\nmodel_defaults: {dialect: databricks, start: 2024-01-01}\n")
    write("sqlmesh/external_models.yaml", "".join(
        f"- name: raw.{s.name}\n  columns:\n" + "".join(f"    {n}: {t}\n" for n, t in s.columns) for s in sources))
    for model, reads, body in texts:
        names = [f"{r.schema}.{r.name}" for r in reads]
        write(f"sqlmesh/models/{model.schema}/{model.name}.sql",
              f"MODEL (name {model.schema}.{model.name}, kind FULL);\n\n" + body.format(*names) + "\n")
    mean = sum(len(m.columns) for m in models) / max(len(models), 1)
    size = sum(len(body) for _, _, body in texts)
    print(f"{count} models, {mean:.1f} columns on average, {size / 1e6:.1f} MB of SQL, 100 dashboards")


main()
