"""The networks and their weights: at hand, on their hub, or in the package."""

from __future__ import annotations

import difflib
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cliplab._core.device import is_out_of_memory
from cliplab._core.hub_errors import hub_errors, require_answer

if TYPE_CHECKING:
    import torch

_MOST_SAID = 200  # Of a message that lists the names of all numbers.
STORYBOOK = Path(__file__).parents[1] / "models" / "storybook"


def load_network(model: str, pretrained: str | None, dtype: torch.dtype) -> Any:
    """Load a model as open_clip does; the storybook from the package, on the same way.

    Parameters
    ----------
    model : str
        A name of open_clip's, an address such as ``"hf-hub:org/name"``, or ``"storybook"``.
    pretrained : str or None
        Which weights; None for an untrained network, the same one each time.
    dtype : torch.dtype
        How exactly it is to reckon.

    Returns
    -------
    torch.nn.Module
        Ready to encode, on the CPU.
    """
    import open_clip
    import torch

    loads = pretrained is not None
    if model == "storybook":
        pretrained = None  # Its weights lie in its folder; open_clip finds them by themselves.
    else:
        require_weights(model, pretrained)
    quiet = nullcontext() if loads else _quiet_root_logger()
    # An untrained network is a result too: the same one each time, and meant, so without warning.
    with (
        torch.random.fork_rng(devices=[]),
        quiet,
        hub_errors(f"the model {model}"),
        _of_this_model(model, pretrained),
    ):
        torch.manual_seed(0)
        name = open_clip_name(model)
        # Whole repositories and folders, as "hf-hub:…", name their weights themselves.
        is_named = pretrained is not None and ":" not in name
        network = _around_a_file(name, str(pretrained), dtype) if is_named else None
        if network is None:
            network = open_clip.create_model(name, pretrained=pretrained, load_weights=loads)
        return network.to(dtype).eval()


def _around_a_file(name: str, pretrained: str, dtype: torch.dtype) -> Any:
    """Build a network out of the numbers in a safetensors file; None where open_clip has to.

    open_clip makes a network of random numbers first, and holds the whole file beside it. For
    ViT-B-32 these are 1.2 GB; here it is a quarter of that, or half in float32.
    """
    import open_clip
    import torch

    # There are no numbers yet, no memory is taken for them, and open_clip need not say so.
    with torch.device("meta"), _quiet_root_logger():
        network = open_clip.create_model(
            name, pretrained=pretrained, load_weights=False, device="meta"
        )
    source = open_clip.get_pretrained_cfg(name, pretrained)
    path = Path(open_clip.download_pretrained(source) if source else pretrained)
    expected = {key: list(tensor.shape) for key, tensor in network.state_dict().items()}
    in_no_file = {name for name, _ in network.named_buffers()} - expected.keys()
    if path.suffix != ".safetensors" or _shapes(path) != expected or in_no_file - {"attn_mask"}:
        return None  # open_clip translates what others have named, and makes what is in no file.
    network.load_state_dict(_tensors(path, dtype), assign=True)
    if in_no_file:  # It is always the same: a word looks at none that comes after it.
        network.attn_mask = torch.full(network.attn_mask.shape, float("-inf")).triu_(1)
    return network


def _shapes(path: Path) -> dict[str, list[int]]:
    from safetensors import safe_open

    with safe_open(path, "pt") as file:
        return {key: file.get_slice(key).get_shape() for key in file.keys()}  # noqa: SIM118


def _tensors(path: Path, dtype: torch.dtype) -> dict[str, torch.Tensor]:
    """Return the numbers in a file. If they need not be changed, they are read when they are used.

    Else each is read on its own: what has been read of an open file counts as memory.
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
def _of_this_model(model: str, pretrained: str | None) -> Iterator[None]:
    """Say of a file that it is damaged, or of another model, where open_clip lists every key."""
    from safetensors import SafetensorError

    try:
        yield
    except (AssertionError, RuntimeError, SafetensorError) as error:
        if pretrained is None or not Path(pretrained).is_file() or is_out_of_memory(error):
            raise
        # The first of several lines is a heading.
        said = str(error).splitlines()[:2][-1].strip()
        raise ValueError(
            f"`pretrained` must be a whole file with weights of {model}. Got {pretrained!r} "
            f"instead, of which this was said: {said[:_MOST_SAID]}"
        ) from error


@contextmanager
def _quiet_root_logger() -> Iterator[None]:
    """Drop what is logged without a logger of one's own, as open_clip does it."""

    def drop(record: logging.LogRecord) -> bool:
        return record.name != "root"

    root = logging.getLogger()
    root.addFilter(drop)
    try:
        yield
    finally:
        root.removeFilter(drop)


