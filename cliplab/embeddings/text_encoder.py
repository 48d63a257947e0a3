"""What encodes texts: a whole CLIP, or the text half of the storybook's, which needs no torch."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec
from typing import Protocol

from cliplab._core.validation import wrong_value
from cliplab.embeddings.byte_pairs import BytePairs
from cliplab.embeddings.loading import STORYBOOK
from cliplab.embeddings.storybook_words import StorybookWords
from cliplab.embeddings.text_transformer import TextTransformer
from cliplab.embeddings.tokens import require_tokens
from cliplab.embeddings.values import Embeddings


class TextEncoder(Protocol):
    """A `ClipEncoder`, or a `StorybookTextEncoder`: texts become vectors of the space of images.

    Its model and its weights have names, as those of `ClipEncoder`.
    """

    @property
    def model(self) -> str:
        """The model."""

    @property
    def pretrained(self) -> str | None:
        """Its weights."""

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """Encode texts as unit vectors, a row each."""


class StorybookTextEncoder:
    """Encodes texts as ``ClipEncoder("storybook")`` does, in a fraction of its time and memory.

    Nothing is read before the first text is encoded.

    Attributes
    ----------
    model, pretrained : str
        The model and its weights, ``"storybook"``.

    Examples
    --------
    >>> StorybookTextEncoder().encode_texts(["a red fish"])
    Embeddings of 1 rows with 128 features, made by storybook
    """

    model = pretrained = "storybook"

    @staticmethod
    def fits(embeddings: Embeddings) -> bool:
        """Return whether embeddings come from the storybook's CLIP with its own weights."""
        names = embeddings.model, embeddings.provenance.get("pretrained")
        return names == (StorybookTextEncoder.model, StorybookTextEncoder.pretrained)

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """Encode texts as unit vectors in the space of the images.

        Parameters
        ----------
        texts : sequence of str
            At least one, for example ``["a red fish", "a fish"]``.

        Returns
        -------
        Embeddings
            Of shape (n_texts, 128).

        Raises
        ------
        ValueError
            If it is empty, or one text instead of a list.
        TooLongError
            If a text has more than 16 tokens. A token is a word, or a part of a rare one, or a
            mark; two more are for start and end.
        UnknownWordError
            If a text has a word that no caption of the storybook has, and open_clip, whose
            tokenizer knows all words, is not installed.
        """
        if isinstance(texts, str) or len(texts) == 0:
            raise ValueError(wrong_value("texts", "be a list of at least one text", texts))
        pairs = self._tokenizer
        for text in texts:
            require_tokens(text, pairs, self.model)
        tokens = [[pairs.start, *pairs.encode(text), pairs.end] for text in texts]
        provenance = {"pretrained": self.pretrained, "precision": "float32", "device": "cpu"}
        return Embeddings(self._network.encode(tokens), self.model, provenance)

    def __repr__(self) -> str:
        return "StorybookTextEncoder()"

    @cached_property
    def _config(self) -> dict[str, int]:
        text = (STORYBOOK / "open_clip_config.json").read_text(encoding="utf-8")
        config: dict[str, int] = json.loads(text)["model_cfg"]["text_cfg"]
        return config

    @cached_property
    def _tokenizer(self) -> BytePairs | StorybookWords:
        tokenizer = BytePairs if find_spec("open_clip") else StorybookWords
        return tokenizer(self._config["context_length"])

    @cached_property
    def _network(self) -> TextTransformer:
        from safetensors import safe_open

        with safe_open(STORYBOOK / "open_clip_model.safetensors", "numpy") as file:
            names = [name for name in file.keys() if not name.startswith("visual.")]  # noqa: SIM118
            weights = {name: file.get_tensor(name) for name in names}
        return TextTransformer(weights, self._config["heads"])
