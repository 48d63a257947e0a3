"""Whether a model and its weights exist, and whether the weights are on this machine."""

from __future__ import annotations

import difflib
import os
from pathlib import Path

from cliplab._core.hub_errors import require_answer


def require_weights(model: str, pretrained: str | None) -> None:
    """Check that a model and its weights can be loaded, and report within seconds if not.

    Parameters
    ----------
    model : str
        A name of open_clip, or an address such as ``"hf-hub:org/name"``.
    pretrained : str or None
        A name of open_clip, or the path of a file with weights; None for no weights.

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
    # If no name is similar, these two are listed first.
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
    """Return whether the weights of a model are on this machine.

    Parameters
    ----------
    model, pretrained : str
        Names of open_clip.
    """
    import open_clip

    source = open_clip.get_pretrained_cfg(model, pretrained)
    if hub_name := source.get("hf_hub"):
        repository, filename = os.path.split(hub_name)
        return _is_in_cache(repository, _file_names(filename))
    return _is_downloaded(source.get("url", ""))


def _one_of(value: str, known: list[str]) -> str:
    similar = difflib.get_close_matches(value, known, n=5, cutoff=0.5)
    shown = [*similar, *(name for name in known if name not in similar)][:5]
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
            "load a lesson pack that was made elsewhere: load_pack(folder)."
        ) from error
