"""A pack from the Hub, downloaded file by file: only what belongs to it, and with limits."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from urllib.parse import quote

from cliplab._core.addresses import host_of
from cliplab._core.cache import cache_folder, read_sealed, warn_of_damage, write_sealed, write_whole
from cliplab._core.connections import require_no_page
from cliplab._core.digests import sha256_of
from cliplab._core.hub_errors import hub_errors, require_real_answer
from cliplab._core.request_errors import TooLargeError, UnreachableError
from cliplab.packs.folder import read_pack
from cliplab.packs.manifest import MANIFEST, MAX_BYTES, OtherFormatError, manifest_from
from cliplab.packs.pack import Pack
from cliplab.sources.http.download import Downloader, Patience
from cliplab.sources.http.progress import byte_progress

_MAX_MANIFEST = 20_000_000
# A lesson waits for it, and has another pack.
_PATIENCE = Patience(tries=3, connect=5.0, read=10.0, whole=20.0)


def fetch_from_hub(name: str, revision: str | None) -> Pack:
    """Return a pack of the Hub; what is in the cache is not downloaded again.

    Parameters
    ----------
    name : str
        ``"owner/name"``.
    revision : str or None
        The version; None for the one fetched before, or else the newest.

    Returns
    -------
    Pack
        The pack.

    Raises
    ------
    FileNotFoundError, PermissionError, ConnectionError
        If it does not exist, you may not read it, or the Hub cannot be reached.
    ValueError
        If it is damaged on the Hub too.
    """
    shelf = cache_folder() / "packs" / name.replace("/", "--")
    key = hashlib.blake2b(repr(revision).encode(), digest_size=8).hexdigest()
    note = shelf / f"{key}.sealed"
    commit = (read_sealed(note) or b"").decode()
    if commit:
        try:
            return read_pack(shelf / commit)
        except FileNotFoundError:
            pass  # Deleted: it is downloaded.
        except OtherFormatError:
            raise  # Whole, and the same on the Hub.
        except ValueError:
            warn_of_damage(f"the pack {name}")
    with hub_errors(f"the pack {name}"):
        require_real_answer()
        hub = _HubFiles(name)
        commit = commit or hub.commit(revision or "main")
        hub.download(commit, shelf / commit)
    pack = read_pack(shelf / commit)
    write_sealed(note, commit.encode())
    return pack


class _HubFiles:
    """The files of one dataset on the Hub."""

    def __init__(self, name: str) -> None:
        import huggingface_hub

        token = huggingface_hub.get_token()
        self._name = name
        self._hub = huggingface_hub.constants.ENDPOINT
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._downloader = Downloader(1, _PATIENCE)

    def commit(self, revision: str) -> str:
        """Ask for the commit of a branch or tag."""
        url = f"{self._hub}/api/datasets/{self._name}/revision/{quote(revision, safe='')}"
        answer = self._fetch(url)
        try:
            commit = str(json.loads(answer)["sha"])
        except (ValueError, TypeError, KeyError):
            commit = ""
        if not re.fullmatch("[0-9a-f]{40,64}", commit):
            raise UnreachableError(f"{host_of(self._hub)} does not answer as a Hub does")
        return commit

    def download(self, commit: str, folder: Path) -> None:
        """Download what the manifest names; the folder has a manifest when it has all files."""
        url = f"{self._hub}/datasets/{self._name}/resolve/{commit}"
        content = self._fetch(f"{url}/{MANIFEST}")
        n_left = MAX_BYTES
        for name, digest in manifest_from(content, folder).files.items():
            path = folder / name
            if not path.is_file() or sha256_of(path) != digest:
                try:
                    with byte_progress(name) as show:
                        self._downloader.fetch_file(
                            f"{url}/{quote(name)}", path, show, n_left, self._headers
                        )
                except TooLargeError as error:
                    error.args = TooLargeError(MAX_BYTES).args  # What is left says nobody anything.
                    raise
                self._require(path, digest)
            n_left -= path.stat().st_size
        write_whole(folder / MANIFEST, content)

    def _fetch(self, url: str) -> bytes:
        content = self._downloader.fetch(url, _MAX_MANIFEST, self._headers)
        require_no_page(content, host_of(url))
        return content

    def _require(self, path: Path, digest: str) -> None:
        """Delete a file that came otherwise than the pack says, and say so."""
        if sha256_of(path) != digest:
            with path.open("rb") as opened:
                start = opened.read(100)
            path.unlink()
            require_no_page(start, host_of(self._hub))
            raise self._damaged(path.name)

    def _damaged(self, file: str) -> ValueError:
        return ValueError(
            f"The pack {self._name} is damaged: {file} is not as it should be. Try again; if that "
            "does not help, tell its owner."
        )
