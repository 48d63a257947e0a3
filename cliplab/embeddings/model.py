"""A CLIP model on one device: it prepares images, and encodes batches of them, and texts."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cliplab._core.device import is_out_of_memory
from cliplab.embeddings.loading import load_network, open_clip_name
from cliplab.embeddings.preprocessing import Preprocessing
from cliplab.embeddings.tokens import require_tokens

if TYPE_CHECKING:
    import torch
    from PIL.Image import Image

PRECISIONS = ("float32", "bfloat16", "float16")


def default_batch_size(device: str) -> int:
    """Return how many images go through the network at once on a device."""
    return 8 if device == "cpu" else 128


class ClipModel:
    """A network with its weights on one device, with its preprocessing and its tokenizer.

    Parameters
    ----------
    name : str
        A model of open_clip, or ``"storybook"``.
    pretrained : str or None
        The weights, as for `ClipEncoder`.
    device : str
        Where the network runs.
    precision : {"float32", "bfloat16", "float16"}
        The precision of its weights and computations.

    Examples
    --------
    >>> from cliplab import load_storybook
    >>> model = ClipModel("storybook", "storybook", "cpu", "float32")
    >>> prepared = [model.prepare(image) for image in load_storybook(n_images=3)]
    >>> model.encode_batch(prepared, size=8).shape
    (3, 128)
    """

    def __init__(self, name: str, pretrained: str | None, device: str, precision: str) -> None:
        import torch

        self.name = name
        self.pretrained = pretrained
        self.device = device
        self.precision = precision
        self._dtype: torch.dtype = getattr(torch, precision)
        self.network = load_network(name, pretrained, self._dtype).to(device)

    @cached_property
    def preprocessing(self) -> Preprocessing:
        """How images are prepared, which depends on the weights and not on the architecture."""
        return Preprocessing(self.network.visual.preprocess_cfg)

    @cached_property
    def made_by(self) -> dict[str, str]:
        """Everything that a vector depends on besides its image, the weights included."""
        import torch

        digest = hashlib.blake2b(digest_size=16)
        for name, tensor in sorted(self.network.visual.state_dict().items()):
            digest.update(name.encode())
            weights = tensor.detach().cpu().contiguous().reshape(-1)
            digest.update(weights.view(torch.uint8).numpy())
        kinds = {type(module).__name__ for module in self.network.visual.modules()}
        return {
            "model": self.name,
            "weights": digest.hexdigest(),
            # Vectors that were made of such weights with GELU are others.
            **({"activation": "QuickGELU"} if "QuickGELU" in kinds else {}),
            "preprocessing": self.preprocessing.made_by,
            "precision": self.precision,
        }

    @cached_property
    def _tokenize(self) -> Any:
        import open_clip

        return open_clip.get_tokenizer(open_clip_name(self.name))

    def prepare(self, image: Image) -> torch.Tensor:
        """Resize and crop one image to what the network expects, on the CPU."""
        return self.preprocessing.prepare(image)

    def encode_batch(self, prepared: Sequence[torch.Tensor], size: int) -> NDArray[np.float32]:
        """Encode some prepared images.

        Parameters
        ----------
        prepared : sequence of torch.Tensor
            From `prepare`, at most `size`.
        size : int
            The batch size. A batch that does not fit into memory is halved and tried again.

        Returns
        -------
        ndarray of shape (n_images, n_features)
            Not scaled to unit length.

        Raises
        ------
        MemoryError
            If not even one image fits.
        """
        import torch

        batch = torch.stack(list(prepared))
        # Every batch has the same shape: with another shape the network would add in another order,
        # and the last digits of a vector would depend on the size of its batch.
        filled = torch.cat([batch, batch.new_zeros(size - len(batch), *batch.shape[1:])])
        with torch.inference_mode():
            return self._encode_or_halve(filled)[: len(prepared)]

    def encode_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode texts; return an ndarray of shape (n_texts, n_features).

        Raises
        ------
        ValueError
            If one is longer than the network reads. The tokenizer would cut it silently.
        """
        import torch

        for text in texts:
            require_tokens(text, self._tokenize, self.name)
        with torch.inference_mode():
            tokens = self._tokenize(list(texts)).to(self.device)
            return _as_array(self.network.encode_text(tokens))

    def _encode_or_halve(self, batch: torch.Tensor) -> NDArray[np.float32]:
        import torch

        try:
            pixels = self.preprocessing.normalize(batch.to(self.device)).to(self._dtype)
            return _as_array(self.network.encode_image(pixels))
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
            if len(batch) == 1:
                raise MemoryError(
                    f"Not even one image fits into the memory of {self.device}. Use a smaller "
                    "model, another `device`, or restart the kernel to free memory."
                ) from error
        half = -(-len(batch) // 2)
        return np.vstack([self._encode_or_halve(part) for part in torch.split(batch, half)])


def _as_array(vectors: torch.Tensor) -> NDArray[np.float32]:
    array: NDArray[np.float32] = vectors.float().cpu().numpy()
    return array
