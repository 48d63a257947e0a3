"""How many tokens a text has, and whether a model reads them all."""

from __future__ import annotations

from typing import Any

from cliplab._core.validation import wrong_value

_N_SHOWN = 40


class NotReadError(ValueError):
    """A text that a model does not read."""


class TooLongError(NotReadError):
    """A text is longer than a model reads."""


class UnknownWordError(NotReadError):
    """A text has a word for which there are no tokens."""


def require_tokens(text: str, tokenizer: Any, model: str) -> None:
    """Refuse a text that is longer than a model reads.

    Parameters
    ----------
    text : str
        One of the `texts` that are encoded.
    tokenizer : open_clip.tokenizer.SimpleTokenizer or another of open_clip's tokenizers
        That of the model.
    model : str
        What the model is called.

    Raises
    ------
    TooLongError
        If it has more tokens, start and end included.
    """
    n_tokens = count_tokens(text, tokenizer)
    if n_tokens > tokenizer.context_length:
        shown = text if len(text) <= _N_SHOWN else text[: _N_SHOWN - 2] + " …"
        most = f"be of at most {tokenizer.context_length} tokens each, all that {model} reads"
        raise TooLongError(wrong_value("texts", most, shown, f", which has {n_tokens}"))


def count_tokens(text: str, tokenizer: Any) -> int:
    """Return the number of tokens of a text before it is cut, start and end included.

    Parameters
    ----------
    text : str
        Of any length.
    tokenizer : open_clip.tokenizer.SimpleTokenizer or another of open_clip's tokenizers
        Those of CLIP itself have `encode`; the others wrap one of transformers.

    Returns
    -------
    int

    Examples
    --------
    >>> from open_clip.tokenizer import SimpleTokenizer
    >>> count_tokens("a red car", SimpleTokenizer())
    5
    """
    if hasattr(tokenizer, "encode"):
        return len(tokenizer.encode(text)) + 2
    clean = getattr(tokenizer, "clean_fn", str)
    return len(tokenizer.tokenizer(clean(text)).input_ids)
