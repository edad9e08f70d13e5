"""The points of benches/kill."""
import argparse, concurrent.futures, json, os, shutil, sys, tempfile, time

sys.path.insert(0, os.path.dirname(__file__))
from served import Served, checkout, ended

DEPLOY = ("deploy", "-t", "dev", "--yes")
PLAN = ("plan", "-t", "dev", "--detailed-exitcode")


def undisturbed(args):
    """What one deployment makes, and how many requests it sends."""
    with tempfile.TemporaryDirectory(prefix="lakesmith-kill-") as folder:
        served = Served(args.binary, folder)
        try:
            code, output = ended(served.machine(checkout(args.project, f"{folder}/quiet"), "quiet")(*DEPLOY))
            if code != 0:
                sys.exit(f"the undisturbed deployment failed ({code}):\n{output}")
            requests = len(served.requests())
            return requests, served.inventory()
        finally:
            served.close()


def differences(wanted, found):
    for kind in wanted:
        for name in sorted(set(wanted[kind]) | set(found[kind])):
            before, after = wanted[kind].count(name), found[kind].count(name)
            # A lease or a state that a later one has replaced is nobody's resource; an entry of the journal is unfinished.
            if before != after and (kind != "memory" or "/journal/" in name):
                yield f"{kind}: {name}: {after} instead of {before}"


def point(args, wanted, at, side):
    """Nothing if the deployment was completed; else what went wrong. `None` if it ended before that request."""
    folder = tempfile.mkdtemp(prefix=f"lakesmith-kill-{at}-{side}-")
    served = Served(args.binary, folder)
    keep = False
    try:
        served.call("POST", "/_lakesmith/faults", {"path": "/api/*", "skip": at, "hold": side})
        child = served.machine(checkout(args.project, f"{folder}/lost"), "lost")(*DEPLOY)
        began = time.monotonic()
        while not (held := served.call("GET", "/_lakesmith/faults")["held"]):
            if child.poll() is not None:
                return None
            if time.monotonic() - began > 300:
                child.kill()
                return f"request {at} never came"
            time.sleep(0.005)
        child.kill()
        child.communicate()
        # The server sees that its client has gone; what it works on comes to its end.
        while served.call("GET", "/_lakesmith/faults")["holding"] > 0:
            time.sleep(0.005)
        served.call("DELETE", "/_lakesmith/faults")
        next_one = served.machine(checkout(args.project, f"{folder}/next"), "next", later=True)
        before = len(served.requests())
        code, output = ended(next_one(*DEPLOY))
        problems = [] if code == 0 else [f"deploy: exit code {code}\n{output}"]
        if code == 0:
            problems += differences(wanted, served.inventory())
            code, output = ended(next_one(*PLAN))
            problems += [] if code == 0 else [f"second plan: exit code {code}\n{output}"]
        if problems:
            keep = args.keep
            last = [f"{line['method']} {line['path']} {line['status']}" for line in served.requests()[:before][-4:]]
            where = [f"killed {side} {held[0]}", "answered last before:", *last]
            return "\n".join([*where, *problems, *([f"kept: {folder}"] if keep else [])])
        return ""
    finally:
        served.close()
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("project")
    parser.add_argument("--binary", required=True)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--from", dest="first", type=int, default=0)
    parser.add_argument("--to", type=int)
    parser.add_argument("--side", choices=("before", "after", "both"), default="both")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--keep", action="store_true", help="keep the folders of points that fail")
    args = parser.parse_args()
    args.binary = os.path.abspath(args.binary)
    requests, wanted = undisturbed(args)
    # A later run may send some requests more: the run goes on until a deployment ends before its request.
    to = args.to if args.to is not None else requests + 50
    sides = ("before", "after") if args.side == "both" else (args.side,)
    points = [(at, side) for at in range(args.first, to, args.every) for side in sides]
    print(f"an undisturbed deployment sends n = {requests} requests and makes "
          + ", ".join(f"{len(names)} {kind}" for kind, names in wanted.items()), flush=True)
    began, tried, failures = time.monotonic(), 0, 0
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for (at, side), outcome in zip(points, pool.map(lambda one: point(args, wanted, *one), points)):
            if outcome is None:
                continue
            tried += 1
            if outcome:
                failures += 1
                print(f"FAILED {side} request {at}:\n  " + outcome.replace("\n", "\n  "), flush=True)
    seconds = time.monotonic() - began
    print(f"{tried} points (every {args.every}, {args.side}), {failures} failed, {seconds:.0f} s")
    sys.exit(1 if failures else 0)


main()
