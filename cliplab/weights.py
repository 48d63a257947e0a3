"""The networks and their weights: at hand, on their hub, or in the package."""

from __future__ import annotations

import difflib
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from cliplab.hub import hub_errors, require_answer

STORYBOOK = Path(__file__).parent / "models" / "storybook"


def load_network(model: str, pretrained: str | None) -> Any:
    """Load a model as open_clip does; the storybook from the package, on the same way.

    Parameters
    ----------
    model : str
        A name of open_clip's, an address such as ``"hf-hub:org/name"``, or ``"storybook"``.
    pretrained : str or None
        Which weights; None for an untrained network, the same one each time.

    Returns
    -------
    torch.nn.Module
        Ready to encode.
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
    with torch.random.fork_rng(devices=[]), quiet, hub_errors(f"the model {model}"):
        torch.manual_seed(0)
        name = open_clip_name(model)
        return open_clip.create_model(name, pretrained=pretrained, load_weights=loads).eval()


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
    known = [*open_clip.list_models(), "storybook"]
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
