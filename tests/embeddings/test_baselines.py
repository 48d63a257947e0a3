from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from cliplab import load_storybook
from cliplab.embeddings.baselines import encode_colors, encode_pixels

BLACK, WHITE, RED, BLUE = (0, 0, 0), (255, 255, 255), (255, 0, 0), (0, 0, 255)


def _image(rows: list[list[tuple[int, int, int]]]) -> Image.Image:
    return Image.fromarray(np.array(rows, dtype=np.uint8))


def test_pixels_are_those_of_a_small_image_less_its_mean_colour() -> None:
    found = encode_pixels([_image([[BLACK, (40, 0, 0)], [BLACK, BLACK]])], size=2)

    left = np.array([[-10, 0, 0], [30, 0, 0], [-10, 0, 0], [-10, 0, 0]]).ravel()
    np.testing.assert_allclose(found.vectors[0], left / np.sqrt(1200), atol=1e-7)


def test_the_whole_image_counts_whatever_its_aspect_ratio() -> None:
    wide = encode_pixels([_image([[BLACK] * 9 + [WHITE] * 3] * 2)], size=4)

    left_to_right = wide.vectors.reshape(4, 4, 3)[0, :, 0]
    np.testing.assert_allclose(left_to_right / left_to_right[3], [-1 / 3] * 3 + [1], atol=1e-6)


def test_a_pixel_of_the_small_image_is_the_mean_of_an_area() -> None:
    rows = [[BLACK, BLACK, WHITE, WHITE, BLACK, WHITE], [BLACK, BLACK, WHITE, WHITE, WHITE, BLACK]]
    found = encode_pixels([_image(rows * 3)], size=3).vectors.reshape(3, 3, 3)

    np.testing.assert_allclose(found[0, :, 0] / found[0, 1, 0], [-1, 1, 0], atol=0.01)


def test_brightness_and_contrast_do_not_change_a_vector_of_pixels() -> None:
    random = np.random.default_rng(0)
    numbers = random.integers(0, 100, size=(16, 16, 3))
    pair = [Image.fromarray((numbers * scale + 20).astype(np.uint8)) for scale in (1, 2)]
    first, second = encode_pixels(pair).vectors

    assert first @ second == pytest.approx(1, abs=1e-5)


def test_the_dot_product_of_pixels_is_the_correlation_of_two_images() -> None:
    random = np.random.default_rng(1)
    numbers = random.integers(0, 256, size=(2, 8, 8))
    grey = [Image.fromarray(each.astype(np.uint8)) for each in numbers]
    first, second = encode_pixels(grey, size=8).vectors

    expected = np.corrcoef(numbers.reshape(2, -1))[0, 1]
    assert first @ second == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("color", [BLACK, WHITE, RED, (7, 99, 200)])
def test_an_image_of_one_colour_is_at_a_right_angle_to_all_others(color) -> None:
    plain = Image.new("RGB", (37, 23), color)
    scenes = list(load_storybook(n_images=5))
    vectors = encode_pixels([plain, Image.new("RGB", (5, 5)), *scenes]).vectors

    assert np.linalg.norm(vectors[0]) == pytest.approx(1)
    assert vectors[0] @ vectors[1] == pytest.approx(1)
    np.testing.assert_allclose(vectors[2:] @ vectors[0], 0, atol=1e-6)


def test_colours_are_roots_of_shares_so_that_distances_are_hellinger_s() -> None:
    images = [_image([[RED, BLUE], [BLUE, BLUE]]), _image([[RED, RED]])]
    mixed, red = encode_colors(images, n_bins=4).vectors

    assert np.flatnonzero(mixed).tolist() == [3, 48]  # In base 4, blue is 003 and red is 300.
    np.testing.assert_allclose(mixed[[3, 48]], [np.sqrt(3 / 4), 1 / 2], atol=1e-7)
    hellinger = np.sqrt(((np.sqrt(3 / 4)) ** 2 + (1 / 2 - 1) ** 2) / 2)
    assert np.linalg.norm(mixed - red) == pytest.approx(np.sqrt(2) * hellinger)


def test_all_bins_of_a_colour_are_of_equal_width() -> None:
    ramp = Image.fromarray(np.arange(256, dtype=np.uint8)[None, :])
    shares = encode_colors([ramp], n_bins=5).vectors[0] ** 2

    greys = [step * 31 for step in range(5)]  # In base 5: 000, 111, 222, 333 and 444.
    assert shares[greys].sum() == pytest.approx(1)
    np.testing.assert_allclose(shares[greys] * 256, [52, 51, 51, 51, 51], atol=1e-4)


def test_the_place_of_a_colour_changes_pixels_but_not_colours() -> None:
    scene = load_storybook(n_images=1)[0]
    pair = [scene, scene.transpose(Image.Transpose.FLIP_TOP_BOTTOM)]
    colors, pixels = encode_colors(pair).vectors, encode_pixels(pair).vectors

    assert colors[0] @ colors[1] == pytest.approx(1)
    assert pixels[0] @ pixels[1] < 0.9


def test_a_large_image_is_counted_without_blending_its_colours() -> None:
    board = np.indices((600, 900)).sum(axis=0) % 2
    image = Image.fromarray(np.where(board[..., None], RED, BLUE).astype(np.uint8))
    shares = encode_colors([image], n_bins=8).vectors[0] ** 2

    assert np.flatnonzero(shares).tolist() == [7, 7 * 64]
    assert shares[7] == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("encode", [encode_pixels, encode_colors])
def test_rows_are_in_the_order_of_the_images_and_name_the_baseline(encode) -> None:
    images = load_storybook(n_images=6)
    found = encode(images)

    assert found.model in ("raw pixels", "color histogram")
    assert set(found.provenance) & {"size", "n_bins"}
    np.testing.assert_array_equal(found.vectors[4], encode([images[4]]).vectors[0])


@pytest.mark.parametrize("encode", [encode_pixels, encode_colors])
@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "CMYK"])
def test_images_of_every_mode_are_encoded_as_rgb(encode, mode) -> None:
    image = load_storybook(n_images=1)[0].convert(mode)

    np.testing.assert_array_equal(encode([image]).vectors, encode([image.convert("RGB")]).vectors)


@pytest.mark.parametrize("encode", [encode_pixels, encode_colors])
def test_nothing_to_encode_is_an_error(encode) -> None:
    with pytest.raises(ValueError, match=r"`images` must hold at least one image\. Got none"):
        encode([])


@pytest.mark.parametrize("size", [1, 257, 2.5, True])
def test_a_size_out_of_range_is_an_error(size) -> None:
    with pytest.raises(ValueError, match=f"`size` must be a whole number from 2 .* Got {size!r}"):
        encode_pixels(load_storybook(n_images=1), size=size)


@pytest.mark.parametrize("n_bins", [1, 17, "8"])
def test_a_number_of_bins_out_of_range_is_an_error(n_bins) -> None:
    words = f"`n_bins` must be a whole number from 2 to 16. Got {n_bins!r}"
    with pytest.raises(ValueError, match=words):
        encode_colors(load_storybook(n_images=1), n_bins=n_bins)


@pytest.mark.parametrize("encode", [encode_pixels, encode_colors])
def test_images_of_pillow_are_what_they_are_elsewhere_upright_and_on_white(encode):
    clear = Image.new("RGBA", (8, 8), (200, 0, 0, 0))
    clear.paste((0, 90, 0, 255), (0, 0, 4, 8))
    white = Image.new("RGB", (8, 8), "white")
    white.paste((0, 90, 0), (0, 0, 4, 8))
    first, second = encode([clear, white]).vectors
    np.testing.assert_array_equal(first, second)
