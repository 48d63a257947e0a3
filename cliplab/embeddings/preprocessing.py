"""From pictures to the numbers that a network expects: their size, their middle, their colours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from cliplab.images.decoding import to_rgb

if TYPE_CHECKING:
    import torch
    from PIL.Image import Image


class Preparation:
    """What weights expect of a picture, as open_clip does it, in little more than half the time.

    A photograph is brought to size by torch, which is faster than Pillow and within one grey level
    of it. Until it goes through the network it stays in 8 bits, a quarter of the memory.

    Parameters
    ----------
    config : mapping
        What open_clip says of the weights: size, resize_mode, interpolation, mean, std. A manner
        of resizing that few models have is left to open_clip.

    Attributes
    ----------
    made_by : str
        All that decides what becomes of a picture, for the record.

    Examples
    --------
    >>> from cliplab import load_storybook
    >>> preparation = Preparation({"size": 64, "mean": (0.5,) * 3, "std": (0.5,) * 3})
    >>> picture = preparation.picture(load_storybook(n_images=1)[0])
    >>> picture.shape, picture.dtype
    (torch.Size([3, 64, 64]), torch.uint8)
    >>> bool(preparation.numbers(picture[None]).abs().max() <= 1)
    True
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        import torch
        from open_clip.transform import PreprocessCfg, image_transform_v2

        settings = PreprocessCfg(**config)
        height, width = settings.input_size[1:]
        self._size = (height, width)
        self._squashes = settings.resize_mode == "squash"
        self._interpolation = "bilinear" if settings.interpolation == "bilinear" else "bicubic"
        self._mean = torch.tensor(settings.mean).reshape(-1, 1, 1)
        self._std = torch.tensor(settings.std).reshape(-1, 1, 1)
        is_ours = self._squashes or (settings.resize_mode == "shortest" and height == width)
        self._open_clip_s = None if is_ours else image_transform_v2(settings, False)
        self.made_by = f"{dict(config)}, resized by {'torch' if is_ours else 'open_clip'}"

    def picture(self, image: Image) -> torch.Tensor:
        """Bring one picture to size.

        Parameters
        ----------
        image : PIL.Image.Image
            In any mode; transparency is laid on white.

        Returns
        -------
        torch.Tensor of shape (3, height, width)
            In 8 bits where this class resizes, and numbers already where open_clip does.
        """
        import torch
        from PIL.Image import Resampling
        from torch.nn.functional import interpolate

        rgb = to_rgb(image)
        if self._open_clip_s is not None:
            prepared: torch.Tensor = self._open_clip_s(rgb)
            return prepared
        height, width = self._resized(rgb.height, rgb.width)
        top, left = round((height - self._size[0]) / 2), round((width - self._size[1]) / 2)
        if _is_torch_alike(rgb.height - height, rgb.width - width):
            # A copy, for torch wants what may be written; with colours last it is the fastest.
            pixels = torch.from_numpy(np.array(rgb))[None].permute(0, 3, 1, 2)
            resized = interpolate(pixels, (height, width), mode=self._interpolation, antialias=True)
            return resized[0, :, top : top + self._size[0], left : left + self._size[1]]
        # Only what is kept is made: of a line of pixels, the whole would not fit into memory.
        across, down = rgb.width / width, rgb.height / height
        kept = (left, top, left + self._size[1], top + self._size[0])
        box = tuple(side * step for side, step in zip(kept, (across, down) * 2, strict=True))
        method = Resampling[self._interpolation.upper()]
        return torch.from_numpy(np.array(rgb.resize(self._size[::-1], method, box))).permute(
            2, 0, 1
        )

    def numbers(self, pictures: torch.Tensor) -> torch.Tensor:
        """Turn pictures of the right size into the numbers that go into the network.

        Parameters
        ----------
        pictures : torch.Tensor of shape (n_pictures, 3, height, width)
            From `picture`, on any device.

        Returns
        -------
        torch.Tensor of shape (n_pictures, 3, height, width)
            In float32, on the same device.
        """
        if pictures.is_floating_point():
            return pictures
        mean, std = self._mean.to(pictures.device), self._std.to(pictures.device)
        return pictures.float().div_(255).sub_(mean).div_(std)

    def _resized(self, height: int, width: int) -> tuple[int, int]:
        """Return the size at which the shorter side fits; what is left over is cut off."""
        if self._squashes:
            return self._size
        wanted, shorter = self._size[0], min(height, width)
        return wanted * height // shorter, wanted * width // shorter


def _is_torch_alike(lines_fewer: int, columns_fewer: int) -> bool:
    """Say whether torch and Pillow resize alike, that is, to one grey level even at hard edges.

    Pillow 13 begins with the height where that shrinks by far the most, torch never; and what
    grows overshoots at edges, where torch rounds earlier. Such pictures are few, or small.
    """
    return columns_fewer > 0 and 0 < lines_fewer <= 2 * columns_fewer
