"""A small Hugging Face Hub on this machine: datasets, models, uploads."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from loopback.server import Answer, Server

if TYPE_CHECKING:
    import datasets


@dataclass
class Repository:
    """The files of a dataset or model, all of one commit."""

    files: dict[str, bytes] = field(default_factory=dict)
    is_gated: bool = False
    is_private: bool = False

    @property
    def commit(self) -> str:
        digest = hashlib.sha1(usedforsecurity=False)
        for path in sorted(self.files):
            digest.update(path.encode() + self.files[path])
        return digest.hexdigest()


class SmallHub:
    """What the Hub's own libraries need of it, by the names that they use.

    Attributes
    ----------
    repositories : dict of str to Repository
        By ``"datasets/org/name"``, or ``"org/name"`` for a model.
    """

    def __init__(self) -> None:
        self.repositories: dict[str, Repository] = {}
        self._large: dict[str, bytes] = {}
        self.server = Server(self._answer)

    def add(self, name: str, files: dict[str, bytes], **about: bool) -> Repository:
        self.repositories[name] = Repository(files, **about)
        return self.repositories[name]

    def forget(self) -> None:
        """Remove all repositories and faults."""
        self.repositories.clear()
        self.server.requests.clear()
        self.server.n_bytes.clear()
        self.server.ranges.clear()
        self.server.fault = lambda path, times: None
        self.server.retry_after = "0"

    def _answer(self, request: BaseHTTPRequestHandler) -> Answer | None:
        path = unquote(urlsplit(request.path).path)
        for pattern, respond in _ROUTES:
            if found := re.fullmatch(pattern, path):
                return respond(self, request, *found.groups())
        return _error(404, "EntryNotFound") if path != "/" else Answer(b"a small hub")

    def _file(self, _request: BaseHTTPRequestHandler, name: str, _rev: str, path: str) -> Answer:
        repository, problem = self._find(name)
        if repository is None:
            return problem
        headers = {"X-Repo-Commit": repository.commit}
        if path not in repository.files:
            return _error(404, "EntryNotFound", headers)
        content = repository.files[path]
        etag = hashlib.sha256(content).hexdigest()
        return Answer(content, headers=headers | {"ETag": f'"{etag}"', "Accept-Ranges": "bytes"})

    def _about(
        self, _request: BaseHTTPRequestHandler, kind: str, name: str, _revision: str | None
    ) -> Answer:
        name = f"datasets/{name}" if kind == "datasets" else name
        repository, problem = self._find(name)
        if repository is None:
            return problem
        card = repository.files.get("README.md", b"").decode()
        terms = re.search(r"^license: (\S+)$", card, re.MULTILINE)
        return _json({
            "id": name.removeprefix("datasets/"),
            "sha": repository.commit,
            "private": False,
            "gated": False,
            "cardData": {"license": terms[1]} if terms else {},
            "siblings": [{"rfilename": path} for path in repository.files],
        })  # fmt: skip

    def _tree(
        self, request: BaseHTTPRequestHandler, kind: str, name: str, _revision: str, below: str
    ) -> Answer:
        repository, problem = self._find(f"datasets/{name}" if kind == "datasets" else name)
        if repository is None:
            return problem
        folder = f"{below.strip('/')}/" if below else ""
        is_deep = "recursive=true" in request.path.lower()
        entries: dict[str, dict[str, object]] = {}
        for path, content in repository.files.items():
            if not path.startswith(folder):
                continue
            first, slash, _ = path.removeprefix(folder).partition("/")
            if slash:
                entries[folder + first] = {
                    "type": "directory", "path": folder + first, "oid": "0" * 40, "size": 0,
                }  # fmt: skip
            if not slash or is_deep:
                oid = hashlib.sha1(content, usedforsecurity=False).hexdigest()
                entries[path] = {"type": "file", "path": path, "size": len(content), "oid": oid}
        if folder and not entries:
            return _error(404, "EntryNotFound")
        return _json(list(entries.values()))

    def _create(self, request: BaseHTTPRequestHandler) -> Answer:
        fields = json.loads(request.content)
        name = f"{fields.get('organization', 'me')}/{fields['name']}"
        key = f"datasets/{name}" if fields.get("type") == "dataset" else name
        is_private = fields.get("private") is True or fields.get("visibility") == "private"
        self.repositories.setdefault(key, Repository(is_private=is_private))
        return _json({"url": f"{self.server.address}/{key}", "id": name})

    def _preupload(self, request: BaseHTTPRequestHandler, *_: str) -> Answer:
        files = json.loads(request.content)["files"]
        return _json({
            "files": [
                {
                    "path": file["path"],
                    "uploadMode": "regular" if file["path"].endswith(".md") else "lfs",
                    "shouldIgnore": False,
                }
                for file in files
            ]
        })  # fmt: skip

    def _commit(
        self, request: BaseHTTPRequestHandler, kind: str, name: str, _revision: str
    ) -> Answer:
        repository = self.repositories[f"datasets/{name}" if kind == "datasets" else name]
        for line in request.content.splitlines():
            entry = json.loads(line)
            if entry["key"] == "file":
                value = entry["value"]
                repository.files[value["path"]] = base64.b64decode(value["content"])
            elif entry["key"] == "lfsFile":
                value = entry["value"]
                repository.files[value["path"]] = self._large[value["oid"]]
            elif entry["key"] == "deletedFile":
                repository.files.pop(entry["value"]["path"], None)
        return _json({
            "commitOid": repository.commit,
            "commitUrl": f"{self.server.address}/{kind}/{name}/commit/{repository.commit}",
        })  # fmt: skip

    def _large_files(self, request: BaseHTTPRequestHandler, _name: str) -> Answer:
        """Return where large files go, as git's large file storage does it."""
        objects = [
            each | {"actions": {"upload": {"href": f"{self.server.address}/lfs/{each['oid']}"}}}
            for each in json.loads(request.content)["objects"]
        ]
        return _json({"transfer": "basic", "objects": objects})

    def _large_file(self, request: BaseHTTPRequestHandler, oid: str) -> Answer:
        self._large[oid] = request.content
        return Answer()

    def _whoami(self, _request: BaseHTTPRequestHandler) -> Answer:
        return _json({"name": "me", "type": "user", "auth": {"accessToken": {"role": "write"}}})

    def _valid(self, _request: BaseHTTPRequestHandler) -> Answer:
        return _json({"errors": [], "warnings": []})

    def _find(self, name: str) -> tuple[Repository | None, Answer]:
        repository = self.repositories.get(name)
        if repository is None:
            return None, _error(404, "RepoNotFound")
        if repository.is_gated:
            return None, _error(403, "GatedRepo")
        return repository, Answer()


