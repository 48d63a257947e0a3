"""Small copies of images, which is all that a lesson shows of them."""

from __future__ import annotations

import io

from cliplab.images.image_set import ImageSet


def with_thumbnails(images: ImageSet, size: int) -> ImageSet:
    """Return the same images with small copies in place of the originals.

    Parameters
    ----------
    images : ImageSet
        The images.
    size : int
        Pixels of a copy's longer side at the most.

    Returns
    -------
    ImageSet
        All that was known of them is kept; that they were made smaller is added to ``changes``.
    """
    import datasets
    from tqdm.auto import tqdm

    rows = tqdm(range(len(images)), "Making thumbnails", delay=1)
    files = [_thumbnail(images, row, size) for row in rows]
    table = images.dataset
    columns = {name: table[name][:] for name in table.column_names if name != "image"}
    earlier = columns.get("changes", [""] * len(images))
    reduced = f"reduced to {size} pixels at the most"
    columns["changes"] = [
        "; ".join(filter(None, (before, reduced if is_new else "")))
        for before, (_, is_new) in zip(earlier, files, strict=True)
    ]
    columns["image"] = [{"bytes": content, "path": None} for content, _ in files]
    kinds = dict(table.features) | {"image": datasets.Image(), "changes": datasets.Value("string")}
    small = datasets.Dataset.from_dict(columns, features=datasets.Features(kinds))
    return ImageSet(small, images.skipped, images.provenance)


def _thumbnail(images: ImageSet, row: int, size: int) -> tuple[bytes, bool]:
    """Return a small file, and whether it is a new one."""
    picture, content = images[row], images.file_bytes(row)
    if max(picture.size) <= size and len(content) <= size * size:
        return content, False  # To encode it anew would only blur it.
    picture.thumbnail((size, size))
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=85)
    return buffer.getvalue(), True
