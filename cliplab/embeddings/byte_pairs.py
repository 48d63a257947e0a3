"""CLIP's tokenizer without torch: byte pair encoding, with the vocabulary that open_clip ships."""

from __future__ import annotations

import gzip
import html
from functools import cached_property, lru_cache
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

_VOCABULARY = "bpe_simple_vocab_16e6.txt.gz"
_N_MERGES = 49_152 - 256 - 2
_END_OF_WORD = "</w>"
# The tokens before and after each text follow those of bytes and merges.
START = 256 + 256 + _N_MERGES
END = START + 1
_PIECES = r"<start_of_text>|<end_of_text>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"


class BytePairs:
    """Splits texts as `open_clip.SimpleTokenizer` does, whose module imports torch.

    Parameters
    ----------
    context_length : int
        How many tokens the model reads, start and end included.

    Attributes
    ----------
    start, end : int
        The tokens before and after each text.

    References
    ----------
    Sennrich, R., Haddow, B. and Birch, A. (2016). Neural machine translation of rare words with
    subword units. ACL, 1715-1725.

    Examples
    --------
    >>> BytePairs(context_length=16).encode("a red car")
    [320, 736, 1615]
    """

    start, end = START, END

    def __init__(self, context_length: int) -> None:
        self.context_length = context_length
        self._symbols = _byte_symbols()
        self._split_piece = lru_cache(maxsize=1000)(self._merge)

    def encode(self, text: str) -> list[int]:
        """Return the tokens of a text, without start and end."""
        return [token for piece in self._pieces(text) for token in self._split_piece(piece)]

    def _pieces(self, text: str) -> list[str]:
        """Return the words and marks of a text, cleaned as for CLIP's training."""
        import ftfy

        text = html.unescape(html.unescape(ftfy.fix_text(text)))
        pieces: list[str] = self._pattern.findall(" ".join(text.split()).lower())
        return pieces

    @cached_property
    def _pattern(self) -> Any:
        import regex

        return regex.compile(_PIECES, regex.IGNORECASE)

    def _merge(self, piece: str) -> list[int]:
        """Join the symbols of a piece, the pair that was most frequent in training first."""
        if piece in ("<start_of_text>", "<end_of_text>"):
            return [self.start if piece == "<start_of_text>" else self.end]
        symbols = [self._symbols[byte] for byte in piece.encode()]
        symbols[-1] += _END_OF_WORD
        ranks, tokens = self._merges_and_tokens
        while len(symbols) > 1:
            best = min(pairwise(symbols), key=lambda pair: ranks.get(pair, _N_MERGES))
            if best not in ranks:
                break
            merged: list[str] = []
            for symbol in symbols:
                if merged and (merged[-1], symbol) == best:
                    merged[-1] += symbol
                else:
                    merged.append(symbol)
            symbols = merged
        return [tokens[symbol] for symbol in symbols]

    @cached_property
    def _merges_and_tokens(self) -> tuple[dict[tuple[str, ...], int], dict[str, int]]:
        found = find_spec("open_clip")  # Finds the folder and imports nothing.
        assert found is not None
        assert found.origin is not None
        with gzip.open(Path(found.origin).with_name(_VOCABULARY), "rt", encoding="utf-8") as file:
            lines = file.read().split("\n")[1 : 1 + _N_MERGES]
        merges = [tuple(line.split()) for line in lines]
        single = list(self._symbols.values())
        vocabulary = [*single, *(each + _END_OF_WORD for each in single), *map("".join, merges)]
        return (
            {pair: rank for rank, pair in enumerate(merges)},
            {symbol: token for token, symbol in enumerate(vocabulary)},
        )


def _byte_symbols() -> dict[int, str]:
    """Return a visible symbol for each byte, in the order of CLIP's vocabulary."""
    visible = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1)]
    visible += range(ord("®"), ord("ÿ") + 1)
    others = [byte for byte in range(256) if byte not in visible]
    return {byte: chr(byte) for byte in visible} | {
        byte: chr(256 + number) for number, byte in enumerate(others)
    }
