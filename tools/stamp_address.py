"""Write the project's public address wherever it is needed: badges, links, Colab's cell, the pack.

The address is in pyproject.toml, under [tool.cliplab.address], and nowhere else by hand. With
`--check` nothing is written, and files that are out of date make the script fail.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import nbformat

ROOT = Path(__file__).parents[1]
MARKERS = re.compile("<!-- badges -->.*?<!-- /badges -->", re.DOTALL)
INSTALL_TAG = "colab-install"
PACK_MODULE = ROOT / "cliplab" / "packs" / "address.py"


@dataclass(frozen=True)
class Address:
    """Where the project is published, and which tag of it is shown."""

    repository: str
    ref: str
    pack: str
    requirements: tuple[str, ...]

    @classmethod
    def from_pyproject(cls, path: Path = ROOT / "pyproject.toml") -> Address:
        """Read the address, and what Colab lacks of the requirements, those of CLIP included."""
        project = tomllib.loads(path.read_text(encoding="utf-8"))
        clip = project["project"]["optional-dependencies"]["clip"]
        requirements = [*project["project"]["dependencies"], *clip]
        lacking = [each for each in requirements if each.startswith(("jupyter_b", "open_clip"))]
        # Installed without its own dependencies, of which Colab has all but one.
        return cls(**project["tool"]["cliplab"]["address"], requirements=(*lacking, "ftfy"))

    @property
    def name(self) -> str:
        """Owner and name, as in ``owner/name``."""
        return self.repository.removeprefix("https://github.com/")

    def binder(self, notebook: str) -> str:
        """Return the link that opens a notebook on Binder."""
        path = quote(f"lab/tree/notebooks/{notebook}", safe="")
        return f"https://mybinder.org/v2/gh/{self.name}/{self.ref}?urlpath={path}"

    def colab(self, notebook: str) -> str:
        """Return the link that opens a notebook on Colab."""
        return (
            f"https://colab.research.google.com/github/{self.name}/blob/{self.ref}"
            f"/notebooks/{notebook}"
        )

    def install_cell(self) -> str:
        """Return the code that installs cliplab on Colab and does nothing elsewhere."""
        needed = " ".join(f'"{each}"' for each in self.requirements)
        return (
            "import sys\n\n"
            'if "google.colab" in sys.modules:\n'
            "    # Only what Colab lacks: --no-deps leaves its own torch and pyarrow alone.\n"
            f"    %pip install -q --no-deps {needed}\n"
            f"    %pip install -q --no-deps {self.repository}/archive/{self.ref}.zip"
        )


def main() -> int:
    """Stamp every file, or check them; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail if out of date")
    check = parser.parse_args().check
    address = Address.from_pyproject()
    notebooks = sorted((ROOT / "notebooks").glob("*.ipynb"))
    stamped = {path: written(stamp_notebook(_read(path), path.name, address)) for path in notebooks}
    stamped[ROOT / "README.md"] = stamp_readme(ROOT / "README.md", notebooks, address)
    stamped[PACK_MODULE] = stamp_pack(PACK_MODULE, address)
    old = [path for path, text in stamped.items() if path.read_text(encoding="utf-8") != text]
    for path in old:
        print(f"{path.relative_to(ROOT)}: {'out of date' if check else 'stamped'}")
        if not check:
            path.write_text(stamped[path], encoding="utf-8")
    if check and old:
        print("Run `make format`.")
    return int(check and bool(old))


def stamp_readme(path: Path, notebooks: list[Path], address: Address) -> str:
    """Return the README with a row of badges for each notebook between its markers."""
    rows = ["| Notebook | Binder | Colab |", "|---|---|---|"]
    for notebook in notebooks:
        binder = _badge(
            "Binder", "https://mybinder.org/badge_logo.svg", address.binder(notebook.name)
        )
        colab = _badge(
            "Open in Colab",
            "https://colab.research.google.com/assets/colab-badge.svg",
            address.colab(notebook.name),
        )
        rows.append(f"| [{_title(notebook)}](notebooks/{notebook.name}) | {binder} | {colab} |")
    text = path.read_text(encoding="utf-8")
    if not MARKERS.search(text):
        raise ValueError(f"{path.name} must have the lines {_marked('')!r} where badges belong.")
    return MARKERS.sub(lambda _: _marked("\n".join(rows)), text)


def stamp_pack(path: Path, address: Address) -> str:
    """Return the module that says where the published pack is."""
    text = path.read_text(encoding="utf-8")
    return re.sub('^PACK = ".*"$', f'PACK = "{address.pack}"', text, flags=re.MULTILINE)


def stamp_notebook(notebook: Any, name: str, address: Address) -> Any:
    """Return a notebook with its links under the title, and Colab's cell after that."""
    first = notebook.cells[0]
    # Text and not badges: without a network, a lesson would show broken images.
    links = _marked(
        f"Open this notebook on [Binder]({address.binder(name)}) or [Colab]({address.colab(name)})."
    )
    if MARKERS.search(first.source):
        first.source = MARKERS.sub(lambda _: links, first.source)
    else:
        title, _, rest = first.source.partition("\n")
        first.source = f"{title}\n\n{links}\n{rest}"
    cells = [cell for cell in notebook.cells if INSTALL_TAG not in cell.metadata.get("tags", ())]
    install = nbformat.v4.new_code_cell(address.install_cell(), id=INSTALL_TAG)
    install.metadata["tags"] = [INSTALL_TAG]
    notebook.cells = [first, install, *cells[1:]]
    return notebook


def written(notebook: Any) -> str:
    """Return the text of a notebook's file."""
    return str(nbformat.writes(notebook)).rstrip() + "\n"


def _read(path: Path) -> Any:
    return nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)


def _title(path: Path) -> str:
    """Return the heading of the notebook's first cell."""
    heading: str = _read(path).cells[0].source.splitlines()[0]
    return heading.removeprefix("# ")


def _badge(words: str, image: str, link: str) -> str:
    return f"[![{words}]({image})]({link})"


def _marked(text: str) -> str:
    # On lines of their own: what follows a comment on its line is not read as Markdown.
    return f"<!-- badges -->\n{text}\n<!-- /badges -->"


if __name__ == "__main__":
    sys.exit(main())
