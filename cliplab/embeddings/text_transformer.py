"""The text half of a CLIP model as a forward pass in NumPy, for a small model without torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count, takewhile

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

Floats = NDArray[np.float32]

_PREFIX = "transformer.resblocks."


class TextTransformer:
    """Turns tokens into vectors, as the text half of open_clip's network does.

    Parameters
    ----------
    weights : mapping of str to ndarray
        By their names in open_clip, in any precision. They are computed with in float32.
    n_heads : int
        The number of attention heads.

    References
    ----------
    Radford, A. et al. (2021). Learning transferable visual models from natural language
    supervision. International Conference on Machine Learning, 8748-8763.
    """

    def __init__(self, weights: Mapping[str, NDArray[np.floating]], n_heads: int) -> None:
        # Nearly all of the memory: of each text only a few rows are read, so they stay as they are.
        self._token_embedding = weights["token_embedding.weight"]
        self._weights = {
            name: values.astype(np.float32)
            for name, values in weights.items()
            if name != "token_embedding.weight"
        }
        self._n_heads = n_heads
        names = takewhile(
            lambda name: f"{name}.ln_1.weight" in weights, (f"{_PREFIX}{i}" for i in count())
        )
        self._blocks = tuple(names)

    def encode(self, texts: Sequence[Sequence[int]]) -> Floats:
        """Return the vector of each text, an array of shape (n_texts, n_features).

        Parameters
        ----------
        texts : sequence of sequence of int
            The tokens of each text, with start and end, at most as many as the model reads.
        """
        # A token attends to none after it, so what is after the end changes nothing: each text is
        # computed by itself, as long as it is.
        return np.vstack([self._encode_one(tokens) for tokens in texts])

    def _encode_one(self, tokens: Sequence[int]) -> Floats:
        rows = self._token_embedding[list(tokens)].astype(np.float32)
        x = rows + self._weights["positional_embedding"][: len(tokens)]
        for block in self._blocks:
            x = x + self._attend(self._normalize(x, f"{block}.ln_1"), f"{block}.attn")
            hidden = self._linear(self._normalize(x, f"{block}.ln_2"), f"{block}.mlp.c_fc")
            x = x + self._linear(_gelu(hidden), f"{block}.mlp.c_proj")
        # The end has the highest number of all tokens.
        at_end = self._normalize(x, "ln_final")[int(np.argmax(tokens))]
        vector: Floats = at_end @ self._weights["text_projection"]
        return vector

    def _attend(self, x: Floats, name: str) -> Floats:
        weight, bias = (
            self._weights[f"{name}.in_proj_weight"],
            self._weights[f"{name}.in_proj_bias"],
        )
        n_tokens, width = x.shape
        parts = (x @ weight.T + bias).reshape(n_tokens, 3, self._n_heads, -1)
        queries, keys, values = parts.transpose(1, 2, 0, 3)
        scores = queries @ keys.swapaxes(1, 2) / np.float32(np.sqrt(width / self._n_heads))
        scores[:, np.triu(np.ones((n_tokens, n_tokens), dtype=bool), 1)] = -np.inf
        shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
        shares /= shares.sum(axis=-1, keepdims=True)
        heads = (shares @ values).swapaxes(0, 1).reshape(n_tokens, width)
        return self._linear(heads, f"{name}.out_proj")

    def _linear(self, x: Floats, name: str) -> Floats:
        y: Floats = x @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]
        return y

    def _normalize(self, x: Floats, name: str) -> Floats:
        centered = x - x.mean(axis=-1, keepdims=True)
        scale = np.sqrt(centered.var(axis=-1, keepdims=True) + np.float32(1e-5))
        y: Floats = centered / scale * self._weights[f"{name}.weight"]
        return y + self._weights[f"{name}.bias"]


def _gelu(x: Floats) -> Floats:
    y: Floats = x * (erf(x / np.float32(np.sqrt(2))) + 1) / 2
    return y
