"""Packs on the Hub: the published one first, the storybook's own where it cannot be had."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

from cliplab._core.hub_errors import hub_errors, require_answer, require_name
from cliplab.packs.address import PACK
from cliplab.packs.files import read_pack
from cliplab.packs.pack import Pack

STORYBOOK_PACK = Path(__file__).parent / "storybook"


def fetch_pack(name: str | None = None, *, revision: str | None = None) -> Pack:
    """Open a lesson pack from the Hugging Face Hub; it is fetched once.

    Without a name it is the published pack: 1,000 credited photographs of Open Images with
    vectors of ViT-B-32. Where that cannot be had, the storybook's own pack, which ships with this
    package, is opened in its place, and its note says why, so that a class has its lesson.

    Parameters
    ----------
    name : str, optional
        ``"owner/name"``; the published pack when left out.
    revision : str, optional
        Which version; what was fetched before, or else the newest, when left out.

    Returns
    -------
    Pack
        Images, vectors, projections and sweeps.

    Raises
    ------
    FileNotFoundError, PermissionError, ConnectionError
        If a pack that was named is not there, not for you, or cannot be reached.
    ValueError
        If it is damaged.

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
    except Exception as error:  # Whatever it is, a class is waiting.
        note = f"The photographs cannot be had: {error} This is the storybook's own pack instead."
        return dataclasses.replace(read_pack(STORYBOOK_PACK), note=note)


def publish_pack(path: str | os.PathLike[str], name: str, *, private: bool = False) -> str:
    """Put a pack on the Hugging Face Hub, credits included.

    Parameters
    ----------
    path : path-like
        A folder that `save_pack` has written.
    name : str
        ``"owner/name"``. Log in before, with ``hf auth login`` or HF_TOKEN.
    private : bool, default=False
        Show it to its owner only.

    Returns
    -------
    str
        The version that was published.

    Raises
    ------
    PermissionError, ConnectionError
        If you may not write there, or the Hub cannot be reached.
    ValueError
        If it is no whole pack.
    """
    import huggingface_hub

    require_name(name)
    read_pack(Path(path))
    with hub_errors(f"the pack {name}"):
        require_answer()
        api = huggingface_hub.HfApi()
        api.create_repo(name, repo_type="dataset", private=private, exist_ok=True)
        commit = api.upload_folder(repo_id=name, repo_type="dataset", folder_path=os.fspath(path))
        return str(commit.oid)


def _fetch(name: str, revision: str | None) -> Pack:
    import huggingface_hub

    if name.startswith("OWNER/"):
        raise FileNotFoundError("they are not published yet, which is no fault of yours.")
    fetch = huggingface_hub.snapshot_download
    try:
        kept = fetch(name, repo_type="dataset", revision=revision, local_files_only=True)
        return read_pack(Path(kept))
    except Exception:
        pass  # Not here yet, or not all of it; the Hub is asked for it.
    with hub_errors(f"the pack {name}"):
        require_answer()
        folder = fetch(name, repo_type="dataset", revision=revision)
    return read_pack(Path(folder))
