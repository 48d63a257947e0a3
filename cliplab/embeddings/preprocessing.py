"""Preprocessing: resizes, crops and normalizes images to what a network expects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from cliplab.images.decoding import upright_rgb

if TYPE_CHECKING:
    import torch
    from PIL.Image import Image


class Preprocessing:
    """The preprocessing of open_clip, in little more than half the time.

    torch resizes photographs, faster than Pillow and within one grey level of it. Until an image
    goes through the network it has 8 bits, a quarter of the memory.

    Parameters
    ----------
    config : mapping
        What open_clip has for the weights: size, resize_mode, interpolation, mean, std. Resize
        modes of few models are left to open_clip.

    Attributes
    ----------
    made_by : str
        Everything that a prepared image depends on besides the image.

    Examples
    --------
    >>> from cliplab import load_storybook
    >>> preprocessing = Preprocessing({"size": 64, "mean": (0.5,) * 3, "std": (0.5,) * 3})
    >>> prepared = preprocessing.prepare(load_storybook(n_images=1)[0])
    >>> prepared.shape, prepared.dtype
    (torch.Size([3, 64, 64]), torch.uint8)
    >>> bool(preprocessing.normalize(prepared[None]).abs().max() <= 1)
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
        self._open_clip = None if is_ours else image_transform_v2(settings, False)
        self.made_by = f"{dict(config)}, resized by {'torch' if is_ours else 'open_clip'}"

    def prepare(self, image: Image) -> torch.Tensor:
        """Resize and crop one image.

        Parameters
        ----------
        image : PIL.Image.Image
            In any mode; it becomes upright RGB, with transparent pixels blended with white.

        Returns
        -------
        torch.Tensor of shape (3, height, width)
            In 8 bits if this class resizes; normalized if open_clip does.
        """
        import torch
        from PIL.Image import Resampling
        from torch.nn.functional import interpolate

        rgb = upright_rgb(image)
        if self._open_clip is not None:
            prepared: torch.Tensor = self._open_clip(rgb)
            return prepared
        height, width = self._resized(rgb.height, rgb.width)
        top, left = round((height - self._size[0]) / 2), round((width - self._size[1]) / 2)
        if _is_torch_alike(rgb.height - height, rgb.width - width):
            # torch needs a writable copy, and is fastest with channels last.
            pixels = torch.from_numpy(np.array(rgb))[None].permute(0, 3, 1, 2)
            resized = interpolate(pixels, (height, width), mode=self._interpolation, antialias=True)
            return resized[0, :, top : top + self._size[0], left : left + self._size[1]]
        # Only the crop is resized: the whole of a line of pixels would not fit into memory.
        across, down = rgb.width / width, rgb.height / height
        crop = (left, top, left + self._size[1], top + self._size[0])
        box = tuple(side * step for side, step in zip(crop, (across, down) * 2, strict=True))
        method = Resampling[self._interpolation.upper()]
        return torch.from_numpy(np.array(rgb.resize(self._size[::-1], method, box))).permute(
            2, 0, 1
        )

    def normalize(self, prepared: torch.Tensor) -> torch.Tensor:
        """Normalize prepared images by the mean and standard deviation of each channel.

        Parameters
        ----------
        prepared : torch.Tensor of shape (n_images, 3, height, width)
            From `prepare`, on any device.

        Returns
        -------
        torch.Tensor of shape (n_images, 3, height, width)
            In float32, on the same device.
        """
        if prepared.is_floating_point():
            return prepared
        mean, std = self._mean.to(prepared.device), self._std.to(prepared.device)
        return prepared.float().div_(255).sub_(mean).div_(std)

    def _resized(self, height: int, width: int) -> tuple[int, int]:
        """Return the size at which the shorter side fits; the longer one is cropped afterwards."""
        if self._squashes:
            return self._size
        target, shorter = self._size[0], min(height, width)
        return target * height // shorter, target * width // shorter


def _is_torch_alike(lines_fewer: int, columns_fewer: int) -> bool:
    """Return whether torch and Pillow agree within one grey level, even at hard edges.

    Pillow 13 begins with the height if that shrinks by far the most, torch never does; and images
    that grow overshoot at edges, where torch rounds earlier. Such images are few, or small.
    """
    return columns_fewer > 0 and 0 < lines_fewer <= 2 * columns_fewer
