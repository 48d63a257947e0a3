"""A figure as an image: how large it is, how it is drawn, and the files that it becomes."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DPI = 100  # What is one pixel on the screen is one in a figure's size.
_SHARPNESS = 2  # Pixels of a PNG for one of the screen, as on a good display.
# Class names may be in any script. The first typeface comes with matplotlib; of the others those
# are asked for that are on this machine.
_TYPEFACES = (
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Microsoft YaHei", "PingFang SC", "Hiragino Sans",
    "Noto Sans Arabic", "Noto Sans Hebrew", "Noto Sans Devanagari", "Arial Unicode MS",
)  # fmt: skip


@dataclass(frozen=True)
class Still:
    """A figure that can be drawn as an image.

    Attributes
    ----------
    width, height : float
        Its size, in pixels of the screen.
    draw : callable
        Draws it into an empty figure of matplotlib.
    """

    width: float
    height: float
    draw: Callable[[Figure], None]

    def figure(self) -> Figure:
        """Return the drawn figure."""
        from matplotlib.figure import Figure

        with _own_style():
            figure = Figure(figsize=(self.width / DPI, self.height / DPI), dpi=DPI)
            self.draw(figure)
            return figure

    def to_bytes(self, kind: str = "png", *, transparent: bool = False) -> bytes:
        """Return the content of a file.

        Parameters
        ----------
        kind : {"png", "svg"}
            The kind of the file.
        transparent : bool, default=False
            Whether what is behind the figure shines through; it is white otherwise.

        Returns
        -------
        bytes
            The same for the same figure, always.
        """
        figure, file = self.figure(), io.BytesIO()
        # When it was made would make each file another one.
        metadata = {"Date": None} if kind == "svg" else {}
        with _own_style():
            figure.savefig(
                file, format=kind, dpi=DPI * _SHARPNESS, transparent=transparent, metadata=metadata
            )
        return file.getvalue()


@contextmanager
def _own_style() -> Iterator[None]:
    """Draw as is right for these figures, whatever style was chosen for others."""
    import matplotlib.style
    from matplotlib import font_manager

    installed = set(font_manager.fontManager.get_font_names())
    own = {
        "font.family": ["DejaVu Sans", *(name for name in _TYPEFACES if name in installed)],
        "text.parse_math": False,  # A dollar in a name is a dollar.
        "text.usetex": False,
        "figure.facecolor": "white",
        "savefig.facecolor": "auto",
        "svg.fonttype": "none",  # Words that stay words can be edited and searched.
        "svg.hashsalt": "cliplab",
    }
    with matplotlib.style.context(["default", own]), warnings.catch_warnings():
        # A letter that no typeface has is drawn as an empty box, which says enough.
        warnings.filterwarnings("ignore", message=r"(?s).*(Glyph|glyph)", category=UserWarning)
        yield
