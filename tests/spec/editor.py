"""An editor without a screen: opens a spec in a YAML language server and asks for what an editor shows."""

import json
import os
import shutil
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

PATIENCE = 120
"""Seconds after which a language server that hangs is ended."""


def server() -> list[str] | None:
    """The command that starts the YAML language server, or None where it is not installed."""
    found = os.environ.get("YAML_LANGUAGE_SERVER") or shutil.which("yaml-language-server")
    return [found, "--stdio"] if found and shutil.which("node") else None


class Editor:
    """A language client over stdio; `schema` is the file by which specs are checked that name none themselves."""

    def __init__(self, command: list[str], schema: Path) -> None:
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.watch = threading.Timer(PATIENCE, self.process.kill)
        self.watch.start()
        self.settings = {"schemas": {schema.as_uri(): "*.yaml"}, "validate": True, "hover": True, "completion": True}
        self.settings |= {"schemaStore": {"enable": False}}
        self.sent = 0
        self.found: dict[str, list[dict[str, Any]]] = {}
        self.ask("initialize", {"processId": os.getpid(), "rootUri": None, "capabilities": _CAPABILITIES})
        self.tell("initialized", {})
        self.tell("workspace/didChangeConfiguration", {"settings": {"yaml": self.settings}})
        while "layers" not in self.completions("lay|"):  # what it is asked before it has read the schema it answers without
            time.sleep(0.05)

    def __enter__(self) -> "Editor":
        return self

    def __exit__(self, *_: object) -> None:
        self.watch.cancel()
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            assert stream is not None
            stream.close()

    def tell(self, method: str, params: Any, **rest: Any) -> None:
        body = json.dumps({"jsonrpc": "2.0", "method": method, "params": params, **rest}).encode()
        self.write(body)

    def write(self, body: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self.process.stdin.flush()

    def ask(self, method: str, params: Any) -> Any:
        self.sent += 1
        self.tell(method, params, id=self.sent)
        while (answer := self.next()).get("id") != self.sent or "method" in answer:
            pass
        return answer.get("result")

    def next(self) -> dict[str, Any]:
        """The next message of the server; its questions are answered, its diagnostics kept."""
        assert self.process.stdout is not None
        length = 0
        while header := self.process.stdout.readline().strip():
            name, _, value = header.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        if not length:
            raise EOFError("the language server has left")
        message: dict[str, Any] = json.loads(self.process.stdout.read(length))
        if message.get("method") == "textDocument/publishDiagnostics":
            self.found[message["params"]["uri"]] = message["params"]["diagnostics"]
        elif "method" in message and "id" in message:
            asks = message["params"].get("items", []) if isinstance(message["params"], dict) else []
            wanted = {"yaml": self.settings, "http": {}, "[yaml]": {}, "editor": {}, "files": {}}
            answer = [wanted.get(item.get("section")) for item in asks] if "configuration" in message["method"] else None
            self.write(json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": answer}).encode())
        return message

    def open(self, text: str) -> tuple[str, dict[str, int]]:
        """Open a text with the cursor at `|`; its address and the cursor's position."""
        self.sent += 1
        uri = f"file:///spec-{self.sent}.yaml"
        before, _, after = text.partition("|")
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": before + after}
        self.tell("textDocument/didOpen", {"textDocument": document})
        line = before.count("\n")
        return uri, {"line": line, "character": len(before) - before.rfind("\n") - 1}

    def completions(self, text: str) -> list[str]:
        """What is proposed at the cursor."""
        uri, position = self.open(text)
        found = self.ask("textDocument/completion", {"textDocument": {"uri": uri}, "position": position})
        return [item["label"] for item in (found["items"] if isinstance(found, dict) else found or [])]

    def hover(self, text: str) -> str:
        """What is shown of the word under the cursor."""
        uri, position = self.open(text)
        found = self.ask("textDocument/hover", {"textDocument": {"uri": uri}, "position": position})
        return str(found["contents"]["value"]) if found else ""

    def diagnostics(self, text: str) -> list[tuple[int, str]]:
        """What is marked as wrong: lines, counted from 1, and sentences."""
        uri, _ = self.open(text)
        while uri not in self.found:
            self.next()
        return [(item["range"]["start"]["line"] + 1, item["message"]) for item in self.found[uri]]


_CAPABILITIES = {
    "workspace": {"configuration": True, "didChangeConfiguration": {"dynamicRegistration": True}},
    "textDocument": {
        "completion": {"completionItem": {"snippetSupport": True, "documentationFormat": ["markdown"]}},
        "hover": {"contentFormat": ["markdown"]},
        "publishDiagnostics": {},
    },
}
