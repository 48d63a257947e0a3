"""A small Open Images on this machine, with the headers and the quirks of the official files."""

from __future__ import annotations

import csv
import io
import random
from functools import lru_cache
from http.server import BaseHTTPRequestHandler

from PIL import Image

from cliplab.sources.http.download import Patience
from loopback.server import Answer, Server

# Short waits, for a server on the same machine.
QUICK = Patience(tries=4, connect=1.0, read=0.3, whole=0.6, first_wait=0.01, longest_wait=2.0)
CLASSES = {
    "/m/01yrx": "Cat", "/m/019jd": "Boat", "/m/0c9ph5": "Flower", "/m/07j7r": "Tree",
    "/m/01g317": "Person", "/m/04yx4": "Man", "/m/0jbk": "Animal", "/m/0fly7": "Jeans, worn out",
}  # fmt: skip
LICENSE = "https://creativecommons.org/licenses/by/2.0/"
_METADATA = [
    "ImageID", "Subset", "OriginalURL", "OriginalLandingURL", "License", "AuthorProfileURL",
    "Author", "Title", "OriginalSize", "OriginalMD5", "Thumbnail300KURL", "Rotation",
]  # fmt: skip
# Ids that look like numbers.
_TRAPS = ("0000000000000012", "00012e3456789012", "1234567890123456")
HOSTILE = '<img src=x onerror="window.hacked=1">'


class SmallOpenImages:
    """Images, tables and a server for them.

    Parameters
    ----------
    n_images : int
        How many images the validation split has.
    """

    def __init__(self, n_images: int = 300) -> None:
        rng = random.Random(0)
        ids = [
            *_TRAPS,
            *(f"{rng.getrandbits(64):016x}" for _ in range(n_images - len(_TRAPS))),
        ]
        self.rotations = {name: rng.choices(("0.0", "90.0", ""), (95, 3, 2))[0] for name in ids}
        self.licenses = dict.fromkeys(ids, LICENSE)
        self.licenses[ids[5]] = "https://example.org/all-rights-reserved"
        self.authors = {name: f"Author {name[:4]}" for name in ids} | {ids[0]: "NA", ids[1]: "null"}
        self.titles = {name: f'A "fine", title\nof {name}' for name in ids} | {ids[2]: HOSTILE}
        self.present = {name: self._draw(rng) for name in ids}
        self.absent = {
            name: sorted({rng.choice(list(CLASSES))} - set(self.present[name])) for name in ids
        }
        self.exif: dict[str, int] = {}
        self.make_tables()
        self.server = Server(self._answer)

    def make_tables(self) -> None:
        """Make the official tables, again after a change."""
        self.tables = {
            "/2018_04/validation/validation-images-with-rotation.csv": self._metadata(),
            "/v7/oidv7-val-annotations-human-imagelabels.csv": self._labels(),
            "/v7/oidv7-class-descriptions.csv": self._class_names(),
        }

    @property
    def ids(self) -> list[str]:
        return list(self.present)

    def names(self, codes: list[str]) -> list[str]:
        return [CLASSES[code] for code in codes]

    @staticmethod
    def _draw(rng: random.Random) -> list[str]:
        """Some images have no class, most have one or two, some have a person."""
        things = rng.sample(list(CLASSES)[:4], rng.choices((0, 1, 2), (10, 70, 20))[0])
        people = ["/m/01g317"] if rng.random() < 0.2 else []
        return sorted([*things, *people])

    def _metadata(self) -> bytes:
        rows = [
            dict.fromkeys(_METADATA, "")
            | {
                "ImageID": name,
                "Subset": "validation",
                "OriginalLandingURL": f"https://example.org/photos/{name}",
                "License": self.licenses[name],
                "AuthorProfileURL": f"https://example.org/people/{name[:4]}",
                "Author": self.authors[name],
                "Title": self.titles[name],
                "Rotation": self.rotations[name],
            }
            for name in self.ids
        ]
        return _csv(_METADATA, rows)

    def _labels(self) -> bytes:
        """Some rows have 1.0, others 1; one is of an image of another split."""
        rows = [{"ImageID": "ffffffffffffffff", "LabelName": "/m/01yrx", "Confidence": "1"}]
        for name in sorted(self.ids):
            present = enumerate(self.present[name])
            rows += [_label(name, code, "1.0" if number else "1") for number, code in present]
            rows += [_label(name, code, "0.0") for code in self.absent[name]]
        # Two people disagree about the animal in the first image.
        rows += [_label(self.ids[0], "/m/0jbk", value) for value in ("1", "0.0")]
        rows += [_label(self.ids[0], "/m/unheard-of", "1")]
        return _csv(["ImageID", "Source", "LabelName", "Confidence"], rows)

    @staticmethod
    def _class_names() -> bytes:
        rows = [{"LabelName": code, "DisplayName": name} for code, name in CLASSES.items()]
        return _csv(["LabelName", "DisplayName"], rows).replace(b"\n", b"\r\n")

    def image(self, name: str) -> bytes:
        return jpeg(int(name, 16) % 251, self.exif.get(name, 0)) + name.encode()

    def _answer(self, request: BaseHTTPRequestHandler) -> Answer | None:
        path = request.path
        if path in self.tables:
            return Answer(self.tables[path], headers={"ETag": f'"{len(self.tables[path])}"'})
        folder, _, file = path.rpartition("/")
        name = file.removesuffix(".jpg")
        if folder == "/validation" and name in self.present:
            return Answer(self.image(name), headers={"Content-Type": "image/jpeg"})
        return None


def _label(name: str, code: str, confidence: str) -> dict[str, str]:
    return {
        "ImageID": name,
        "Source": "verification" if "." in confidence else "crowdsource-verification",
        "LabelName": code,
        "Confidence": confidence,
    }


def _csv(columns: list[str], rows: list[dict[str, str]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


@lru_cache(maxsize=1024)
def jpeg(shade: int, orientation: int) -> bytes:
    """An image that is wider than high, dark on the left."""
    image = Image.new("RGB", (48, 32), (shade, 200, 90))
    image.paste((10, 10, 10), (0, 0, 12, 32))
    exif = Image.Exif()
    if orientation:
        exif[0x0112] = orientation
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()
