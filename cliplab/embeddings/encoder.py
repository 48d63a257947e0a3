"""ClipEncoder: images and texts become unit vectors of one space."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, overload

import numpy as np
from numpy.typing import NDArray

from cliplab._core.arguments import checked
from cliplab._core.device import best_precision, checked_device
from cliplab._core.extras import require_extra
from cliplab._core.kinds import count
from cliplab._core.validation import require_one_of, wrong_value
from cliplab.embeddings.encoding import encode_all, encode_missing
from cliplab.embeddings.engines.running import ENGINES, running_engine
from cliplab.embeddings.inputs import input_images
from cliplab.embeddings.model import PRECISIONS, ClipModel, default_batch_size
from cliplab.embeddings.store import EmbeddingStore
from cliplab.embeddings.values import Embeddings

if TYPE_CHECKING:
    from PIL.Image import Image

    from cliplab.embeddings.on_disk import StoredEmbeddings
    from cliplab.images.image_set import ImageSet


@checked
class ClipEncoder:
    """A CLIP model that encodes images and texts as vectors of one space.

    Parameters
    ----------
    model : str, default="ViT-B-32"
        The name of a model of open_clip, or ``"storybook"``: a small CLIP that ships with this
        package and knows only the storybook.
    pretrained : str or None, default="laion2b_s34b_b79k"
        The weights: a name of open_clip, which are downloaded once, or a file. None is an untrained
        model, for comparison. The storybook always has its own weights, unless this is None.
    device : str, optional
        ``"cuda"``, ``"mps"`` or ``"cpu"``. Default: the fastest one available.
    precision : {"float32", "bfloat16", "float16"}, optional
        The precision of weights and computations. Default: bfloat16 if the processor has it,
        float16 on other GPUs, else float32. 16 bits are faster and keep nearly all neighbours.

    Attributes
    ----------
    model, pretrained : str
        The model and its weights.
    device, precision : str
        Where the model runs, and its precision.

    Raises
    ------
    ValueError
        If there is no such model, no such weights, no such device or no such precision.
    TypeError
        If the model is not a name.
    ConnectionError
        If the weights are not on this machine and their hub cannot be reached.
    FileNotFoundError, PermissionError
        If the hub does not have the weights, or you may not read them.
    ImportError
        If torch or open_clip is not installed; ``pip install "cliplab[clip]"`` brings both.

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
        if precision is not None:
            require_one_of("precision", precision, PRECISIONS)
        if not isinstance(model, str):
            raise TypeError(
                wrong_value("model", "be a name, for example 'storybook' or 'ViT-B-32'", model)
            )
        require_extra("clip", f"ClipEncoder({model!r})", "open images encoded before: load_pack()")
        self.model = model
        has_own_weights = model == "storybook" and pretrained is not None
        self.pretrained = "storybook" if has_own_weights else pretrained
        self.device = checked_device(device)
        self.precision = precision or best_precision(self.device)
        self._clip = ClipModel(model, self.pretrained, self.device, self.precision)

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
    @checked(batch_size=count(1))
    def encode_images(
        self,
        images: ImageSet | Sequence[Image] | str | os.PathLike[str],
        *,
        batch_size: int | None = None,
        store: str | os.PathLike[str] | bool = True,
        engine: str = "local",
    ) -> Embeddings | StoredEmbeddings:
        """Encode images as unit vectors, one row for each image.

        Images are resized, cropped and normalized as the weights expect it. Nothing leaves this
        machine. Vectors are stored batch by batch: a run that was interrupted continues where it
        stopped, and images that were encoded before are not encoded again.

        Parameters
        ----------
        images : ImageSet, sequence of PIL.Image.Image or path-like
            At least one image. With the engine "ray" also an address, for more images than fit
            into memory: a folder, a file or a pattern such as ``"photos/train-*.parquet"``, on this
            machine, in a bucket (``"s3://bucket/…"``, ``"gs://bucket/…"``) or on the Hub
            (``"hf://datasets/owner/name/…"``). Of parquet files the column of images is read, of
            other files all that are images.
        batch_size : int, optional
            How many images go through the model at once. Default: 8 on a CPU and 128 on a GPU. A
            batch that does not fit into memory is halved and tried again.
        store : path-like or bool, default=True
            The folder where vectors are stored. True is the user's cache, False no folder. A vector
            is found again by the content of its image, the weights, the preprocessing and the
            precision.
        engine : {"local", "ray"}, default="local"
            "ray" uses all GPUs, or else all processor cores, of the Ray cluster that this process
            is connected to, and continues when a worker is lost. Without a cluster it starts one on
            this machine for this call. The vectors equal those of this machine on the same kind of
            device.

        Returns
        -------
        Embeddings or StoredEmbeddings
            Of shape (n_images, n_features). StoredEmbeddings for an address; images there that
            cannot be read are left out, with a warning.

        Raises
        ------
        ValueError
            If there is no image, or one cannot be read; its name is given.
        TypeError
            If they are not images.
        MemoryError
            If not even one image fits into memory.
        ImportError
            If the engine is "ray" and Ray is not installed.
        RuntimeError
            If a worker of the cluster fails; the message says why.

        Examples
        --------
        >>> from cliplab import load_storybook
        >>> images = load_storybook(n_images=4)
        >>> ClipEncoder("storybook").encode_images(images).vectors.shape
        (4, 128)
        """
        require_one_of("engine", engine, ENGINES)
        if isinstance(images, str | os.PathLike):
            if engine == "local":
                must = "be an ImageSet or a list of images"
                hint = ": an address needs the engine 'ray', a folder load_folder"
                raise ValueError(wrong_value("images", must, images, hint))
            return self._encode_address(os.fspath(images), batch_size, store)
        inputs = input_images(images)
        with running_engine(engine, self._clip) as running:
            size = min(batch_size or default_batch_size(running.device), len(inputs))
            if store is False:
                vectors = encode_all(running, inputs, size)
            else:
                with EmbeddingStore(store, self._clip.made_by) as opened:
                    vectors = encode_missing(running, inputs, size, opened)
            return self._embeddings(vectors, running.device)

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
            If it is empty, or one text instead of a list, or a text is longer than the model reads:
            77 tokens for most models and 16 for the storybook's. A token is a word, or a part of a
            rare one, or a mark; two more are for start and end.

        Examples
        --------
        >>> ClipEncoder("storybook").encode_texts(["a red fish"])
        Embeddings of 1 rows with 128 features, made by storybook
        """
        if isinstance(texts, str) or len(texts) == 0:
            raise ValueError(wrong_value("texts", "be a list of at least one text", texts))
        return self._embeddings(self._clip.encode_texts(texts), self.device)

    def __repr__(self) -> str:
        weights = "untrained" if self.pretrained is None else self.pretrained
        return f"ClipEncoder({self.model!r}, {weights}) on {self.device} in {self.precision}"

    def _encode_address(
        self, address: str, batch_size: int | None, store: str | os.PathLike[str] | bool
    ) -> StoredEmbeddings:
        from cliplab.embeddings.engines.ray.encoding import ray_engine
        from cliplab.embeddings.engines.ray.from_address import encode_address

        with ray_engine(self._clip) as running:
            size = batch_size or default_batch_size(running.device)
            return encode_address(running, address, size, store)

    def _embeddings(self, vectors: NDArray[np.float32], device: str) -> Embeddings:
        import open_clip

        provenance = {
            "pretrained": str(self.pretrained),
            **self._clip.made_by,
            "device": device,
            "open_clip": open_clip.__version__,
        }
        return Embeddings(vectors, self.model, provenance)
