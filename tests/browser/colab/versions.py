"""The versions of ipywidgets that the emulation is driven with: the installed one, and Colab's."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

COLABS = "7.7.1"
INSTALLED = pytest.param(None, id="installed")
OLD = pytest.param(COLABS, id=COLABS, marks=pytest.mark.proof)


def folder_of(version: str | None, folder: Path) -> Path | None:
    """Install a version of ipywidgets into a folder; with None it is that of the environment."""
    if version is None:
        return None
    if not os.environ.get("CLIPLAB_PROOF"):
        pytest.skip("make proof installs Colab's ipywidgets for this")
    packages = [f"ipywidgets=={version}", "ipython_genutils"]
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder)]
    if subprocess.run([*pip, *packages], check=False).returncode:
        pytest.skip(f"ipywidgets {version} could not be installed")
    return folder
