"""The pictures of a sample, fetched in the order of their lots until there are enough."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from cliplab._core.cache import write_whole
from cliplab.images.decoding import decode_image
from cliplab.sources.http.connections import NotToBeHadError
from cliplab.sources.http.download import Downloader
from cliplab.sources.openimages.host import OpenImagesHost
from cliplab.sources.openimages.rotation import turn_upright

if TYPE_CHECKING:
    from tqdm import tqdm

# As many as tools for Open Images commonly use; more would be no faster, and less polite.
N_WORKERS = 16
# The longest side is 1,024 pixels, and the mean is 0.3 MB.
_MOST_BYTES, _MOST_PIXELS = 12_000_000, 4_000_000
# So many in a row are no chance: the network is gone, or it is not what it says it is.
_TOO_MANY_FAILURES = 20


@dataclass
class Catch:
    """What was fetched and what was not.

    Attributes
    ----------
    files : dict of str to pathlib.Path
        The picture of each id, class by class in the order of the lots.
    skipped : list of (id, reason)
        What could not be had.
    is_chance : bool
        Whether some of that may be had another day.
    """

    files: dict[str, Path] = field(default_factory=dict)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    is_chance: bool = False

    def remember(self, record: Path) -> None:
        """Write down which pictures these are, so that the same ones come without a network."""
        told = {"image_ids": list(self.files), "skipped": self.skipped}
        write_whole(record, json.dumps(told).encode())


class PictureFetcher:
    """Fetches pictures of a split into a folder; what is there is not fetched again.

    Parameters
    ----------
    host : OpenImagesHost
        Where the pictures are.
    split : str
        Which part of Open Images.
    folder : pathlib.Path
        Where they are kept.
    downloader : Downloader
        What fetches them.
    """

    def __init__(
        self, host: OpenImagesHost, split: str, folder: Path, downloader: Downloader
    ) -> None:
        self._host = host
        self._split = split
        self._folder = folder / split
        self._downloader = downloader

    def remembered(self, record: Path) -> Catch | None:
        """Return what was written down by `Catch.remember`, if all the pictures are still there."""
        if not record.is_file():
            return None
        told = json.loads(record.read_bytes())
        files = {name: self._path(name) for name in told["image_ids"]}
        if not all(path.is_file() for path in files.values()):
            return None
        return Catch(files, [(name, reason) for name, reason in told["skipped"]])

    def fetch(
        self, queues: Sequence[Sequence[str]], n_each: int, rotations: dict[str, float]
    ) -> Catch:
        """Take pictures from the head of every queue until each has given enough.

        Parameters
        ----------
        queues : sequence of sequence of str
            Ids in the order in which they are wanted.
        n_each : int
            How many pictures of each queue.
        rotations : dict of str to float
            How far each picture has to be turned.

        Returns
        -------
        Catch
            Fewer than were asked for where a queue has ended.

        Raises
        ------
        UnreachableError
            If the host does not answer from the first.
        ConnectionError
            If it does no longer; what came stays.
        """
        if any(not self._path(name).is_file() for queue in queues for name in queue[:n_each]):
            self._downloader.reach(self._host.pictures)
        from tqdm.auto import tqdm

        bar = tqdm(desc="Fetching pictures", total=n_each * len(queues), unit="img", delay=1)
        pool = ThreadPoolExecutor(N_WORKERS)
        try:
            return self._until_enough(queues, n_each, rotations, pool, bar)
        except KeyboardInterrupt:
            bar.write("Stopped. What was fetched is kept: run the cell again to go on.")
            raise
        finally:
            self._downloader.stop()
            pool.shutdown(wait=False, cancel_futures=True)  # A read may take half a minute more.
            bar.close()

    def _until_enough(
        self,
        queues: Sequence[Sequence[str]],
        n_each: int,
        rotations: dict[str, float],
        pool: ThreadPoolExecutor,
        bar: tqdm,
    ) -> Catch:
        catch = Catch()
        heads = [iter(queue) for queue in queues]
        missing = [n_each] * len(queues)  # Neither here nor on the way.
        under_way: deque[tuple[int, str, Future[Path]]] = deque()
        n_failures = 0
        while True:
            for number, head in enumerate(heads):
                while missing[number] and len(under_way) < 2 * N_WORKERS:
                    name = next(head, None)
                    if name is None:
                        missing[number] = 0
                        break
                    missing[number] -= 1
                    work = pool.submit(self._picture, name, rotations[name])
                    under_way.append((number, name, work))
            if not under_way:
                return catch
            number, name, work = under_way.popleft()
            try:
                catch.files[name] = work.result()
                n_failures = 0
                bar.update()
            except (NotToBeHadError, ConnectionError) as error:
                catch.skipped.append((name, str(error)))
                catch.is_chance |= isinstance(error, ConnectionError)
                missing[number] += 1
                n_failures += 1
                if n_failures == _TOO_MANY_FAILURES:
                    raise self._gone(catch) from error
            bar.set_postfix_str(self._told(bar, catch), refresh=False)

    def _picture(self, name: str, rotation: float) -> Path:
        """Return the file of a picture; a thread's work."""
        path = self._path(name)
        if not path.is_file():
            file = self._downloader.fetch(self._host.picture(self._split, name), _MOST_BYTES)
            try:
                decode_image(file, _MOST_PIXELS)
            except ValueError as error:
                raise NotToBeHadError(str(error)) from error
            write_whole(path, turn_upright(file, rotation))
        return path

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / f"{name}.jpg"

    def _told(self, bar: tqdm, catch: Catch) -> str:
        n_bytes, seconds = self._downloader.n_bytes, max(bar.format_dict["elapsed"], 1e-3)
        skipped = f", {len(catch.skipped)} skipped" if catch.skipped else ""
        return f"{n_bytes / 1e6:.0f} MB, {n_bytes / 1e6 / seconds:.1f} MB/s{skipped}"

    def _gone(self, catch: Catch) -> ConnectionError:
        reason = catch.skipped[-1][1]
        return ConnectionError(
            f"After {len(catch.files)} pictures, {_TOO_MANY_FAILURES} in a row could not be had "
            f"from {self._host.pictures} (the last one: {reason}). See to the network; if it "
            "wants you to log in, do that. Then run the cell again: what came is kept."
        )
