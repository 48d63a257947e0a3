"""The device that computes: which one, in which precision, on how many cores."""

from __future__ import annotations

import importlib.util
import os
import sys

from cliplab._core.validation import wrong_value

_BFLOAT16_ON_CPU = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")


# In multiplications. One core needs a third of a second for the smaller number, ten for the larger:
# only then is it worth to load torch, which takes seconds, to find out whether there is a GPU.
_PAYS = 3e10
_PAYS_TO_LOAD_TORCH = 1e12


def best_device() -> str:
    """Return the fastest device of this machine: "cuda", "mps" or "cpu", without torch the last."""
    if importlib.util.find_spec("torch") is None:
        return "cpu"
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def checked_device(device: str | None) -> str:
    """Return a device of this machine: the fastest where none is named.

    Raises
    ------
    ValueError
        If there is no such device, or not on this machine.
    """
    import torch

    best = best_device()
    if device is None:
        return best
    must = "be 'cpu', 'cuda' or 'mps'"
    try:
        kind = torch.device(device).type
    except (RuntimeError, TypeError) as error:
        raise ValueError(wrong_value("device", must, device)) from error
    if kind in ("cuda", "mps") and kind != best:
        detail = f", of which there is none here: take {best!r}, or leave it out"
        raise ValueError(wrong_value("device", must, device, detail))
    return device


def best_precision(device: str) -> str:
    """Return the fastest precision of a device: bfloat16 where it is not emulated."""
    import torch

    if device.startswith("cuda"):
        # Before compute capability 8 (a T4 has 7.5) bfloat16 is emulated.
        return "bfloat16" if torch.cuda.get_device_capability(device) >= (8, 0) else "float16"
    if device == "cpu":
        # torch has private functions only for this, and not in all versions.
        checks = (getattr(torch.cpu, name, None) for name in _BFLOAT16_ON_CPU)
        return "bfloat16" if any(check and check() for check in checks) else "float32"
    return "float16"


def gpu_for(n_multiplications: float) -> str | None:
    """Return the GPU for a computation; None where there is none, or it would not be faster."""
    if n_multiplications < (_PAYS if "torch" in sys.modules else _PAYS_TO_LOAD_TORCH):
        return None
    return "cuda" if best_device() == "cuda" else None


def n_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def is_out_of_memory(error: Exception) -> bool:
    """Return whether an error of a device means that its memory is full."""
    words = str(error).lower()
    said = ("out of memory", "can't allocate memory", "cannot allocate memory")
    return any(each in words for each in said)
