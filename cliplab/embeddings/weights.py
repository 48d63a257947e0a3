"""Whether a model and its weights exist, and whether the weights are on this machine."""

from __future__ import annotations

import difflib
import os
from pathlib import Path

from cliplab._core.hub_errors import require_real_answer, require_repository
from cliplab._core.validation import user_path

_CONFIG = "open_clip_config.json"


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
        if not _cached(repository, [_CONFIG]):
            _require_hub(repository, model)
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
        _require_hub(repository or source["url"], f"{model}, {pretrained}")


def has_weights(model: str, pretrained: str) -> bool:
    """Return whether the weights of a model were downloaded to this machine.

    Parameters
    ----------
    model, pretrained : str
        Names of open_clip, or an address such as ``"hf-hub:org/name"``.
    """
    return any(path.is_file() for path in map(Path, downloaded_files(model, pretrained)))


def downloaded_files(model: str, pretrained: str) -> list[str]:
    """Return the paths of the files of a model that were downloaded, or would be.

    Parameters
    ----------
    model, pretrained : str
        Names of open_clip, or an address such as ``"hf-hub:org/name"``.
    """
    import open_clip

    if model.startswith("hf-hub:"):
        return _cached(model.removeprefix("hf-hub:"), [_CONFIG, *_file_names("")])
    if ":" in model:  # A folder, which was not downloaded.
        return []
    source = open_clip.get_pretrained_cfg(model, pretrained)
    if hub_name := source.get("hf_hub"):
        repository, filename = os.path.split(hub_name)
        return _cached(repository, _file_names(filename))
    name = source.get("url", "").rsplit("/", 1)[-1]
    return [str(user_path("~/.cache/clip") / name)] if name else []


def forget_weights(model: str, pretrained: str) -> bool:
    """Delete the downloaded weights of a model, which are damaged.

    Parameters
    ----------
    model, pretrained : str
        Names of open_clip, or an address such as ``"hf-hub:org/name"``.

    Returns
    -------
    bool
        Whether there was something to delete.
    """
    found = [path for path in map(Path, downloaded_files(model, pretrained)) if path.is_file()]
    for path in found:
        path.resolve().unlink()  # In the cache of the Hub, this is a link to the content.
        path.unlink(missing_ok=True)
    return bool(found)


def _one_of(value: str, known: list[str]) -> str:
    similar = difflib.get_close_matches(value, known, n=5, cutoff=0.5)
    shown = [*similar, *(name for name in known if name not in similar)][:5]
    return "one of " + ", ".join(repr(name) for name in shown) + (" …" if len(known) > 5 else "")


def _file_names(filename: str) -> list[str]:
    if not filename:
        return ["open_clip_model.safetensors", "open_clip_pytorch_model.bin"]
    return [str(Path(filename).with_suffix(".safetensors")), filename]


def _cached(repository: str, filenames: list[str]) -> list[str]:
    from huggingface_hub import try_to_load_from_cache

    found = [try_to_load_from_cache(repository, name) for name in filenames]
    return [path for path in found if isinstance(path, str)]


def _require_hub(place: str, what: str) -> None:
    """Check that the host of some weights answers: a repository of the Hub, or an address."""
    try:
        if "://" in place:
            require_real_answer(place)
        else:
            require_repository(f"models/{place}")
    except ConnectionError as error:
        raise ConnectionError(
            f"The weights of {what} are not on this machine, and their hub cannot be reached "
            f'({error}). Without a network use ClipEncoder("storybook") with load_storybook(), or '
            "load a lesson pack that was made elsewhere: load_pack(folder)."
        ) from error
