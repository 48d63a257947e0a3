"""The image files of a sample, downloaded in hash order until there are enough."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from cliplab._core.cache import read_sealed, write_sealed, write_whole
from cliplab._core.request_errors import NotAvailableError
from cliplab._core.worker_threads import WorkerThreads
from cliplab.images.decoding import decode_image
from cliplab.sources.http.download import Downloader
from cliplab.sources.http.image import fetch_image
from cliplab.sources.openimages.host import OpenImagesHost
from cliplab.sources.openimages.rotation import add_rotation

if TYPE_CHECKING:
    from tqdm import tqdm

# As many as tools for Open Images commonly use; more would be no faster, and less polite.
N_WORKERS = 16
# The longest side of an image is 1,024 pixels, and the mean size is 0.3 MB.
_MAX_BYTES, _MAX_PIXELS = 12_000_000, 4_000_000
# So many failures in a row are no chance: the network is gone, or asks for a login.
_TOO_MANY_FAILURES = 20


@dataclass
class FetchedFiles:
    """The image files that were downloaded, and the images that could not be.

    Attributes
    ----------
    files : dict of str to pathlib.Path
        The file of each image id, class by class in hash order.
    skipped : list of (id, reason)
        The images that could not be downloaded.
    is_chance : bool
        Whether some of those may be available another day.
    """

    files: dict[str, Path] = field(default_factory=dict)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    is_chance: bool = False

    def save(self, record: Path) -> None:
        """Save which images these are, so that the same ones are loaded without a network."""
        digests = {name: _digest(path) for name, path in self.files.items()}
        content = {"digests": digests, "skipped": self.skipped}
        write_sealed(record, json.dumps(content).encode())


class ImageFetcher:
    """Downloads images of a split into a folder; files that exist are not downloaded again.

    Parameters
    ----------
    host : OpenImagesHost
        The addresses of the images.
    split : str
        Which part of Open Images.
    folder : pathlib.Path
        Where the images are saved.
    downloader : Downloader
        Sends the requests.
    rotations : dict of str to float
        The degrees by which each image has to be rotated.

    Attributes
    ----------
    damaged : list of str
        The images whose file in the cache was damaged, and which are downloaded again.
    """

    def __init__(
        self,
        host: OpenImagesHost,
        split: str,
        folder: Path,
        downloader: Downloader,
        rotations: dict[str, float],
    ) -> None:
        self._host = host
        self._split = split
        self._folder = folder / split
        self._downloader = downloader
        self._rotations = rotations
        self.damaged: list[str] = []

    def load(self, record: Path) -> FetchedFiles | None:
        """Return what `FetchedFiles.save` has saved, if all the image files are still the same."""
        saved = read_sealed(record)
        if saved is None:
            return None
        content = json.loads(saved)
        files = {name: self._path(name) for name in content["digests"]}
        found = {name: _digest(path) for name, path in files.items()}
        for name, digest in content["digests"].items():
            if found[name] not in (digest, None):
                files[name].unlink()
                self.damaged.append(name)
        if found != content["digests"]:
            return None
        return FetchedFiles(files, [(name, reason) for name, reason in content["skipped"]])

    def fetch(self, queues: Sequence[Sequence[str]], n_each: int) -> FetchedFiles:
        """Download images from the head of every queue until there are enough of each.

        Parameters
        ----------
        queues : sequence of sequence of str
            Image ids in the order in which they are wanted.
        n_each : int
            How many images of each queue.

        Returns
        -------
        FetchedFiles
            Fewer files than asked for where a queue has ended.

        Raises
        ------
        UnreachableError
            If the host does not answer at the start.
        ConnectionError
            If it no longer answers; files that were downloaded stay.
        """
        wanted = [self._path(name) for queue in queues for name in queue[:n_each]]
        if not all(path.is_file() for path in wanted):
            self._downloader.require_answer(self._host.images)
        from tqdm.auto import tqdm

        bar = tqdm(desc="Fetching images", total=n_each * len(queues), unit="img", delay=1)
        pool = WorkerThreads(N_WORKERS)
        try:
            return self._fetch_until_enough(queues, n_each, pool, bar)
        except KeyboardInterrupt:
            bar.write("Stopped. What was downloaded is saved: run the cell again to go on.")
            raise
        finally:
            self._downloader.stop()
            pool.shutdown(cancel_futures=True)
            bar.close()

    def _fetch_until_enough(
        self,
        queues: Sequence[Sequence[str]],
        n_each: int,
        pool: WorkerThreads,
        bar: tqdm,
    ) -> FetchedFiles:
        fetched = FetchedFiles()
        heads = [iter(queue) for queue in queues]
        missing = [n_each] * len(queues)  # Neither saved nor being downloaded.
        pending: deque[tuple[int, str, Future[Path]]] = deque()
        n_failures = 0
        while True:
            for number, head in enumerate(heads):
                while missing[number] and len(pending) < 2 * N_WORKERS:
                    name = next(head, None)
                    if name is None:
                        missing[number] = 0
                        break
                    missing[number] -= 1
                    pending.append((number, name, pool.submit(self._file, name)))
            if not pending:
                return fetched
            number, name, future = pending.popleft()
            try:
                fetched.files[name] = future.result()
                n_failures = 0
                bar.update()
            except (NotAvailableError, ConnectionError) as error:
                fetched.skipped.append((name, str(error)))
                fetched.is_chance |= isinstance(error, ConnectionError)
                missing[number] += 1
                n_failures += 1
                if n_failures == _TOO_MANY_FAILURES:
                    raise self._too_many_failures(fetched) from error
            bar.set_postfix_str(self._progress(bar, fetched), refresh=False)

    def _file(self, name: str) -> Path:
        """Return the file of an image, downloaded where there is no sound one; runs in a thread."""
        path = self._path(name)
        saved = _read(path)
        if saved is not None and _is_sound(saved):
            return path
        if saved is not None:
            self.damaged.append(name)
        file = fetch_image(
            self._downloader, self._host.image(self._split, name), _MAX_BYTES, _MAX_PIXELS
        )
        write_whole(path, add_rotation(file, self._rotations[name]))
        return path

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / f"{name}.jpg"

    def _progress(self, bar: tqdm, fetched: FetchedFiles) -> str:
        n_bytes, seconds = self._downloader.n_bytes, max(bar.format_dict["elapsed"], 1e-3)
        skipped = f", {len(fetched.skipped)} skipped" if fetched.skipped else ""
        return f"{n_bytes / 1e6:.0f} MB, {n_bytes / 1e6 / seconds:.1f} MB/s{skipped}"

    def _too_many_failures(self, fetched: FetchedFiles) -> ConnectionError:
        reason = fetched.skipped[-1][1]
        return ConnectionError(
            f"After {len(fetched.files)} images, {_TOO_MANY_FAILURES} in a row could not be "
            f"downloaded from {self._host.shown.images} (the last one: {reason}). Check the "
            "network; if it asks you to log in, do that. Then run the cell again: what was "
            "downloaded is saved."
        )


def _read(path: Path) -> bytes | None:
    with contextlib.suppress(FileNotFoundError):
        return path.read_bytes()
    return None


def _is_sound(file: bytes) -> bool:
    with contextlib.suppress(ValueError):
        decode_image(file, _MAX_PIXELS)
        return True
    return False


def _digest(path: Path) -> str | None:
    file = _read(path)
    return None if file is None else hashlib.sha256(file).hexdigest()
