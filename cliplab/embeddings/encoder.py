"""ClipEncoder: images and texts become unit vectors of one space."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numpy.typing import NDArray

from cliplab._core.device import best_precision, checked_device, is_out_of_memory, n_cores
from cliplab._core.validation import require_count
from cliplab.embeddings.model import load_network, open_clip_name
from cliplab.embeddings.preprocessing import Preparation
from cliplab.embeddings.store import EmbeddingStore, image_key
from cliplab.embeddings.values import Embeddings

if TYPE_CHECKING:
    import torch
    from PIL.Image import Image

    from cliplab.embeddings.on_disk import StoredEmbeddings
    from cliplab.images.image_set import ImageSet

_PRECISIONS = ("float32", "bfloat16", "float16")
# Below this a progress bar would only flicker.
_SECONDS_BEFORE_PROGRESS = 2


class ClipEncoder:
    """A CLIP model that encodes images and texts as vectors of one space.

    Parameters
    ----------
    model : str, default="ViT-B-32"
        Any model of open_clip by its name, or ``"storybook"``: a small CLIP that ships with this
        package and knows nothing except the storybook.
    pretrained : str or None, default="laion2b_s34b_b79k"
        Which weights, by open_clip's name; they are downloaded once. Or a file of them. None leaves
        the model untrained, for comparison. The storybook has its own, whatever is named here.
    device : str, optional
        ``"cuda"``, ``"mps"`` or ``"cpu"``; the fastest that there is when left out.
    precision : {"float32", "bfloat16", "float16"}, optional
        How exactly it reckons. When left out, bfloat16 where the processor has it, float16 on other
        GPUs, float32 elsewhere. The shorter numbers are the faster ones, and keep the neighbours.

    Attributes
    ----------
    device, precision : str
        Where the model runs, and how exactly.

    Raises
    ------
    ValueError
        If there is no such model, no such weights, no such device or no such precision.
    TypeError
        If the model is not a name.
    ConnectionError
        If the weights are not at hand and their hub cannot be reached.
    FileNotFoundError, PermissionError
        If their hub does not have them, or not for everybody.

    References
    ----------
    Radford, A. et al. (2021). Learning transferable visual models from natural language
    supervision. International Conference on Machine Learning, 8748-8763.

    Ilharco, G. et al. (2021). OpenCLIP. Zenodo, doi:10.5281/zenodo.5143773.

    Examples
    --------
    >>> from cliplab import load_storybook
    >>> encoder = ClipEncoder("storybook")
    >>> encoder.encode_images(load_storybook(n_images=4))
    Embeddings of 4 rows with 128 features, made by storybook
    """

    def __init__(
        self,
        model: str = "ViT-B-32",
        pretrained: str | None = "laion2b_s34b_b79k",
        device: str | None = None,
        *,
        precision: str | None = None,
    ) -> None:
        import torch

        if precision not in (None, *_PRECISIONS):
            known = ", ".join(repr(name) for name in _PRECISIONS)
            raise ValueError(f"`precision` must be {known} or None. Got {precision!r} instead.")
        if not isinstance(model, str):
            raise TypeError(
                "`model` must be the name of a model, for example 'storybook' or 'ViT-B-32'. "
                f"Got {model!r} instead."
            )
        self.model = model
        own_weights = model == "storybook" and pretrained is not None
        self.pretrained = "storybook" if own_weights else pretrained
        self.device = checked_device(device)
        self.precision = precision or best_precision(self.device)
        self._dtype: torch.dtype = getattr(torch, self.precision)
        self._network = load_network(model, self.pretrained, self._dtype).to(self.device)

    @overload
    def encode_images(
        self,
        images: ImageSet | Sequence[Image],
        *,
        batch_size: int | None = None,
        store: str | os.PathLike[str] | bool = True,
        engine: str = "local",
    ) -> Embeddings: ...
    @overload
    def encode_images(
        self,
        images: str | os.PathLike[str],
        *,
        batch_size: int | None = None,
        store: str | os.PathLike[str] | bool = True,
        engine: str = "local",
    ) -> StoredEmbeddings: ...
    def encode_images(
        self,
        images: ImageSet | Sequence[Image] | str | os.PathLike[str],
        *,
        batch_size: int | None = None,
        store: str | os.PathLike[str] | bool = True,
        engine: str = "local",
    ) -> Embeddings | StoredEmbeddings:
        """Encode images as unit vectors, one row for each image.

        Images are prepared as the weights expect it: size, cropping and colours. Nothing leaves
        this machine. What is encoded is kept, batch by batch: a run that is stopped, or killed,
        goes on where it stood, and the same images come back at once.

        Parameters
        ----------
        images : ImageSet, sequence of PIL.Image.Image or path-like
            At least one. With the engine "ray" also an address, where there are more pictures than
            memory holds: a folder, a file or a pattern such as ``"photos/train-*.parquet"``, on
            this machine, in a bucket (``"s3://bucket/…"``, ``"gs://bucket/…"``) or on the Hub
            (``"hf://datasets/owner/name/…"``). Of parquet files the column of images is read; else
            every file that is a picture.
        batch_size : int, optional
            How many go through the model at once: 8 on a CPU and 128 on a GPU when left out. A
            batch that does not fit into memory is halved and tried again.
        store : path-like or bool, default=True
            The folder where vectors are kept; True for the user's cache, False for nowhere. They
            are known by the content of a picture, the weights, the preparation and the precision.
        engine : {"local", "ray"}, default="local"
            "ray" works on all GPUs, or else all processors, of the Ray cluster that this process is
            connected to, and goes on when a worker is lost. If there is none, it starts one on this
            machine for the while. The vectors are the same as on this machine with the same device;
            which device that is, the cluster decides.

        Returns
        -------
        Embeddings
            Of shape (n_images, n_features); for an address the `StoredEmbeddings` where the vectors
            are. Pictures at an address that cannot be read are left out; a warning says which.

        Raises
        ------
        ValueError
            If there is no image, or one cannot be read; its name is given.
        TypeError
            If they are no pictures.
        MemoryError
            If not even one image fits.
        ImportError
            If Ray is asked for and not installed.
        RuntimeError
            If a worker of the cluster cannot do what is asked, and why.

        Examples
        --------
        >>> from cliplab import load_storybook
        >>> images = load_storybook(n_images=4)
        >>> ClipEncoder("storybook").encode_images(images).vectors.shape
        (4, 128)
        """
        if batch_size is not None:
            require_count("batch_size", batch_size, 1)
        if engine == "ray":
            from cliplab.embeddings.engines.ray.encoding import encode_on_cluster

            return encode_on_cluster(self, images, batch_size, store)
        if engine != "local":
            raise ValueError(f"`engine` must be 'local' or 'ray'. Got {engine!r} instead.")
        if isinstance(images, str | os.PathLike):
            raise ValueError(
                "`images` must be an ImageSet or a list of pictures: an address is for the engine "
                f"'ray', a folder for load_folder. Got {images!r} instead."
            )
        _require_pictures(images)
        if len(images) == 0:
            raise ValueError("`images` must hold at least one image. Got none instead.")
        size = batch_size or self._batch_size
        if store is False:
            # From a cluster they come as they are done, and mixed.
            batches = list(self._encoded(images, range(len(images)), size))
            order = np.argsort(np.concatenate([np.asarray(rows) for rows, _ in batches]))
            return self._embeddings(np.vstack([vectors for _, vectors in batches])[order])
        keys = [image_key(_content(images, row)) for row in range(len(images))]
        with EmbeddingStore(None if store is True else store, self._made_by) as kept:
            known = kept.find(keys)
            # Each picture once, though several rows may show it.
            row_of = {key: row for row, key in enumerate(keys) if key not in known}
            missing = sorted(row_of.values())

            def keep(rows: Sequence[int], vectors: NDArray[np.float32]) -> None:
                kept.add([keys[row] for row in rows], vectors)

            for rows, vectors in self._encoded(images, missing, size, keep):
                known |= zip([keys[row] for row in rows], vectors, strict=True)
        return self._embeddings(np.vstack([known[key] for key in keys]))

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """Encode texts as unit vectors in the space of the images.

        Parameters
        ----------
        texts : sequence of str
            At least one, for example ``["a red fish", "a fish"]``.

        Returns
        -------
        Embeddings
            Of shape (n_texts, n_features).

        Raises
        ------
        ValueError
            If it is empty, or one text instead of a list of them.

        Examples
        --------
        >>> ClipEncoder("storybook").encode_texts(["a red fish"])
        Embeddings of 1 rows with 128 features, made by storybook
        """
        import torch

        if isinstance(texts, str) or len(texts) == 0:
            raise ValueError(f"`texts` must be a list of at least one text. Got {texts!r} instead.")
        with torch.inference_mode():
            tokens = self._tokenize(list(texts)).to(self.device)
            return self._embeddings(_numbers(self._network.encode_text(tokens)))

    def __repr__(self) -> str:
        weights = "untrained" if self.pretrained is None else self.pretrained
        return f"ClipEncoder({self.model!r}, {weights}) on {self.device} in {self.precision}"

    def _embeddings(self, vectors: NDArray[np.float32]) -> Embeddings:
        import open_clip

        provenance = {
            "pretrained": str(self.pretrained),
            **self._made_by,
            "device": self.device,
            "open_clip": open_clip.__version__,
        }
        return Embeddings(vectors, self.model, provenance)

    @cached_property
    def _made_by(self) -> dict[str, str]:
        """All that decides which vector a picture gets, the weights themselves included."""
        import torch

        digest = hashlib.blake2b(digest_size=16)
        for name, tensor in sorted(self._network.visual.state_dict().items()):
            digest.update(name.encode())
            numbers = tensor.detach().cpu().contiguous().reshape(-1)
            digest.update(numbers.view(torch.uint8).numpy())
        return {
            "model": self.model,
            "weights": digest.hexdigest(),
            "preprocessing": self._preparation.made_by,
            "precision": self.precision,
        }

    @property
    def _batch_size(self) -> int:
        return 8 if self.device == "cpu" else 128

    @cached_property
    def _preparation(self) -> Preparation:
        """What belongs to the weights, not to the architecture."""
        return Preparation(self._network.visual.preprocess_cfg)

    @cached_property
    def _tokenize(self) -> Any:
        import open_clip

        return open_clip.get_tokenizer(open_clip_name(self.model))

    def _encoded(
        self,
        images: ImageSet | Sequence[Image],
        rows: Sequence[int],
        size: int,
        keep: Callable[[Sequence[int], NDArray[np.float32]], None] | None = None,
    ) -> Iterator[tuple[Sequence[int], NDArray[np.float32]]]:
        """Yield rows and their vectors, batch by batch; some threads each prepare and encode."""
        import torch
        from tqdm.auto import tqdm

        def work(start: int) -> tuple[Sequence[int], NDArray[np.float32]]:
            batch = rows[start : start + size]
            vectors = self._encode_batch(images, batch, size)
            if keep is not None:
                keep(batch, vectors)
            return batch, vectors

        n_threads = n_cores() if self.device == "cpu" else min(16, n_cores())
        starts = range(0, len(rows), size)
        # One thread a batch, and none within it: they then never wait for one another.
        pool = ThreadPoolExecutor(n_threads, initializer=torch.set_num_threads, initargs=(1,))
        try:
            done = pool.map(work, starts)
            yield from tqdm(
                done,
                "encoding images",
                total=len(starts),
                delay=_SECONDS_BEFORE_PROGRESS,
                unit="batch",
            )
        finally:
            pool.shutdown(cancel_futures=True)  # Who stops it does not wait for all the rest.

    def _encode_batch(
        self, images: ImageSet | Sequence[Image], rows: Sequence[int], size: int
    ) -> NDArray[np.float32]:
        return self._encode_prepared([self._prepared(images, row) for row in rows], size)

    def _encode_prepared(self, pictures: Sequence[torch.Tensor], size: int) -> NDArray[np.float32]:
        import torch

        batch = torch.stack(list(pictures))
        # The last batch is filled up: another shape would be reckoned in another order, and a
        # picture's vector would depend, in its last digits, on the company it is in.
        filled = torch.cat([batch, batch.new_zeros(size - len(batch), *batch.shape[1:])])
        with torch.inference_mode():
            return self._encode_or_halve(filled)[: len(pictures)]

    def _prepared(self, images: ImageSet | Sequence[Image], row: int) -> torch.Tensor:
        with _readable(row):
            return self._preparation.picture(images[row])

    def _encode_or_halve(self, batch: torch.Tensor) -> NDArray[np.float32]:
        import torch

        try:
            placed = self._preparation.numbers(batch.to(self.device)).to(self._dtype)
            return _numbers(self._network.encode_image(placed))
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
            if len(batch) == 1:
                raise MemoryError(
                    f"Not even one image fits into the memory of {self.device}. Take a smaller "
                    "model, another `device`, or restart the kernel to free memory."
                ) from error
        half = -(-len(batch) // 2)
        return np.vstack([self._encode_or_halve(part) for part in torch.split(batch, half)])


def _require_pictures(images: object) -> None:
    """Refuse what are no pictures, before anything is encoded."""
    from PIL import Image

    if hasattr(images, "file_bytes"):
        return
    wrong = images
    if isinstance(images, Sequence):
        strange = [each for each in images if not isinstance(each, Image.Image)]
        if not strange:
            return
        wrong = strange[0]
    raise TypeError(
        "`images` must be an ImageSet or a list of pictures, each a PIL.Image.Image. "
        f"Got {type(wrong).__name__} instead."
    )


def _content(images: ImageSet | Sequence[Image], row: int) -> bytes:
    """Return what tells one picture from another: its file, or its pixels where it has none."""
    with _readable(row):
        if hasattr(images, "file_bytes"):
            return images.file_bytes(row)
        picture = images[row]
        # Pixels of a palette are numbers of colours: without the colours they say nothing.
        about = f"{picture.mode} {picture.size} {picture.getpalette()}"
        return about.encode() + picture.tobytes()


@contextmanager
def _readable(row: int) -> Iterator[None]:
    """Name the picture that cannot be read; Pillow reads one only when it is used."""
    try:
        yield
    except (OSError, SyntaxError) as error:
        raise ValueError(
            f"`images` must be pictures that can be read. Number {row} cannot: {error}"
        ) from error


def _numbers(vectors: torch.Tensor) -> NDArray[np.float32]:
    numbers: NDArray[np.float32] = vectors.float().cpu().numpy()
    return numbers
