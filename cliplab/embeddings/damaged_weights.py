"""What is wrong with a file of weights, in a sentence."""

from __future__ import annotations

import errno
import pickle
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cliplab._core.device import is_out_of_memory
from cliplab._core.validation import wrong_value
from cliplab.embeddings.weights import downloaded_files

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
        If it has the weights of another model, or open_clip cannot build the model for a reason of
        its own; that is the cause.

    Notes
    -----
    Only what the file shows, or its reader says, makes it damaged: downloaded files are deleted
    then. Errors of the network, of the disk and of memory pass as they are.
    """
    try:
        yield
    except Exception as error:
        # Other errors, as of the network or of libraries that do not fit, say nothing of a file.
        is_torn = _is_of_torn_file(error)
        is_of_system = isinstance(error, OSError) and not is_torn
        if is_of_system or isinstance(error, ImportError | MemoryError) or is_out_of_memory(error):
            raise
        file = Path(str(pretrained))
        is_file = pretrained is not None and file.is_file()
        flaw = _flaw_of_file(file) if is_file else _flaw_of_download(model, pretrained)
        other = "" if flaw else _other_model(error)
        if not flaw and not other:
            if not is_torn and (not is_file or _may_hold_weights(file)):
                if isinstance(error, ValueError):  # A sentence already.
                    raise
                said = re.sub(r"\[Errno \d+\] ", "", str(error))[:_MAX_MESSAGE]
                reason = f"{type(error).__name__}: {said}"
                must = "be one that open_clip can build here"
                raise ValueError(wrong_value("model", must, model, f": {reason}")) from error
            flaw = "it is torn, or no file of weights"
        kind = DamagedWeightsError if flaw else ValueError
        message = (
            f"`pretrained` must be an undamaged file with weights of {model}. Got {pretrained!r}"
            if is_file
            else f"`model` must have undamaged weights that fit it. Got {model!r}"
        )
        # Not from the error, whose advice would be read with it.
        raise kind(f"{message} instead: {flaw or other}.") from None


def _flaw_of_file(file: Path) -> str:
    """Return what a file is that holds no weights; "" for one that may hold some."""
    with file.open("rb") as opened:
        start = opened.read(1000).lstrip()
    if not start:
        return "it is empty"
    if start.startswith(b"<"):
        return "it is a web page, perhaps the login page of a network"
    return "" if start.strip(b"\0") else "it has nothing but zeros at its beginning"


def _flaw_of_download(model: str, pretrained: str | None) -> str:
    """Return what a downloaded file is that holds no weights; "" where all may hold some."""
    paths = downloaded_files(model, pretrained) if pretrained is not None else []
    files = [path for path in map(Path, paths) if path.is_file()]
    return next((flaw for each in files if (flaw := _flaw_of_file(each))), "")


def _may_hold_weights(file: Path) -> bool:
    """Return whether a file that can be read may hold weights, and not only other things."""
    import torch

    if file.suffix == ".safetensors":
        return True
    try:
        is_zip = zipfile.is_zipfile(file)
        content = torch.load(file, map_location="cpu", weights_only=True, mmap=is_zip)
    except Exception:  # No evidence: it may be a program of torch, whose weights open_clip reads.
        return True
    return isinstance(content, dict) and len(content) > 0


def _is_of_torn_file(error: Exception) -> bool:
    """Return whether an error is one that readers of weights raise because of what is in a file."""
    from safetensors import SafetensorError

    if isinstance(error, OSError):
        return error.errno == errno.EINVAL  # So torch calls a file that is cut.
    kinds = (EOFError, pickle.UnpicklingError, zipfile.BadZipFile, SafetensorError)
    # Of torch's own readers, for archives and for the older kind of file.
    words = ("PytorchStreamReader", "file might be corrupted")
    return isinstance(error, kinds) or any(word in str(error) for word in words)


def _other_model(error: Exception) -> str:
    """Return how whole weights differ from those of the model; "" where they are not whole."""
    said = str(error)
    if isinstance(error, pickle.UnpicklingError) and ("weights_only" in said or "pickle" in said):
        return "it holds more than weights, and cliplab runs no program that comes with a file"
    # The first of several lines is a heading.
    return said.splitlines()[:2][-1].strip()[:_MAX_MESSAGE] if "state_dict" in said else ""