def open_clip_name(model: str) -> str:
    """Return what open_clip calls a model."""
    return f"local-dir:{STORYBOOK}" if model == "storybook" else model


def require_weights(model: str, pretrained: str | None) -> None:
    """See that a model and its weights can be had, and say within seconds if they cannot.

    Parameters
    ----------
    model : str
        A name of open_clip's, or an address such as ``"hf-hub:org/name"``.
    pretrained : str or None
        A name of open_clip's, or the path of a file with weights; None for no weights.

    Raises
    ------
    ValueError
        If open_clip knows no such model or no such weights.
    ConnectionError
        If the weights are not on this machine and the hub does not answer.
    """
    import open_clip

    if model.startswith("hf-hub:"):
        repository = model.removeprefix("hf-hub:")
        if not _is_in_cache(repository, ["open_clip_config.json"]):
            _require_answer(_hub(repository), model)
        return
    if model.startswith("local-dir:"):
        return
    # Without a name that is near, these are the first to be shown.
    known = sorted(
        [*open_clip.list_models(), "storybook"],
        key=lambda name: name not in ("storybook", "ViT-B-32"),
    )
    if model not in known:
        raise ValueError(f"`model` must be {_one_of(model, known)}. Got {model!r} instead.")
    if pretrained is None or Path(pretrained).is_file():
        return
    tags = open_clip.list_pretrained_tags_by_model(model)
    if not open_clip.is_pretrained_cfg(model, pretrained):
        allowed = _one_of(pretrained, tags)
        raise ValueError(
            f"`pretrained` must be {allowed} or None for {model}. Got {pretrained!r} instead."
        )
    if not has_weights(model, pretrained):
        source = open_clip.get_pretrained_cfg(model, pretrained)
        repository = os.path.split(source.get("hf_hub", ""))[0]
        address = _hub(repository) if repository else source["url"]
        _require_answer(address, f"{model}, {pretrained}")


def has_weights(model: str, pretrained: str) -> bool:
    """Say whether a model's weights are on this machine.

    Parameters
    ----------
    model, pretrained : str
        Names of open_clip's.
    """
    import open_clip

    source = open_clip.get_pretrained_cfg(model, pretrained)
    if hub_name := source.get("hf_hub"):
        repository, filename = os.path.split(hub_name)
        return _is_in_cache(repository, _file_names(filename))
    return _is_downloaded(source.get("url", ""))


def _one_of(value: str, known: list[str]) -> str:
    near = difflib.get_close_matches(value, known, n=5, cutoff=0.5)
    shown = [*near, *(name for name in known if name not in near)][:5]
    return "one of " + ", ".join(repr(name) for name in shown) + (" …" if len(known) > 5 else "")


def _file_names(filename: str) -> list[str]:
    if not filename:
        return ["open_clip_model.safetensors", "open_clip_pytorch_model.bin"]
    return [str(Path(filename).with_suffix(".safetensors")), filename]


def _is_in_cache(repository: str, filenames: list[str]) -> bool:
    from huggingface_hub import try_to_load_from_cache

    return any(isinstance(try_to_load_from_cache(repository, name), str) for name in filenames)


def _is_downloaded(url: str) -> bool:
    return (Path.home() / ".cache" / "clip" / url.rsplit("/", 1)[-1]).is_file()


def _hub(repository: str) -> str:
    from huggingface_hub import constants

    return f"{constants.ENDPOINT}/api/models/{repository}"


def _require_answer(address: str, what: str) -> None:
    try:
        require_answer(address)
    except ConnectionError as error:
        raise ConnectionError(
            f"The weights of {what} are not on this machine, and their hub cannot be reached "
            f'({error}). Without a network use ClipEncoder("storybook") with load_storybook(), or '
            "a lesson pack that was made elsewhere: load_pack(folder)."
        ) from error
