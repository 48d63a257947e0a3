"""What the extras of this package bring, and how to install one that is missing."""

from __future__ import annotations

import importlib.util

# The modules that code asks for, by the extra of pyproject.toml that brings them.
EXTRAS = {
    "clip": ("torch", "torchvision", "open_clip"),
    "fast": ("numba",),
    "lab": ("ipykernel", "jupyterlab"),
    "large": ("openTSNE",),
    "ray": ("ray",),
    "umap": ("umap",),
}


def has_extra(extra: str) -> bool:
    """Return whether all modules of an extra are installed; none is imported for it."""
    return not missing_of(extra)


def missing_of(extra: str) -> list[str]:
    """Return the modules of an extra that are not installed."""
    return [name for name in EXTRAS[extra] if importlib.util.find_spec(name) is None]


def pip_line(*extras: str) -> str:
    """Return the command that installs extras.

    Examples
    --------
    >>> pip_line("clip")
    'pip install "cliplab[clip]"'
    """
    return f'pip install "cliplab[{",".join(extras)}]"'


def require_extra(extra: str, work: str, otherwise: str = "") -> None:
    """Refuse work whose modules are not installed, with the command that brings them.

    Parameters
    ----------
    extra : str
        A key of `EXTRAS`.
    work : str
        What cannot be done, as the beginning of the sentence.
    otherwise : str, optional
        What can be done without it, as the end of the sentence.

    Raises
    ------
    ImportError
        If one is missing.
    """
    if missing := missing_of(extra):
        names = " and ".join([", ".join(missing[:-1]), missing[-1]] if missing[1:] else missing)
        or_else = f", or {otherwise}" if otherwise else ""
        raise ImportError(f"{work} needs {names}: {pip_line(extra)}{or_else}.")