def parquet(table: datasets.Dataset, rows_a_group: int = 10) -> bytes:
    """Return a table as a parquet file, as in a dataset of the Hub."""
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(table.data.table, buffer, row_group_size=rows_a_group)
    return buffer.getvalue()


_NAME = r"([^/]+/[^/]+)"
_ROUTES: tuple[tuple[str, Callable[..., Answer]], ...] = (
    (r"/(datasets/[^/]+/[^/]+)/resolve/([^/]+)/(.+)", SmallHub._file),
    (rf"/{_NAME}/resolve/([^/]+)/(.+)", SmallHub._file),
    (rf"/api/(datasets|models)/{_NAME}(?:/revision/([^/]+))?", SmallHub._about),
    (rf"/api/(datasets|models)/{_NAME}/tree/([^/]+)(/.*)?", SmallHub._tree),
    (r"/api/repos/create", SmallHub._create),
    (rf"/api/(datasets|models)/{_NAME}/preupload/([^/]+)", SmallHub._preupload),
    (rf"/api/(datasets|models)/{_NAME}/commit/([^/]+)", SmallHub._commit),
    (r"/(.+)\.git/info/lfs/objects/batch", SmallHub._large_files),
    (r"/lfs/([0-9a-f]+)", SmallHub._large_file),
    (r"/api/whoami-v2", SmallHub._whoami),
    (r"/api/validate-yaml", SmallHub._valid),
)


def _error(status: int, code: str, headers: dict[str, str] | None = None) -> Answer:
    return Answer(b"", status, (headers or {}) | {"X-Error-Code": code})


def _json(value: object) -> Answer:
    return Answer(json.dumps(value).encode(), headers={"Content-Type": "application/json"})
