"""The manifest of a pack: which files it has, with their digests, and what no other file says."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from cliplab._core.arguments import checked
from cliplab._core.validation import because, wrong_value

FORMAT = "cliplab-pack-1"
MANIFEST = "pack.json"
# The files of a pack together. One of a thousand photographs has 20 MB.
MAX_BYTES = 2_000_000_000
IMAGES, EMBEDDINGS = "images.parquet", "embeddings.safetensors"

# With a letter or digit in it, and no longer than a system takes.
_NAME = re.compile(r"(?=.*[^\W_])[\w.-]{1,200}")


class OtherFormatError(ValueError):
    """A pack is of another format, which no repeated download would change."""


@checked
@dataclass(frozen=True)
class Manifest:
    """What ``pack.json`` says.

    Parameters
    ----------
    title : str
        The title of the pack.
    provenance : mapping
        That of the images.
    skipped : sequence of (name, reason)
        That of the images.
    projections, sweeps : sequence of str
        Their files, in their order.
    files : mapping of str to str
        The digest of each file of the pack.

    Raises
    ------
    ValueError, TypeError
        If a field is of another kind, or the pack lacks a file that it needs.
    """

    title: str
    provenance: Mapping[str, Any]
    skipped: Sequence[Sequence[str]]
    projections: Sequence[str]
    sweeps: Sequence[str]
    files: Mapping[str, str]

    def __post_init__(self) -> None:
        for pair in self.skipped:
            if len(pair) != 2:
                raise ValueError(wrong_value("skipped", "be pairs of a name and a reason", pair))
        for name in (IMAGES, EMBEDDINGS, *self.projections, *self.sweeps):
            if name not in self.files:
                raise ValueError(wrong_value("files", f"have {name!r}", sorted(self.files)))
        for name in self.files:
            # A pack comes from somebody else: it may name no file outside of its folder, and
            # nothing that a terminal obeys.
            if not _NAME.fullmatch(name):
                must = "be inside the pack, by names of letters, digits, '.', '_' and '-'"
                raise ValueError(wrong_value("files", must, name))

    def to_json(self) -> str:
        """Return the text of ``pack.json``.

        Raises
        ------
        ValueError
            If the provenance is nothing that JSON can hold.
        """
        try:
            return json.dumps({"format": FORMAT, **asdict(self), "digest": self.digest()}, indent=1)
        except (TypeError, ValueError, RecursionError) as error:
            must = "have a provenance that JSON can hold"
            raise ValueError(wrong_value("images", must, self.provenance)) from error

    def digest(self) -> str:
        """Return the digest of all but the files, which have their own."""
        texts = {name: value for name, value in asdict(self).items() if name != "files"}
        # As they will be read: JSON turns the number 9 as a name into "9", which sorts otherwise.
        as_read = json.loads(json.dumps(texts))
        return digest(json.dumps(as_read, sort_keys=True).encode())


def manifest_from(content: bytes, folder: Path) -> Manifest:
    """Read the content of ``pack.json``, field by field.

    Parameters
    ----------
    content : bytes
        The content.
    folder : pathlib.Path
        The folder of the pack, for errors.

    Raises
    ------
    ValueError
        If it is damaged, or of a newer version of cliplab.
    """
    try:
        found = json.loads(content)
        # Half a letter ("\ud800") could be shown nowhere.
        json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise ValueError(damaged(folder, MANIFEST)) from error
    form = found.get("format") if isinstance(found, dict) else found
    if form != FORMAT:
        detail = ", which a newer version of cliplab may be able to read"
        must = f"be a pack of the format {FORMAT!r}"
        # What was damaged has another text here, or none.
        is_format = isinstance(form, str) and re.fullmatch(r"cliplab-pack-[0-9]+", form)
        kind = OtherFormatError if is_format else ValueError
        raise kind(wrong_value("path", must, form, detail))
    try:
        manifest = Manifest(**{field.name: found[field.name] for field in fields(Manifest)})
    except KeyError as error:
        raise ValueError(damaged(folder, MANIFEST, f": it lacks {error}")) from error
    except (ValueError, TypeError) as error:
        raise ValueError(damaged(folder, MANIFEST, because(error))) from error
    # Packs of the first version have none.
    if found.get("digest", manifest.digest()) != manifest.digest():
        raise ValueError(damaged(folder, MANIFEST, ": its digest differs"))
    return manifest


def digest(content: bytes) -> str:
    """Return the digest of a file's content."""
    return hashlib.sha256(content).hexdigest()


def damaged(folder: Path, name: str, reason: str = "") -> str:
    """Return the error message for a file of a pack that is missing or damaged."""
    return (
        f"`path` must be a complete pack. Got {str(folder)!r} instead, where {name} is missing or "
        f"damaged{reason}. Fetch or save the pack again."
    )
