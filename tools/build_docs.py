"""Build the site of the docs: `build/docs/html/index.html`, which opens from a disk.

Sphinx reads one folder. So the pages of `docs/`, the notebooks and the changelog are gathered in
`build/docs/source`, with an Explorer that runs without a kernel. Notebooks are run while the site
is built; `--quick` leaves that out. Warnings are errors.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from stamp_address import Address

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build" / "docs"
# A link to a file of this repository.
LINK = re.compile(r"\]\((?!\w+:|#)([^)#]+)(#[^)]*)?\)")
# What the site shows as well, by where it is in the repository.
ELSEWHERE = {"README.md": "_readme.md", "CHANGELOG.md": "CHANGELOG.md"}


def main() -> int:
    """Gather the sources and build the site; return Sphinx's exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="do not run the notebooks")
    quick = parser.parse_args().quick
    source = BUILD / "source"
    gather(source)
    if not quick:
        save_explorer(source / "_static" / "explorer.html")
    mode = "off" if quick else "force"
    sphinx = [sys.executable, "-m", "sphinx", "-b", "html", "-W", "--keep-going", "-q"]
    options = ["-D", f"nb_execution_mode={mode}", "-d", str(BUILD / "doctrees")]
    built = subprocess.run(
        [*sphinx, *options, str(source), str(BUILD / "html")],
        env=os.environ | {"PYTHONPATH": str(ROOT), "JUPYTER_PLATFORM_DIRS": "1"},
        check=False,
    )
    if built.returncode == 0:
        print(f"The site is in {(BUILD / 'html' / 'index.html').relative_to(ROOT)}.")
    return built.returncode


def gather(source: Path) -> None:
    """Copy what the site is made of into one folder, with its links as they are there."""
    shutil.rmtree(source, ignore_errors=True)
    shutil.copytree(ROOT / "docs", source)
    (source / "_static").mkdir(exist_ok=True)
    (source / "notebooks").mkdir()
    pages = [*(ROOT / "docs").rglob("*.md"), *(ROOT / "notebooks").glob("*.ipynb")]
    pages += [ROOT / name for name in ELSEWHERE]
    address = Address.from_pyproject()
    for page in pages:
        copy = source / place_of(page)
        text = page.read_text(encoding="utf-8")
        copy.write_text(with_links(text, page, copy, source, address), encoding="utf-8")


def place_of(path: Path) -> Path:
    """Return where a file of the repository is among the sources of the site."""
    name = path.relative_to(ROOT).as_posix()
    return Path(ELSEWHERE.get(name, name.removeprefix("docs/")))


def with_links(text: str, page: Path, copy: Path, source: Path, address: Address) -> str:
    """Return a page with its links as the site has them; what it lacks is in the repository."""

    def linked(link: re.Match[str]) -> str:
        path, anchor = (page.parent / link[1]).resolve(), link[2] or ""
        if not path.exists():
            return link[0]
        target = source / place_of(path)
        is_page = path.is_relative_to(ROOT / "docs") or path.suffix == ".ipynb"
        if is_page or path.name == "CHANGELOG.md":
            return f"]({Path(os.path.relpath(target, copy.parent)).as_posix()}{anchor})"
        place = path.relative_to(ROOT).as_posix()
        return f"]({address.repository}/blob/{address.ref}/{place}{anchor})"

    return LINK.sub(linked, text)


def save_explorer(path: Path) -> None:
    """Save the page without a kernel that stands on the site's first page."""
    from cliplab import Explorer, fetch_pack

    pack = fetch_pack()
    Explorer(pack.images, pack.embeddings, pack.projection, pack.sweep).save_page(path)


if __name__ == "__main__":
    sys.exit(main())
