"""Packs on the Hugging Face Hub; without a network, the pack of the storybook."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

from cliplab._core.arguments import checked
from cliplab._core.hub_errors import hub_errors, require_name, require_real_answer
from cliplab._core.validation import user_path, wrong_value
from cliplab.packs.address import PACK
from cliplab.packs.fetching import fetch_from_hub
from cliplab.packs.folder import read_pack
from cliplab.packs.manifest import MAX_BYTES
from cliplab.packs.pack import Pack
from cliplab.packs.versions import place_of

STORYBOOK_PACK = Path(__file__).parent / "storybook"


@checked
def fetch_pack(name: str | None = None, *, revision: str | None = None) -> Pack:
    """Fetch a pack from the Hugging Face Hub; it is downloaded once.

    Without a name it is the published pack: 1,000 credited photographs of Open Images, embedded
    by ViT-B-32. If it cannot be fetched, the pack of the storybook is loaded in its place. That
    pack is part of this package, so it is always available. Its note says what went wrong.

    Parameters
    ----------
    name : str, optional
        ``"owner/name"``; by default the published pack.
    revision : str, optional
        The version; by default the one fetched before, or else the newest.

    Returns
    -------
    Pack
        Images, embeddings, projections and sweeps.

    Raises
    ------
    FileNotFoundError, PermissionError, ConnectionError
        If the named pack does not exist, you may not read it, or the Hub cannot be reached.
    ValueError
        If the pack is damaged, or larger than 2 GB.

    Examples
    --------
    >>> from cliplab import Explorer
    >>> pack = fetch_pack()  # doctest: +SKIP
    >>> Explorer(pack.images, pack.embeddings, pack.projection, pack.sweep)  # doctest: +SKIP
    """
    if name is not None:
        require_name(name)
        return _fetch(name, revision)
    try:
        return _fetch(os.environ.get("CLIPLAB_PACK") or PACK, revision)
    except Exception as error:  # A lesson must start whatever the error is.
        note = f"The photographs cannot be fetched: {error} This is the pack of the storybook."
        return dataclasses.replace(read_pack(STORYBOOK_PACK), note=note)


def publish_pack(path: str | os.PathLike[str], name: str, *, private: bool = False) -> str:
    """Publish a pack on the Hugging Face Hub, credits included.

    Parameters
    ----------
    path : path-like
        A folder written by `save_pack`.
    name : str
        ``"owner/name"``. Log in first, with ``hf auth login`` or HF_TOKEN.
    private : bool, default=False
        Whether only its owner can read it.

    Returns
    -------
    str
        The published version.

    Raises
    ------
    PermissionError, ConnectionError
        If you may not write there, or the Hub cannot be reached.
    ValueError
        If the pack is not complete, or larger than 2 GB, which nobody could fetch.
    """
    import huggingface_hub

    require_name(name)
    folder = user_path(path)
    read_pack(folder)
    place = place_of(folder)
    n_bytes = sum(file.stat().st_size for file in place.iterdir())
    if n_bytes > MAX_BYTES:  # Nobody could fetch it.
        must = f"be a pack of {MAX_BYTES / 1e6:,.0f} MB at most"
        detail = f", which has {n_bytes / 1e6:,.0f} MB. Save fewer images, or smaller thumbnails"
        raise ValueError(wrong_value("path", must, str(folder), detail))
    with hub_errors(f"the pack {name}"):
        require_real_answer()
        api = huggingface_hub.HfApi()
        api.create_repo(name, repo_type="dataset", private=private, exist_ok=True)
        commit = api.upload_folder(repo_id=name, repo_type="dataset", folder_path=place)
        return str(commit.oid)


def _fetch(name: str, revision: str | None) -> Pack:
    if name.startswith("OWNER/"):
        raise FileNotFoundError("they are not published yet.")
    return fetch_from_hub(name, revision)
