"""ClipEncoder: images and texts become unit vectors of one space."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cliplab.embeddings import Embeddings
from cliplab.hub import hub_errors
from cliplab.weights import require_weights

if TYPE_CHECKING:
    import torch
    from PIL.Image import Image

    from cliplab.images import ImageSet

STORYBOOK = Path(__file__).parent / "models" / "storybook"
# Below this a progress bar would only flicker.
_SECONDS_BEFORE_PROGRESS = 2
_BFLOAT16_ON_CPU = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")


class ClipEncoder:
    """A CLIP model: turns images, and texts, into vectors that can be compared.

    Parameters
    ----------
    model : str, default="ViT-B-32"
        Any model of open_clip by its name, or ``"storybook"``: a small CLIP that ships with this
        package and knows nothing except the storybook.
    pretrained : str or None, default="laion2b_s34b_b79k"
        Which weights, by open_clip's name; they are downloaded once. None leaves the model
        untrained, for comparison. The storybook has its own.
    device : str, optional
        ``"cuda"``, ``"mps"`` or ``"cpu"``; the fastest that there is when left out.

    Attributes
    ----------
    device : str
        Where the model runs.
    precision : {"float32", "bfloat16", "float16"}
        How exactly it reckons: bfloat16 where the processor has it, float16 on other GPUs.

    Raises
    ------
    ValueError
        If there is no such model or no such weights.
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
    ) -> None:
        import torch

        self.model = model
        self.pretrained = "storybook" if model == "storybook" else pretrained
        self.device = device or _best_device()
        self.precision = _best_precision(self.device)
        self._network = _load(model, self.pretrained).to(
            device=self.device, dtype=getattr(torch, self.precision)
        )

    def encode_images(
        self, images: ImageSet | Sequence[Image], *, batch_size: int | None = None
    ) -> Embeddings:
        """Turn images into unit vectors, one row an image.

        Images are prepared as the weights expect it: size, cropping and colours. Nothing leaves
        this machine.

        Parameters
        ----------
        images : ImageSet or sequence of PIL.Image.Image
            At least one.
        batch_size : int, optional
            How many go through the model at once: 16 on a CPU and 128 on a GPU when left out. A
            batch that does not fit into memory is halved and tried again.

        Returns
        -------
        Embeddings
            Of shape (n_images, n_features).

        Raises
        ------
        ValueError
            If there is no image, or one cannot be read; its name is given.
        MemoryError
            If not even one image fits.

        Examples
        --------
        >>> from cliplab import load_storybook
        >>> images = load_storybook(n_images=4)
        >>> ClipEncoder("storybook").encode_images(images).vectors.shape
        (4, 128)
        """
        from tqdm.auto import tqdm

        if len(images) == 0:
            raise ValueError("`images` must hold at least one image. Got none instead.")
        size = batch_size or (16 if self.device == "cpu" else 128)
        starts = range(0, len(images), size)
        parts = tqdm(
            self._in_threads(images, starts, size),
            "encoding images",
            total=len(starts),
            delay=_SECONDS_BEFORE_PROGRESS,
            unit="batch",
        )
        return self._embeddings(np.vstack(list(parts)))

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """Turn texts into unit vectors of the same space as the images.

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
            "preprocessing": str(self._network.visual.preprocess_cfg),
            "precision": self.precision,
            "device": self.device,
            "open_clip": open_clip.__version__,
        }
        return Embeddings(vectors, self.model, provenance)

    @cached_property
    def _prepare(self) -> Any:
        """The preprocessing that belongs to the weights, not to the architecture."""
        from open_clip.transform import PreprocessCfg, image_transform_v2

        return image_transform_v2(PreprocessCfg(**self._network.visual.preprocess_cfg), False)

    @cached_property
    def _tokenize(self) -> Any:
        import open_clip

        return open_clip.get_tokenizer(_open_clip_name(self.model))

    def _in_threads(
        self, images: ImageSet | Sequence[Image], starts: Iterable[int], size: int
    ) -> Iterator[NDArray[np.float32]]:
        """Yield the vectors of each batch, in order; some threads each prepare and encode."""
        import torch

        n_threads = _n_cores() if self.device == "cpu" else min(4, _n_cores())
        # One thread a batch, and none within it: they then never wait for one another.
        with ThreadPoolExecutor(
            n_threads, initializer=torch.set_num_threads, initargs=(1,)
        ) as pool:
            yield from pool.map(lambda start: self._encode_batch(images, start, size), starts)

    def _encode_batch(
        self, images: ImageSet | Sequence[Image], start: int, size: int
    ) -> NDArray[np.float32]:
        import torch

        rows = range(start, min(start + size, len(images)))
        batch = torch.stack([self._prepared(images, row) for row in rows])
        # The last batch is filled up: another shape would be reckoned in another order, and a
        # picture's vector would depend, in its last digits, on the company it is in.
        filled = torch.cat([batch, batch.new_zeros(size - len(batch), *batch.shape[1:])])
        with torch.inference_mode():
            return self._encode_or_halve(filled)[: len(rows)]

    def _prepared(self, images: ImageSet | Sequence[Image], row: int) -> torch.Tensor:
        try:
            prepared: torch.Tensor = self._prepare(images[row])
        except (OSError, SyntaxError) as error:  # Pillow reads a picture only when it is used.
            raise ValueError(
                f"`images` must be pictures that can be read. Number {row} cannot: {error}"
            ) from error
        return prepared

    def _encode_or_halve(self, batch: torch.Tensor) -> NDArray[np.float32]:
        import torch

        try:
            placed = batch.to(device=self.device, dtype=getattr(torch, self.precision))
            return _numbers(self._network.encode_image(placed))
        except RuntimeError as error:
            if not _is_out_of_memory(error):
                raise
            if len(batch) == 1:
                raise MemoryError(
                    f"Not even one image fits into the memory of {self.device}. Take a smaller "
                    "model, another `device`, or restart the kernel to free memory."
                ) from error
        half = -(-len(batch) // 2)
        return np.vstack([self._encode_or_halve(part) for part in torch.split(batch, half)])


def _load(model: str, pretrained: str | None) -> Any:
    """Load a model as open_clip does; the storybook from the package, on the same way."""
    import open_clip
    import torch

    if model == "storybook":
        return open_clip.create_model(_open_clip_name(model)).eval()
    require_weights(model, pretrained)
    loads = pretrained is not None
    quiet = nullcontext() if loads else _quiet_root_logger()
    # An untrained network is a result too: the same one each time, and meant, so without warning.
    with torch.random.fork_rng(devices=[]), quiet, hub_errors(f"the model {model}"):
        torch.manual_seed(0)
        return open_clip.create_model(model, pretrained=pretrained, load_weights=loads).eval()


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


def _open_clip_name(model: str) -> str:
    return f"local-dir:{STORYBOOK}" if model == "storybook" else model


def _numbers(vectors: torch.Tensor) -> NDArray[np.float32]:
    numbers: NDArray[np.float32] = vectors.float().cpu().numpy()
    return numbers


def _best_device() -> str:
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _best_precision(device: str) -> str:
    """Return bfloat16 where the processor has it: emulated, it is slower than float32."""
    import torch

    if device.startswith("cuda"):
        # Before compute capability 8 (a T4 has 7.5) bfloat16 is emulated.
        return "bfloat16" if torch.cuda.get_device_capability(device) >= (8, 0) else "float16"
    if device == "cpu":
        # torch tells this in private functions only, and not in all versions.
        tells = (getattr(torch.cpu, name, None) for name in _BFLOAT16_ON_CPU)
        return "bfloat16" if any(tell and tell() for tell in tells) else "float32"
    return "float16"


def _n_cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _is_out_of_memory(error: RuntimeError) -> bool:
    words = str(error).lower()
    return "out of memory" in words or "can't allocate memory" in words
