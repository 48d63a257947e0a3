from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import torch
from open_clip.transform import PreprocessCfg, image_transform_v2
from PIL import Image, ImageDraw

from cliplab import load_storybook
from cliplab.embeddings.preprocessing import Preprocessing
from cliplab.images.decoding import decode_image

PHOTOS = Path(__file__).parents[3] / "shared" / "photos"


def _drawing(width: int, height: int) -> Image.Image:
    """Draw soft colours with hard edges on them, which are the hardest to resize."""
    x, y = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    soft = Image.fromarray(np.stack([x, y, 255 - x], axis=-1).astype(np.uint8))
    draw = ImageDraw.Draw(soft)
    for part in range(1, 8):
        across, down = part * width // 8, part * height // 8
        draw.line((across, 0, width - across, height), fill=("black", "white")[part % 2])
        draw.rectangle((across, down, across + width // 20, down + height // 20), fill="yellow")
        draw.ellipse((width - across, down, width, height), outline="red", width=2)
    return soft


DRAWN = {
    "wide": _drawing(640, 301),
    "very wide": _drawing(900, 100),
    "tall": _drawing(333, 666),
    "very tall": _drawing(333, 1000),
    "square": _drawing(500, 500),
    "already of the size": _drawing(224, 224),
    "smaller": _drawing(37, 60),
    "a line": _drawing(300, 2),
    "one pixel": Image.new("RGB", (1, 1), (1, 2, 3)),
    "the storybook's": load_storybook(n_images=1, random_state=1)[0],
}


def _grey_levels_apart(image: Image.Image, settings: PreprocessCfg) -> torch.Tensor:
    ours = Preprocessing(asdict(settings))
    numbers = ours.normalize(ours.prepare(image)[None])[0]
    theirs = image_transform_v2(settings, False)(image)
    assert numbers.shape == theirs.shape
    std = torch.tensor(settings.std).reshape(-1, 1, 1)
    return (numbers - theirs).abs() * std * 255


# Two levels that are one apart, after rounding in float32.
ONE_LEVEL = 1.001

SETTINGS = {
    "as most models": PreprocessCfg(),
    "bilinear": PreprocessCfg(size=256, interpolation="bilinear", mean=(0.5,) * 3, std=(0.25,) * 3),
    "squashed": PreprocessCfg(size=(384, 384), resize_mode="squash"),
    "squashed into no square": PreprocessCfg(size=(100, 224), resize_mode="squash"),
    "interpolated in no special way": PreprocessCfg(interpolation="random"),
}


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
@pytest.mark.parametrize("image", DRAWN.values(), ids=DRAWN)
def test_a_drawn_image_is_within_one_grey_level_of_open_clip_s(image, settings):
    assert _grey_levels_apart(image, settings).max() <= ONE_LEVEL


@pytest.mark.skipif(not PHOTOS.is_dir(), reason="needs the folder shared/photos")
def test_photographs_are_within_one_grey_level_of_open_clip_s():
    for path in sorted(PHOTOS.glob("*.jpg")):
        apart = _grey_levels_apart(decode_image(path.read_bytes()), PreprocessCfg())
        assert apart.max() <= ONE_LEVEL
        assert apart.mean() < 0.02


@pytest.mark.parametrize(
    "settings",
    [
        PreprocessCfg(resize_mode="longest", fill_color=127),
        PreprocessCfg(size=(224, 100), resize_mode="shortest"),
    ],
    ids=["padded", "cropped to no square"],
)
def test_open_clip_itself_does_what_few_models_need(settings):
    assert _grey_levels_apart(DRAWN["wide"], settings).max() == 0
    assert "resized by open_clip" in Preprocessing(asdict(settings)).made_by


def test_the_provenance_of_different_preprocessing_differs():
    as_most, bilinear, squashed, *_ = (Preprocessing(asdict(each)) for each in SETTINGS.values())
    assert len({as_most.made_by, bilinear.made_by, squashed.made_by}) == 3
    assert "resized by torch" in as_most.made_by


def test_a_line_of_pixels_takes_no_more_memory_than_another_image():
    """Resized before it is cropped, it would have 14,679,840 × 224 pixels: 13 GB."""
    preprocessing = Preprocessing(asdict(PreprocessCfg()))
    line = preprocessing.prepare(Image.new("RGB", (65_535, 1), (9, 9, 9)))
    assert line.unique().tolist() == [9]


def test_an_image_of_the_right_size_does_not_change():
    preprocessing = Preprocessing(asdict(PreprocessCfg()))
    prepared = preprocessing.prepare(DRAWN["already of the size"])
    np.testing.assert_array_equal(
        prepared.permute(1, 2, 0).numpy(), np.asarray(DRAWN["already of the size"])
    )


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "YCbCr", "I;16"])
def test_an_image_of_any_mode_is_prepared(mode):
    grey = Image.fromarray(np.full((300, 250), 200, dtype=np.uint8))
    image = Image.new(mode, (250, 300), 200 << 8) if mode == "I;16" else grey.convert(mode)
    prepared = Preprocessing(asdict(PreprocessCfg())).prepare(image)
    assert prepared.shape == (3, 224, 224)
    # In black and white a grey level is a pattern of the same mean.
    assert abs(prepared.float().mean() - 200) < 5


def test_transparent_pixels_are_white_as_in_a_file():
    prepared = Preprocessing(asdict(PreprocessCfg())).prepare(Image.new("RGBA", (300, 300)))
    assert prepared.min() == 255


def test_the_given_image_does_not_change():
    image = _drawing(300, 300)
    before = np.array(image)
    prepared = Preprocessing(asdict(PreprocessCfg(size=300))).prepare(image)
    prepared += 1
    np.testing.assert_array_equal(np.asarray(image), before)
