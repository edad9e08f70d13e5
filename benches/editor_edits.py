#!/usr/bin/env python3
"""Times `lakesmith lsp` on a generated project: benches/editor_edits.py BINARY PROJECT [ROUNDS].

Types into the server as an editor does. Each kind of edit is made ROUNDS times, each time undone by another edit. Every
edit is followed by a hover in the same file once its findings are there. Prints the median and the worst of the time
from `textDocument/didChange` to the findings, without the quiet time that the server waits for the next key, and of the
time from the hover to its answer, which waits for facts of the text as it is. The edits give other findings than before,
so that they are published; the version says of which text.
"""

import json
import pathlib
import queue
import statistics
import subprocess
import sys
import threading
import time

QUIET = 100.0
"""Milliseconds, as in src/lsp/server.rs."""


class Editor:
    def __init__(self, binary: str, project: pathlib.Path) -> None:
        self.project = project.resolve()
        self.server = subprocess.Popen(
            [binary, "lsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=project)
        self.messages: queue.Queue = queue.Queue()
        threading.Thread(target=self.listen, daemon=True).start()
        self.number = 0
        self.versions: dict[str, int] = {}
        self.began = time.perf_counter()
        self.ask("initialize", {"processId": None, "rootUri": self.project.as_uri(), "capabilities": {}})
        self.tell("initialized", {})

    def listen(self) -> None:
        stdout = self.server.stdout
        while header := stdout.readline():
            length = int(header.split(b":")[1])
            stdout.readline()
            message = json.loads(stdout.read(length))
            self.messages.put((time.perf_counter(), message))

    def send(self, message: dict) -> float:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        sent = time.perf_counter()
        self.server.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.server.stdin.flush()
        return sent

    def tell(self, method: str, params: dict) -> float:
        return self.send({"method": method, "params": params})

    def until(self, wanted) -> tuple[float, dict]:
        while True:
            at, message = self.messages.get(timeout=120)
            if wanted(message):
                return at, message

    def ask(self, method: str, params: dict) -> tuple[float, dict]:
        """The answer, and the milliseconds until it came."""
        self.number += 1
        number = self.number
        sent = self.send({"id": number, "method": method, "params": params})
        at, message = self.until(lambda message: message.get("id") == number and "method" not in message)
        return (at - sent) * 1e3, message

    def open(self, file: pathlib.Path, text: str) -> None:
        self.versions[file.as_uri()] = 1
        document = {"uri": file.as_uri(), "languageId": "sql", "version": 1, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": document})

    def close(self, file: pathlib.Path) -> None:
        self.tell("textDocument/didClose", {"textDocument": {"uri": file.as_uri()}})

    def type(self, file: pathlib.Path, text: str) -> float:
        """Milliseconds until the findings of the file came, without the quiet time."""
        uri = file.as_uri()
        self.versions[uri] += 1
        version = self.versions[uri]
        document = {"uri": uri, "version": version}
        sent = self.tell("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": text}]})
        told = lambda message: (message.get("method") == "textDocument/publishDiagnostics"
                                and message["params"]["uri"] == uri and message["params"].get("version") == version)
        return (self.until(told)[0] - sent) * 1e3 - QUIET

    def hover(self, file: pathlib.Path, text: str, mark: str) -> float:
        before = text[:text.index(mark) + len(mark)]
        line, character = before.count("\n"), len(before) - before.rfind("\n") - 1
        params = {"textDocument": {"uri": file.as_uri()}, "position": {"line": line, "character": character}}
        elapsed, answer = self.ask("textDocument/hover", params)
        assert answer.get("result"), f"{file}: nothing is known behind {mark!r}: {answer}"
        return elapsed

    def memory(self) -> int:
        """The peak, in MiB; 0 where the system does not tell."""
        try:
            status = pathlib.Path(f"/proc/{self.server.pid}/status").read_text()
        except OSError:
            return 0
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) // 1024


def main() -> None:
    binary, project = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    layers = {layer: sorted((project / "sql/bench" / layer).glob("*.sql")) for layer in ("bronze", "silver", "gold")}
    dashboards = sorted((project / "dashboards/bench").iterdir())
    resources = [project / "jobs/bench/pipelines.yml"]
    kinds = [
        ("an unknown column in a query", layers["gold"], lambda text: text.replace("SELECT\n  ", "SELECT\n  nowhere,\n  ", 1)),
        ("a query that does not parse", layers["gold"], lambda text: text.replace("\nFROM ", "\nFROM FROM ", 1)),
        ("a column that others read is gone", layers["bronze"],
         lambda text: text.replace("SELECT\n  ", "SELECT\n  nowhere AS first_of_all,\n  ", 1)),
        ("a call of ref() that is not closed", layers["gold"], lambda text: text.replace("') }}", "'", 1)),
        ("a dashboard", dashboards, lambda text: text.replace("SUM(`events`)", "SUM(`evens`)", 1)),
        ("the settings of a pipeline", resources, lambda text: text.replace('"serverless": true', '"serverles": true', 1)),
    ]
    editor = Editor(binary, project)
    try:
        first = layers["gold"][0]
        editor.open(first, first.read_text())
        editor.hover(first, first.read_text(), "MATERIALIZED VIEW {{ th")
        print(f"{'from the start to the first hover':<40} {(time.perf_counter() - editor.began) * 1e3:>6.0f} ms")
        again = [editor.hover(first, first.read_text(), "MATERIALIZED VIEW {{ th") for _ in range(5)]
        print(f"{'a hover in a text that is known':<40} {statistics.median(again):>6.0f} ms")
        editor.close(first)
        print(f"{'edit':<40} {'findings':>21}   {'hover':>21}")
        for name, files, change in kinds:
            times, hovers = [], []
            for index in range(rounds):
                file = files[index * 7 % len(files)]
                right = file.read_text()
                wrong = change(right)
                assert wrong != right, f"{name}: {file} was not changed"
                editor.open(file, right)
                time.sleep(2.0)
                for text in (wrong, right):
                    # What a check leaves to be made for the next one is not part of either.
                    time.sleep(3.0)
                    times.append(editor.type(file, text))
                    if text is right and file.suffix == ".sql":
                        hovers.append(editor.hover(file, text, "MATERIALIZED VIEW {{ th"))
                editor.close(file)
            shown = lambda list: (f"{statistics.median(list):>6.0f} ms, {max(list):>6.0f} ms" if list else "").rjust(21)
            print(f"{name:<40} {shown(times)}   {shown(hovers)}", flush=True)
        print(f"{'peak memory':<40} {editor.memory():>6} MiB")
    finally:
        editor.server.kill()


main()
