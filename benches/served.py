"""A served workspace for the benches, and the machines that deploy to it. Needs nothing but Python."""
import datetime, json, os, re, shutil, subprocess, tempfile, time, urllib.error, urllib.parse, urllib.request

CONTENT = ("lakesmith.yml", "sql", "jobs", "dashboards", "genie")


class Served:
    """`lakesmith local serve` on a data folder of its own; stopped by `close`."""

    def __init__(self, binary, folder, *arguments):
        self.binary, self.folder = binary, folder
        self.data = os.path.join(folder, "data")
        self.home = os.path.join(folder, "home")
        os.makedirs(self.home, exist_ok=True)
        command = [binary, "local", "serve", "--data", self.data, *arguments]
        self.process = subprocess.Popen(
            command, cwd=folder, env=self.environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        said = dict(self.process.stdout.readline().strip().split("=", 1) for _ in range(2))
        self.host, self.token = said["DATABRICKS_HOST"], said["DATABRICKS_TOKEN"]

    def environment(self):
        return {"HOME": self.home, "PATH": "/usr/bin:/bin", "LD_LIBRARY_PATH": os.environ.get("LD_LIBRARY_PATH", "")}

    def close(self):
        self.process.kill()
        self.process.wait()

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(self.host + path, data=data, headers=headers, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=60) as answer:
            return json.loads(answer.read() or b"{}")

    def machine(self, checkout, name, later=False):
        """The environment of another machine with this host name; `later`: in whose eyes it is an hour later."""
        environment = {**self.environment(), "DATABRICKS_HOST": self.host, "DATABRICKS_TOKEN": self.token}
        environment["LAKESMITH_TEST_HOST"] = name
        if later:
            now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
            environment["LAKESMITH_TEST_NOW"] = now.isoformat()
        return lambda *arguments: subprocess.Popen(
            [self.binary, "-C", checkout, *arguments, "--no-progress"],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def pages(self, path, field):
        found, token = [], ""
        while True:
            more = "&" if "?" in path else "?"
            page = self.call("GET", path + (f"{more}page_token={urllib.parse.quote(token)}" if token else ""))
            found += page.get(field, [])
            token = page.get("next_page_token", "")
            if not token:
                return found

    def tree(self, folder="/"):
        """Every object of the workspace below the folder."""
        listed = self.call("GET", f"/api/2.0/workspace/list?path={urllib.parse.quote(folder)}")
        for item in listed.get("objects", []):
            yield f"{item['object_type']} {item['path']}"
            if item["object_type"] == "DIRECTORY":
                yield from self.tree(item["path"])

    def inventory(self):
        """Everything that the workspace lists, by kind: a name each, sorted, so that what is there twice is seen."""
        catalog = "/api/2.1/unity-catalog"
        own = [c["name"] for c in self.pages(f"{catalog}/catalogs", "catalogs") if c["name"] not in ("system", "samples")]
        found = {"catalogs": own, "schemas": [], "tables": [], "volumes": [], "functions": []}
        for name in own:
            for schema in self.pages(f"{catalog}/schemas?catalog_name={name}", "schemas"):
                if schema["name"] == "information_schema":
                    continue
                found["schemas"].append(schema["full_name"])
                for kind in ("tables", "volumes", "functions"):
                    path = f"{catalog}/{kind}?catalog_name={name}&schema_name={schema['name']}"
                    found[kind] += [item["full_name"] for item in self.pages(path, kind)]
        found["jobs"] = [job["settings"]["name"] for job in self.pages("/api/2.2/jobs/list?limit=100", "jobs")]
        for kind, path, field, name in (
            ("pipelines", "/api/2.0/pipelines?max_results=100", "statuses", "name"),
            ("dashboards", "/api/2.0/lakeview/dashboards?page_size=100", "dashboards", "display_name"),
            ("genie spaces", "/api/2.0/genie/spaces?page_size=100", "spaces", "title"),
            ("alerts", "/api/2.0/alerts?page_size=100", "alerts", "display_name"),
        ):
            found[kind] = [item[name] for item in self.pages(path, field)]
        tree = list(self.tree())
        found["workspace"] = [line for line in tree if not remembers(line)]
        # Their numbers tell how many runs there were.
        found["memory"] = [re.sub(r"[0-9]{10}", "#", line) for line in tree if remembers(line)]
        return {kind: sorted(names) for kind, names in found.items()}

    def requests(self):
        with open(os.path.join(self.data, "requests.jsonl")) as log:
            lines = [json.loads(line) for line in log]
        return [line for line in lines if line["path"].startswith("/api/")]


def remembers(line):
    """State, lease, journal, releases and history."""
    return re.search(r"/\.lakesmith/[^/]+/[^/]+/[^/]+/(state\.|lock|journal|releases|history)", line) is not None


def checkout(source, target):
    """What belongs into a repository, in a folder of its own; the workspace is told by the environment."""
    os.makedirs(target)
    for part in CONTENT:
        path = os.path.join(source, part)
        if os.path.isdir(path):
            shutil.copytree(path, os.path.join(target, part))
        elif os.path.exists(path):
            shutil.copy2(path, target)
    manifest = os.path.join(target, "lakesmith.yml")
    with open(manifest) as file:
        text = file.read()
    with open(manifest, "w") as file:
        file.write("".join(line for line in text.splitlines(True) if line.strip() != "profile: DEV"))
    return target


def ended(process, limit=600):
    """Exit code and output."""
    output, _ = process.communicate(timeout=limit)
    return process.returncode, output
