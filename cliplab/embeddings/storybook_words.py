"""The tokens of the words that the storybook's CLIP was trained with, for where there is no other.

CLIP's tokenizer has a vocabulary of its own, which comes with open_clip. Where that is not
installed, the words of the storybook's captions are enough to search its images.
"""

from __future__ import annotations

import json
import re
from functools import cached_property
from pathlib import Path

from cliplab._core.extras import pip_line
from cliplab._core.validation import wrong_value
from cliplab.embeddings.byte_pairs import END, START
from cliplab.embeddings.tokens import UnknownWordError

WORDS = Path(__file__).parents[1] / "models" / "storybook" / "words.json"
# Letters alone, or marks alone: a word of the captions is one or the other.
PIECES = re.compile(r"[^\W\d_]+|\d|[^\s\w]+|_+")


class StorybookWords:
    """Splits texts into the tokens of words that the storybook's captions have.

    Parameters
    ----------
    context_length : int
        How many tokens the model reads, start and end included.

    Attributes
    ----------
    start, end : int
        The tokens before and after each text.

    Examples
    --------
    >>> StorybookWords(context_length=16).encode("A red car")
    [320, 736, 1615]
    """

    start, end = START, END

    def __init__(self, context_length: int) -> None:
        self.context_length = context_length

    def encode(self, text: str) -> list[int]:
        """Return the tokens of a text, without start and end.

        Parameters
        ----------
        text : str
            In words of the captions; capitals do not matter.

        Returns
        -------
        list of int
            One or more for each word.

        Raises
        ------
        UnknownWordError
            If there is another word in it.
        """
        return [token for word in PIECES.findall(text.lower()) for token in self._tokens(word)]

    def _tokens(self, word: str) -> list[int]:
        if word not in self._known:
            must = "have only words of the storybook's captions where open_clip is not installed"
            hint = f": {pip_line('clip')} brings all others"
            raise UnknownWordError(wrong_value("texts", must, word, hint))
        return self._known[word]

    @cached_property
    def _known(self) -> dict[str, list[int]]:
        known: dict[str, list[int]] = json.loads(WORDS.read_text(encoding="utf-8"))
        return known
