"""The project and the figures of benches/deploy.

The ideal is the time that the needed requests take if nothing else did: needed requests / concurrency * latency. Needed
are, for a deployment, 10 requests for who, where, state and lease, of which a plan has 5; for a plan, one read for whatever has no list that
shows it whole (dashboards, their published copies, the grants on catalogs and schemas) and the pages of the lists of the
other kinds; for what is made or changed, one request each, and two for a dashboard (its draft, its publication). The concurrency is what
`--parallel` says, else the 32 that the client allows itself.
"""
import argparse, collections, datetime, json, math, os, re, sys, tempfile, time

sys.path.insert(0, os.path.dirname(__file__))
from served import Served, ended

TARGET = ("-t", "dev")


def board(number):
    field = {"name": "n", "expression": "`n`"}
    query = {"name": "main_query", "query": {"datasetName": "d", "fields": [field], "disaggregated": True}}
    spec = {"version": 1, "widgetType": "table", "encodings": {"columns": [{"fieldName": "n"}]}}
    widget = {"widget": {"name": "w", "queries": [query], "spec": spec}, "position": {"x": 0, "y": 0, "width": 6, "height": 6}}
    dataset = {"name": "d", "displayName": "D", "queryLines": [f"SELECT {number} AS n"]}
    return {"datasets": [dataset], "pages": [{"name": "p", "displayName": "P", "layout": [widget]}]}


def project(folder, resources):
    """Of every ten resources: two schemas, three volumes, four jobs, one dashboard."""
    counts = {"schema": resources // 5, "volume": resources * 3 // 10, "dashboard": resources // 10}
    counts["job"] = resources - 1 - sum(counts.values())
    os.makedirs(f"{folder}/jobs")
    os.makedirs(f"{folder}/dashboards")
    with open(f"{folder}/lakesmith.yml", "w") as file:
        file.write("name: bench\nsolutions:\n  bench: { title: Bench, catalog: bench, schemas: { s0: s0 } }\n"
                   "targets:\n  dev: { mode: development, default: true }\n")
    lines = ["catalogs:\n  main: { name: \"{{ catalog }}\" }\nschemas:\n"]
    lines += [f"  s{n}: {{ catalog_name: \"{{{{ catalog }}}}\", name: s{n} }}\n" for n in range(counts["schema"])]
    lines += ["volumes:\n"]
    lines += [
        f"  v{n}: {{ catalog_name: \"{{{{ catalog }}}}\", schema_name: s{n % counts['schema']}, name: v{n}, volume_type: MANAGED }}\n"
        for n in range(counts["volume"])]
    lines += ["jobs:\n"]
    for n in range(counts["job"]):
        lines.append(f"  j{n}:\n    name: Job {n}\n    max_concurrent_runs: 1\n    tasks:\n      - task_key: only\n"
                     f"        notebook_task: {{ notebook_path: /Workspace/Shared/nothing, source: WORKSPACE }}\n")
    lines += ["dashboards:\n"]
    for n in range(counts["dashboard"]):
        lines.append(f"  d{n}:\n    display_name: Board {n}\n    file: dashboards/d{n}.lvdash.json\n")
        with open(f"{folder}/dashboards/d{n}.lvdash.json", "w") as file:
            json.dump(board(n), file)
    with open(f"{folder}/jobs/all.yml", "w") as file:
        file.writelines(lines)
    return {"catalog": 1, **counts}


def kind(line):
    path = line["path"].split("?")[0]
    path = re.sub(r"/(?:\d{5,}|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32})(?=/|$)", "/{id}", path)
    path = re.sub(r"(/unity-catalog/(?:permissions/)?[a-z_]+)/[^/]+$", r"\1/{name}", path)
    return f"{line['method']} {path}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--resources", type=int, default=1000)
    parser.add_argument("--latency", type=int, default=20)
    parser.add_argument("--parallel", type=int, help="at most so many requests at once")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lakesmith-deploy-") as folder:
        counts = project(f"{folder}/project", args.resources)
        with open(f"{folder}/faults.json", "w") as file:
            json.dump([{"path": "/api/*", "latency_ms": args.latency, "times": 4294967295}], file)
        served = Served(os.path.abspath(args.binary), folder, "--faults", f"{folder}/faults.json")
        try:
            measure(args, served, f"{folder}/project", counts)
        finally:
            served.close()


def measure(args, served, folder, counts):
    machine = served.machine(folder, "bench")
    whole = 2 * counts["dashboard"] + counts["catalog"] + counts["schema"]
    # One list for all jobs and catalogs (pages of 100), one for the schemas, one a schema for its volumes.
    lists = math.ceil(counts["job"] / 100) + 1 + math.ceil(counts["schema"] / 100) + counts["schema"]
    listed = min(lists, counts["job"] + 1 + counts["schema"] + counts["volume"])
    reads = whole + listed
    writes = sum(counts.values()) + counts["dashboard"]
    print(f"{sum(counts.values())} resources: " + ", ".join(f"{n} {name}s" for name, n in counts.items())
          + f"; every request {args.latency} ms late; {os.cpu_count()} cores")

    parallel = ("--parallel", str(args.parallel)) if args.parallel else ()

    def run(name, needed, expected, *arguments):
        before = len(served.requests())
        began = time.perf_counter()
        code, output = ended(machine(*arguments))
        seconds = time.perf_counter() - began
        if code != expected:
            sys.exit(f"{name}: exit code {code}\n{output[-4000:]}")
        lines = served.requests()[before:]
        concurrency = args.parallel or 32
        ideal = needed / concurrency * args.latency / 1000
        print(f"\n{name}: {seconds:.2f} s; {len(lines)} requests, {needed} needed, {concurrency} at once: "
              f"ideal {ideal:.2f} s, {seconds / ideal:.2f} times the ideal")
        for what, number in collections.Counter(map(kind, lines)).most_common():
            print(f"  {number:>6}  {what}")

    # Of a first deployment nothing is there to be read.
    run("first deployment", 10 + writes, 0, "deploy", *TARGET, "--yes", *parallel)
    run("plan without changes", 5 + reads, 0, "plan", *TARGET, "--detailed-exitcode", *parallel)
    with open(f"{folder}/jobs/all.yml") as file:
        text = file.read()
    with open(f"{folder}/jobs/all.yml", "w") as file:
        file.write(text.replace("    name: Job 7\n    max_concurrent_runs: 1\n", "    name: Job 7\n    max_concurrent_runs: 2\n"))
    run("deployment of one change", 10 + reads + 1, 0, "deploy", *TARGET, "--yes", *parallel)
    run("plan after it", 5 + reads, 0, "plan", *TARGET, "--detailed-exitcode", *parallel)


main()
