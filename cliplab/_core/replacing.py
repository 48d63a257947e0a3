"""Puts a file or a folder in the place of another."""

from __future__ import annotations

import os
import time
from pathlib import Path

# Windows keeps what another process has open: a virus scanner for a moment, a notebook for longer.
_KEEPS_OPEN_FILES = os.name == "nt"
_SECONDS, _PAUSE = 1.0, 0.05


def replace(source: Path, target: Path) -> None:
    """Put a file or folder in the place of another, or where there is none.

    Parameters
    ----------
    source, target : pathlib.Path
        On the same disk.

    Raises
    ------
    PermissionError
        If another program has it open, on Windows for more than a second.
    OSError
        If it cannot be done for another reason.
    """
    last = time.monotonic() + _SECONDS
    while True:
        try:
            source.replace(target)
        except PermissionError as error:
            if not _KEEPS_OPEN_FILES:
                raise
            if time.monotonic() >= last:
                raise PermissionError(
                    f"{target} cannot be replaced while another program has it open, such as a "
                    "notebook or a virus scanner. Close it there, and try again."
                ) from error
            time.sleep(_PAUSE)
        else:
            return
