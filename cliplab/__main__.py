"""What one does first, from a shell: ``python -m cliplab doctor``, ``lab`` or ``pack``."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import cliplab
from cliplab._core.cache import write_whole
from cliplab._core.extras import require_extra

_PACKAGE = Path(__file__).parent
_FIRST_LESSON = "00_explore.ipynb"


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what a command line asks for; return the exit status."""
    what, *_ = str(cliplab.__doc__).splitlines()
    parser = argparse.ArgumentParser("python -m cliplab", description=what)
    parser.add_argument("--version", action="version", version=f"cliplab {cliplab.__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("doctor", help="say what works on this machine, and what to do")
    lab = commands.add_parser("lab", help="copy the lessons into a folder and open JupyterLab")
    lab.add_argument("folder", nargs="?", default="cliplab-lessons", type=Path)
    lab.add_argument("options", nargs="*", help="options of jupyter lab, after --")
    pack = commands.add_parser("pack", help="say what is in a pack, or make one of photographs")
    pack.add_argument("folder", type=Path)
    pack.add_argument("--of", metavar="IMAGES", type=Path, help="make it of a folder of images")
    given = parser.parse_args(arguments)
    try:
        if given.command == "doctor":
            return doctor()
        if given.command == "lab":
            return open_lab(given.folder, given.options)
        return show_pack(given.folder) if given.of is None else make_pack(given.folder, given.of)
    except (ImportError, OSError, TypeError, ValueError) as error:
        print(f"cliplab: {error}", file=sys.stderr)
        return 1


def doctor() -> int:
    """Print what works; return 1 where a lesson cannot run."""
    diagnosis = cliplab.doctor()
    print(diagnosis)
    return int(not diagnosis.is_well)


def open_lab(folder: Path, options: Sequence[str]) -> int:
    """Copy the lessons that are not in a folder yet, and open the first in JupyterLab."""
    require_extra("lab", "Opening the lessons")
    for lesson in lessons():
        if not (folder / lesson.name).exists():  # What a learner has written stays.
            write_whole(folder / lesson.name, lesson.read_bytes())
    command = [sys.executable, "-m", "jupyterlab", str(folder / _FIRST_LESSON), *options]
    return subprocess.run(command, check=False).returncode


def lessons() -> list[Path]:
    """Return the notebooks: those of the wheel, or those of the clone that this runs in."""
    places = (_PACKAGE / "notebooks", _PACKAGE.parent / "notebooks")
    found = next((place for place in places if (place / _FIRST_LESSON).exists()), None)
    if found is None:
        raise FileNotFoundError("The lessons are not beside this package. Install its wheel.")
    return sorted(found.glob("*.ipynb"))


def show_pack(folder: Path) -> int:
    """Check a pack, and print what is in it."""
    pack = cliplab.load_pack(folder)
    for each in (pack, pack.images, pack.embeddings, *pack.projections, *pack.sweeps):
        print(each)
    return 0


def make_pack(folder: Path, of: Path) -> int:
    """Encode, project and cluster a folder of photographs, and save all of it as a pack."""
    images = cliplab.load_folder(of)
    embeddings = cliplab.ClipEncoder().encode_images(images)
    projection, sweep = cliplab.project(embeddings), cliplab.sweep_clusters(embeddings)
    cliplab.save_pack(folder, images, embeddings, projection, sweep, title=of.name)
    return show_pack(folder)


if __name__ == "__main__":
    sys.exit(main())
