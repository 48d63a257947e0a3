"""What the machine has to reckon with: which device, how exactly, on how many cores."""

from __future__ import annotations

import os
import sys

from cliplab._core.validation import wrong_value

_BFLOAT16_ON_CPU = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")


# In multiplications. A core does the less in a third of a second, and the more in ten: only then
# is it worth a look whether there is a GPU, which takes torch seconds to tell where it is not
# loaded yet.
_PAYS = 3e10
_PAYS_TO_LOAD_TORCH = 1e12


def best_device() -> str:
    """Return the fastest device that there is: "cuda", "mps" or "cpu"."""
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def checked_device(device: str | None) -> str:
    """Return a device that is there: the fastest where none is named.

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
    """Return bfloat16 where the processor has it: emulated, it is slower than float32."""
    import torch

    if device.startswith("cuda"):
        # Before compute capability 8 (a T4 has 7.5) bfloat16 is emulated.
        return "bfloat16" if torch.cuda.get_device_capability(device) >= (8, 0) else "float16"
    if device == "cpu":
        # torch tells this in private functions only, and not in all versions.
        tells = (getattr(torch.cpu, name, None) for name in _BFLOAT16_ON_CPU)
        return "bfloat16" if any(tell and tell() for tell in tells) else "float32"
    return "float16"


def gpu_for(n_multiplications: float) -> str | None:
    """Name the GPU that shall do some work; None where there is none, or it would not pay."""
    if n_multiplications < (_PAYS if "torch" in sys.modules else _PAYS_TO_LOAD_TORCH):
        return None
    return "cuda" if best_device() == "cuda" else None


def n_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def is_out_of_memory(error: Exception) -> bool:
    """Tell a full memory from other faults of a device."""
    words = str(error).lower()
    return "out of memory" in words or "can't allocate memory" in words
