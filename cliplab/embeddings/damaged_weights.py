"""What is wrong with a file of weights, in a sentence."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cliplab._core.device import is_out_of_memory

# open_clip's message lists the names of all weights.
_MAX_MESSAGE = 200


class DamagedWeightsError(ValueError):
    """A file of weights cannot be read at all: it is torn, or something else."""


@contextmanager
def bad_file_errors(model: str, pretrained: str | None) -> Iterator[None]:
    """Report a damaged file, or one of another model, in a sentence.

    The libraries list all names of weights, or advise to run what is in the file.

    Parameters
    ----------
    model : str
        The model.
    pretrained : str or None
        A file, or the name of weights.

    Raises
    ------
    DamagedWeightsError
        If a file is torn, or no weights.
    ValueError
        If it has the weights of another model.
    """
    try:
        yield
    except Exception as error:
        # An error of the system or of the network is another matter; torch calls a cut file so too.
        is_of_system = isinstance(error, OSError) and error.errno != errno.EINVAL
        if is_of_system or isinstance(error, ImportError | MemoryError) or is_out_of_memory(error):
            raise
        file = Path(str(pretrained))
        is_file = pretrained is not None and file.is_file()
        flaw = _flaw_of_file(file) if is_file else ""
        reason = flaw or _other_model(error) or "it is torn, or no file of weights"
        kind = ValueError if not flaw and _other_model(error) else DamagedWeightsError
        message = (
            f"`pretrained` must be an undamaged file with weights of {model}. Got {pretrained!r}"
            if is_file
            else f"`model` must have undamaged weights that fit it. Got {model!r}"
        )
        # Not from the error, whose advice would be read with it.
        raise kind(f"{message} instead: {reason}.") from None


def _flaw_of_file(file: Path) -> str:
    """Return what a file is that holds no weights; "" for one that may hold some."""
    with file.open("rb") as opened:
        start = opened.read(1000).lstrip()
    if not start:
        return "it is empty"
    if start.startswith(b"<"):
        return "it is a web page, perhaps the login page of a network"
    return "" if start.strip(b"\0") else "it has nothing but zeros at its beginning"


def _other_model(error: Exception) -> str:
    """Return how whole weights differ from those of the model; "" where they are not whole."""
    said = str(error)
    if "weights_only" in said or "pickle" in said:
        return "it holds more than weights, and cliplab runs no program that comes with a file"
    # The first of several lines is a heading.
    return said.splitlines()[:2][-1].strip()[:_MAX_MESSAGE] if "state_dict" in said else ""
