"""Who made the images, and on what terms they may be shown: to be seen with them, always."""

from __future__ import annotations

import csv
import html
import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cliplab._core.cache import write_whole

if TYPE_CHECKING:
    import pandas as pd

# A spreadsheet would run a cell that begins with one of these.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_N_SHOWN = 20
_ELLIPSIS = "overflow: hidden; text-overflow: ellipsis"

_PAGE = """<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><title>Credits</title>
<style>body {{ font: 15px/1.5 sans-serif; max-width: 60em; margin: 2em auto }}</style>
<h1>Credits</h1>
{body}
</html>
"""


@dataclass(frozen=True)
class Attribution:
    """Who made an image, and on what terms it may be shown.

    Parameters
    ----------
    author, title, license, url : str
        Empty where it is not known. `url` leads to the page the image came from.
    author_url, license_url : str
        Where more is said about the author and the terms; empty where it is not known.

    Examples
    --------
    >>> print(Attribution(author="Ada", title="A fish", license="CC BY 2.0"))
    “A fish” by Ada, CC BY 2.0
    """

    author: str = ""
    title: str = ""
    license: str = ""
    url: str = ""
    author_url: str = ""
    license_url: str = ""

    def __str__(self) -> str:
        name = f"“{self.title}”" if self.title else "Untitled"
        maker = f" by {self.author}" if self.author else ""
        terms = f", {self.license}" if self.license else ""
        return f"{name}{maker}{terms}"

    def to_html(self) -> str:
        """Return the same with links, safe to be put into a page.

        Returns
        -------
        str
            All that came from others is escaped, and only addresses of web pages become links.

        Examples
        --------
        >>> Attribution(author="<b>Ada</b>", url="javascript:alert(1)").to_html()
        'Untitled by &lt;b&gt;Ada&lt;/b&gt;'
        """
        name = link(f"“{self.title}”" if self.title else "Untitled", self.url)
        maker = f" by {link(self.author, self.author_url)}" if self.author else ""
        terms = f", {link(self.license, self.license_url)}" if self.license else ""
        return f"{name}{maker}{terms}"

    def to_short_html(self) -> str:
        """Return author and licence with their links, for below a small picture.

        Returns
        -------
        str
            As safe as `to_html`.

        Examples
        --------
        >>> Attribution(author="Ada", license="CC0").to_short_html().count("<div")
        2
        """
        # A line each: a long name must not push the licence out of sight.
        lines = (
            link(self.author, self.url or self.author_url) if self.author else "",
            link(self.license, self.license_url) if self.license else "",
        )
        return "".join(
            f'<div class="cliplab-credit" style="{_ELLIPSIS}">{line}</div>'
            for line in filter(None, lines if any(lines) else (link(str(self), self.url),))
        )


class Credits:
    """The credits of a set of images, as a table, as a page and as files.

    Parameters
    ----------
    image_ids : sequence of str
        The images.
    attribution : sequence of Attribution
        One an image.
    record : sequence of dict
        What else is written down of each image: its source, hash, time and changes.
    citation : str, default=""
        What the collection asks to be said of it as a whole.

    Examples
    --------
    >>> from cliplab import load_storybook
    >>> credits = load_storybook(n_images=2).credits()
    >>> credits.to_pandas()["license"].tolist()
    ['CC0 1.0', 'CC0 1.0']
    """

    def __init__(
        self,
        image_ids: Sequence[str],
        attribution: Sequence[Attribution],
        record: Sequence[dict[str, str]],
        citation: str = "",
    ) -> None:
        self.citation = citation
        self._attribution = tuple(attribution)
        self._rows = [
            {"image_id": str(name), **vars(credit), **more}
            for name, credit, more in zip(image_ids, attribution, record, strict=True)
        ]

    def __len__(self) -> int:
        return len(self._rows)

    def __repr__(self) -> str:
        return f"Credits of {len(self)} images"

    def to_pandas(self) -> pd.DataFrame:
        """Return the credits as a table, one row an image.

        Returns
        -------
        pandas.DataFrame
            Columns ``image_id``, ``author``, ``title``, ``license``, ``url`` and what else is
            known.
        """
        import pandas as pd

        return pd.DataFrame(self._rows)

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Write ``ATTRIBUTION.csv`` and ``ATTRIBUTION.html`` into a folder.

        Parameters
        ----------
        folder : path-like
            Where the images go that are credited.

        Raises
        ------
        OSError
            If it cannot be written.

        Examples
        --------
        >>> import os, tempfile
        >>> from cliplab import load_storybook
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     load_storybook(n_images=2).credits().save(folder)
        ...     sorted(os.listdir(folder))
        ['ATTRIBUTION.csv', 'ATTRIBUTION.html']
        """
        text = io.StringIO()
        writer = csv.DictWriter(text, list(self._rows[0]) if self._rows else ["image_id"])
        writer.writeheader()
        writer.writerows({name: _inert(value) for name, value in row.items()} for row in self._rows)
        write_whole(Path(folder) / "ATTRIBUTION.csv", text.getvalue().encode())
        page = _PAGE.format(body=self._html(len(self)))
        write_whole(Path(folder) / "ATTRIBUTION.html", page.encode())

    def _repr_html_(self) -> str:
        more = len(self) - _N_SHOWN
        rest = f"<p>… and {more} more, in <code>.to_pandas()</code></p>" if more > 0 else ""
        return self._html(_N_SHOWN) + rest

    def _html(self, n_shown: int) -> str:
        shown = zip(self._rows[:n_shown], self._attribution, strict=False)
        items = "".join(
            f"<li><code>{html.escape(row['image_id'])}</code>: {credit.to_html()}</li>\n"
            for row, credit in shown
        )
        return f"<p>{html.escape(self.citation)}</p>\n<ol>\n{items}</ol>"


def link(words: str, address: str) -> str:
    """Return words that lead to an address, safe to be put into a page.

    Only addresses of web pages become links; anything else could be a script.
    """
    if address.startswith(("https://", "http://")):
        target = html.escape(address, quote=True)
        return f'<a href="{target}" target="_blank" rel="noopener">{html.escape(words)}</a>'
    return html.escape(words)


def _inert(value: str) -> str:
    """Return what a spreadsheet shows as it stands."""
    return f"'{value}" if value.startswith(_FORMULA) else value
