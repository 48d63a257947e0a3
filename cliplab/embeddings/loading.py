"""Loads a network with its weights: from open_clip, from a file, or from the package."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cliplab._core.cache import warn_of_damage
from cliplab._core.hub_errors import hub_errors
from cliplab.embeddings.damaged_weights import DamagedWeightsError, bad_file_errors
from cliplab.embeddings.weights import forget_weights, has_weights, require_weights

if TYPE_CHECKING:
    import torch

STORYBOOK = Path(__file__).parents[1] / "models" / "storybook"


def load_network(model: str, pretrained: str | None, dtype: torch.dtype) -> Any:
    """Load a network as open_clip does; that of the storybook is in the package.

    Parameters
    ----------
    model : str
        A name of open_clip, an address such as ``"hf-hub:org/name"``, or ``"storybook"``.
    pretrained : str or None
        Which weights. None for an untrained network, the same one each time.
    dtype : torch.dtype
        The precision of its weights.

    Returns
    -------
    torch.nn.Module
        Ready to encode, on the CPU.
    """
    if model == "storybook":
        return _loaded(model, None, dtype, loads=pretrained is not None)
    require_weights(model, pretrained)
    was_here = pretrained is not None and has_weights(model, pretrained)
    try:
        return _loaded(model, pretrained, dtype, loads=pretrained is not None)
    except DamagedWeightsError:
        if not was_here or not forget_weights(model, str(pretrained)):
            raise
    warn_of_damage(f"the weights of {model}")
    return _loaded(model, pretrained, dtype, loads=True)


def _loaded(model: str, pretrained: str | None, dtype: torch.dtype, *, loads: bool) -> Any:
    import open_clip
    import torch

    quiet = nullcontext() if loads else _quiet_root_logger()
    # An untrained network is meant to be one, so open_clip need not warn of it.
    with (
        torch.random.fork_rng(devices=[]),
        quiet,
        bad_file_errors(model, pretrained),
        hub_errors(f"the model {model}"),
    ):
        torch.manual_seed(0)
        name = open_clip_name(model)
        # Repositories and folders, such as "hf-hub:…", contain their weights.
        is_named = pretrained is not None and ":" not in name
        network = _from_safetensors(name, str(pretrained), dtype) if is_named else None
        if network is None:
            network = open_clip.create_model(
                name,
                pretrained=pretrained,
                load_weights=loads,
                force_quick_gelu=is_named and _needs_quick_gelu(name, str(pretrained)),
            )
        return network.to(dtype).eval()


def _from_safetensors(name: str, pretrained: str, dtype: torch.dtype) -> Any:
    """Build a network from a safetensors file; return None if only open_clip can.

    open_clip creates a network with random weights first, and holds the whole file beside it. For
    ViT-B-32 this takes 1.2 GB; here it is a quarter of that, or half in float32.
    """
    import open_clip
    import torch

    # A network without weights takes no memory. open_clip would warn that it has none.
    with torch.device("meta"), _quiet_root_logger():
        network = open_clip.create_model(
            name,
            pretrained=pretrained,
            load_weights=False,
            device="meta",
            force_quick_gelu=_needs_quick_gelu(name, pretrained),
        )
    source = open_clip.get_pretrained_cfg(name, pretrained)
    path = Path(open_clip.download_pretrained(source) if source else pretrained)
    expected = {key: list(tensor.shape) for key, tensor in network.state_dict().items()}
    in_no_file = {name for name, _ in network.named_buffers()} - expected.keys()
    if path.suffix != ".safetensors" or _shapes(path) != expected or in_no_file - {"attn_mask"}:
        return None  # open_clip knows other names of weights, and creates missing ones.
    network.load_state_dict(_tensors(path, dtype), assign=True)
    if in_no_file:  # The mask is always the same: a token attends to none that comes after it.
        network.attn_mask = torch.full(network.attn_mask.shape, float("-inf")).triu_(1)
    return network


def _needs_quick_gelu(name: str, pretrained: str) -> bool:
    """Return whether weights were trained with QuickGELU, as those of OpenAI were.

    open_clip builds GELU where the model's name does not end in "-quickgelu", and warns; the
    vectors would be those of another network.
    """
    import open_clip

    return bool(open_clip.get_pretrained_cfg(name, pretrained).get("quick_gelu"))


def _shapes(path: Path) -> dict[str, list[int]]:
    from safetensors import safe_open

    with safe_open(path, "pt") as file:
        return {key: file.get_slice(key).get_shape() for key in file.keys()}  # noqa: SIM118


def _tensors(path: Path, dtype: torch.dtype) -> dict[str, torch.Tensor]:
    """Return the weights in a file. In float32 they are read from the disk when they are used.

    Else each is read on its own, because what was read from an open file counts as memory.
    """
    import torch
    from safetensors import safe_open
    from safetensors.torch import load_file

    if dtype == torch.float32:
        return load_file(path)
    tensors = {}
    for key in _shapes(path):
        with safe_open(path, "pt") as file:
            tensor = file.get_tensor(key)
            tensors[key] = tensor.to(dtype, copy=True) if tensor.is_floating_point() else tensor
    return tensors


@contextmanager
def _quiet_root_logger() -> Iterator[None]:
    """Drop messages of the root logger, which open_clip uses."""

    def drop(record: logging.LogRecord) -> bool:
        return record.name != "root"

    root = logging.getLogger()
    root.addFilter(drop)
    try:
        yield
    finally:
        root.removeFilter(drop)


def open_clip_name(model: str) -> str:
    """Return the name of a model in open_clip."""
    return f"local-dir:{STORYBOOK}" if model == "storybook" else model
