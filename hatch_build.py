"""What the package index and the wheel get: a README with absolute links, and the lessons."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

# A link to a file of this repository.
LINK = re.compile(r"\]\((?!\w+:|#)([^)]+)\)")


class PublicAddress(MetadataHookInterface):
    """Takes the public address, [tool.cliplab.address], into the README and the project's links."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Fill in what pyproject.toml calls dynamic."""
        project = tomllib.loads((Path(self.root) / "pyproject.toml").read_text(encoding="utf-8"))
        address = project["tool"]["cliplab"]["address"]
        repository, files = address["repository"], f"{address['repository']}/blob/{address['ref']}"
        metadata["urls"] = {
            "Homepage": repository,
            "Documentation": f"{files}/docs/index.md",
            "Changelog": f"{files}/CHANGELOG.md",
            "Issues": f"{repository}/issues",
        }
        text = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        metadata["readme"] = {"content-type": "text/markdown", "text": absolute(text, files)}


def absolute(text: str, files: str) -> str:
    """Return Markdown whose links to files of the repository work anywhere."""

    def linked(link: re.Match[str]) -> str:
        place = files.replace("/blob/", "/raw/") if link[1].endswith((".png", ".svg")) else files
        return f"]({place}/{link[1]})"

    return LINK.sub(linked, text)


class Lessons(BuildHookInterface[Any]):
    """Puts the notebooks into the wheel; an editable installation finds them in its clone."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name the files of the wheel that lie elsewhere in the repository."""
        if version != "editable":
            for path in (Path(self.root) / "notebooks").glob("*.ipynb"):
                build_data["force_include"][str(path)] = f"cliplab/notebooks/{path.name}"
