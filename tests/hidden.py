"""Python as where some packages are not installed, for another process."""

from __future__ import annotations

import inspect


def hide(names: list[str]) -> None:
    """Let no import and no `find_spec` find packages, whoever asks, before any is imported."""
    import sys
    from importlib.machinery import PathFinder

    class Finder(PathFinder):
        @classmethod
        def find_spec(cls, fullname, path=None, target=None):
            hidden = fullname.partition(".")[0] in names
            return None if hidden else PathFinder.find_spec(fullname, path, target)

    sys.meta_path = [Finder if each is PathFinder else each for each in sys.meta_path]


def hiding(names: list[str] | tuple[str, ...]) -> str:
    """Return code that hides packages, to be run first."""
    return f"{inspect.getsource(hide)}\nhide({list(names)!r})\n"
