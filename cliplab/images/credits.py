"""Who made the images, and on what terms they may be shown."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cliplab._core.arguments import checked
from cliplab._core.cache import write_whole
from cliplab._core.html import render
from cliplab._core.plain_text import plain
from cliplab._core.validation import require_rows, user_path

if TYPE_CHECKING:
    import pandas as pd
    from markupsafe import Markup

# A spreadsheet would run a cell that begins with one of these.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_N_SHOWN = 20


@checked
@dataclass(frozen=True)
class Attribution:
    """Who made an image, and on what terms it may be shown.

    Parameters
    ----------
    author, title, license, url : str
        Empty where it is not known. `url` is the page that the image came from.
    author_url, license_url : str
        Pages about the author and the terms; empty where they are not known.

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

    def __post_init__(self) -> None:
        for name, text in vars(self).items():
            object.__setattr__(self, name, plain(text))

    def __str__(self) -> str:
        maker = f" by {self.author}" if self.author else ""
        terms = f", {self.license}" if self.license else ""
        return f"{self._quoted_title}{maker}{terms}"

    @property
    def _quoted_title(self) -> str:
        return f"“{self.title}”" if self.title else "Untitled"

    def to_html(self) -> Markup:
        """Return the attribution as HTML, with links.

        Returns
        -------
        markupsafe.Markup
            A string in which all data is escaped. Only addresses of web pages become links.

        Examples
        --------
        >>> print(Attribution(author="<b>Ada</b>", url="javascript:alert(1)").to_html())
        Untitled by &lt;b&gt;Ada&lt;/b&gt;
        """
        return render("images/templates/attribution.html", title=self._quoted_title, credit=self)

    def _repr_html_(self) -> str:
        return self.to_html()

    def to_short_html(self) -> Markup:
        """Return author and licence with their links, to be shown below a thumbnail.

        Returns
        -------
        markupsafe.Markup
            As safe as `to_html`; title, author and licence in one where neither is known.

        Examples
        --------
        >>> Attribution(author="Ada", license="CC0").to_short_html().count("<div")
        2
        """
        lines = [(self.author, self.url or self.author_url), (self.license, self.license_url)]
        known = [(words, address) for words, address in lines if words]
        return render(
            "images/templates/short_attribution.html", lines=known or [(str(self), self.url)]
        )


@checked
class Credits:
    """The credits of a set of images, as a table, as a page and as files.

    Parameters
    ----------
    image_ids : sequence of str
        The images.
    attribution : sequence of Attribution
        One an image.
    record : sequence of dict
        What else is recorded of each image: its source, hash, time and changes.
    citation : str, default=""
        How to cite the collection as a whole.

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
        require_rows("attribution", len(attribution), len(image_ids))
        require_rows("record", len(record), len(image_ids))
        self.citation = plain(citation)
        self._attribution = tuple(attribution)
        self._rows = [
            plain({"image_id": str(name), **vars(credit), **more})
            for name, credit, more in zip(image_ids, attribution, record, strict=True)
        ]

    def __len__(self) -> int:
        return len(self._rows)

    def __repr__(self) -> str:
        return f"Credits of {len(self)} images"

    def to_pandas(self) -> pd.DataFrame:
        """Return the credits as a table, one row for each image.

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
            Usually the folder of the images.

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
        for name, content in self.files().items():
            write_whole(user_path(folder) / name, content)

    def files(self) -> dict[str, bytes]:
        """Return the files that `save` writes.

        Returns
        -------
        dict of str to bytes
            The content of each, by its name.
        """
        text = io.StringIO()
        writer = csv.DictWriter(text, list(self._rows[0]) if self._rows else ["image_id"])
        writer.writeheader()
        writer.writerows({name: _inert(value) for name, value in row.items()} for row in self._rows)
        page = render("images/templates/credits_page.html", **self._shown(len(self)))
        return {"ATTRIBUTION.csv": text.getvalue().encode(), "ATTRIBUTION.html": page.encode()}

    def _repr_html_(self) -> str:
        return render("images/templates/credits.html", **self._shown(_N_SHOWN))

    def _shown(self, n_shown: int) -> dict[str, Any]:
        ids = [row["image_id"] for row in self._rows[:n_shown]]
        return {
            "citation": self.citation,
            "rows": list(zip(ids, self._attribution, strict=False)),
            "n_more": max(0, len(self) - n_shown),
        }


def _inert(value: str) -> str:
    """Return a value that a spreadsheet shows and does not run."""
    return f"'{value}" if value.startswith(_FORMULA) else value
