from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from struct import pack

import numpy as np
import pytest
from PIL import Image

from cliplab.images import decoding
from cliplab.images.decoding import MAX_BYTES, MAX_PIXELS, decode_image, upright_rgb


def _file(image: Image.Image, kind: str = "PNG", **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _noise(size=(64, 48)) -> Image.Image:
    pixels = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    return Image.fromarray(pixels)


@pytest.mark.parametrize("kind", ["PNG", "GIF", "BMP", "TIFF", "WEBP", "PPM", "ICO", "TGA", "PCX"])
def test_every_format_of_pillow_becomes_rgb_of_the_same_size(kind):
    image = decode_image(_file(_noise((48, 48)), kind))
    assert (image.mode, image.size) == ("RGB", (48, 48))


def test_pixels_of_a_plain_image_stay_as_they_are():
    np.testing.assert_array_equal(decode_image(_file(_noise())), _noise())


def test_transparent_is_white():
    clear = Image.new("RGBA", (2, 2), (255, 0, 0, 0))
    half = Image.new("RGBA", (2, 2), (0, 0, 0, 128))
    assert decode_image(_file(clear)).getpixel((0, 0)) == (255, 255, 255)
    assert decode_image(_file(half)).getpixel((0, 0)) == (127, 127, 127)
    palette = Image.new("P", (2, 2), 0)
    palette.putpalette([0, 0, 255])
    clear_palette = _file(palette, transparency=0)
    assert decode_image(clear_palette).getpixel((0, 0)) == (255, 255, 255)


def test_sixteen_bits_and_floats_keep_their_shades():
    shades = np.linspace(0, 65535, 256).astype(np.uint16).reshape(16, 16)
    expected = (shades >> 8).astype(np.uint8)
    for kind in ("PNG", "TIFF"):
        decoded = np.asarray(decode_image(_file(Image.fromarray(shades), kind)))
        np.testing.assert_array_equal(decoded[..., 0], expected)
    floats = Image.fromarray(np.array([[-1.0, 0.0], [1.0, np.nan]], dtype=np.float32))
    decoded = np.asarray(decode_image(_file(floats, "TIFF")))[..., 0]
    assert decoded.tolist() == [[0, 127], [255, 127]]


@pytest.mark.parametrize("n_bits", [8, 10, 12, 14, 16])
@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_of_sixteen_bits_those_that_are_used_are_shown(n_bits, kind):
    shades = np.linspace(0, 2**n_bits - 1, 256).astype(np.uint16).reshape(16, 16)
    decoded = np.asarray(decode_image(_file(Image.fromarray(shades), kind)))
    np.testing.assert_array_equal(decoded[..., 0], shades >> (n_bits - 8))
    assert decoded.max() == 255


def test_a_dark_image_of_ten_bits_is_not_taken_for_one_of_nine():
    shades = np.arange(256, dtype=np.uint16).reshape(16, 16) + 100  # Up to 355, which is 9 bits.
    decoded = np.asarray(decode_image(_file(Image.fromarray(shades))))
    np.testing.assert_array_equal(decoded[..., 0], shades >> 2)


def test_whole_numbers_of_thirty_two_bits_are_shown_like_those_of_sixteen():
    shades = np.arange(256, dtype=np.int32).reshape(16, 16) * 16
    decoded = np.asarray(decode_image(_file(Image.fromarray(shades), "TIFF")))
    np.testing.assert_array_equal(decoded[..., 0], shades // 16)


def test_what_pillow_cannot_read_is_not_called_damaged():
    # A texture whose pixels are in a format that is not known.
    header = pack("<7I44x", 124, 0x1007, 8, 8, 0, 0, 0)
    file = b"DDS " + header + pack("<2I4s5I", 32, 4, b"ABCD", 0, 0, 0, 0, 0) + b"\0" * 600
    with pytest.raises(ValueError, match=r"^of a kind that Pillow cannot read: "):
        decode_image(file)


def test_an_upright_image_in_rgb_is_returned_as_it_is():
    image = _noise()
    assert upright_rgb(image) is image


def test_an_image_of_pillow_is_turned_and_stays_as_it_was():
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = Image.open(io.BytesIO(_file(_noise((40, 20)), "JPEG", exif=exif)))
    assert upright_rgb(lying).size == (20, 40)
    assert upright_rgb(upright_rgb(lying)).size == (20, 40)
    assert lying.size == (40, 20)


def test_cmyk_is_converted_to_rgb():
    cyan = Image.new("CMYK", (8, 8), (255, 0, 0, 0))
    red, green, blue = decode_image(_file(cyan, "TIFF")).getpixel((0, 0))
    assert red < 60
    assert min(green, blue) > 200


def test_the_first_frame_of_an_animation_is_the_image():
    first, second = Image.new("RGB", (8, 8), "red"), Image.new("RGB", (8, 8), "blue")
    animation = _file(first, "GIF", save_all=True, append_images=[second])
    assert decode_image(animation).getpixel((0, 0)) == (255, 0, 0)


def test_an_image_is_rotated_upright_by_its_exif_data():
    exif = Image.Exif()
    exif[0x0112] = 6
    assert decode_image(_file(_noise((40, 20)), "JPEG", exif=exif)).size == (20, 40)


def test_an_image_with_damaged_exif_data_is_read():
    exif = b"Exif\0\0II*\0" + b"\xff" * 40
    assert decode_image(_file(_noise(), "JPEG", exif=exif)).size == (64, 48)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "^an empty file$"),
        (b" <!DOCTYPE html><p>404</p>", "text instead of an image, perhaps a web page"),
        (b"three cats", "not an image that Pillow can read"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not an image that Pillow can"),
        (b"\0" * (MAX_BYTES + 1), "too large: 100 MB, where 100 MB are allowed"),
    ],
)
def test_a_file_that_is_not_an_image_is_refused_with_a_reason(data, reason):
    with pytest.raises(ValueError, match=reason):
        decode_image(data)


def _header_only(width: int, height: int) -> bytes:
    """A BMP that claims a size and holds no pixels."""
    about = pack("<IiiHHIIiiII", 40, width, height, 1, 24, *[0] * 6)
    return b"BM" + pack("<IHHI", 54, 0, 0, 54) + about


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("side", [7072, 10_000, 60_000])
def test_an_image_that_claims_too_many_pixels_is_refused_by_its_header(side):
    assert side**2 > MAX_PIXELS
    with pytest.raises(ValueError, match=r"^too large: "):
        decode_image(_header_only(side, side))


def test_an_image_that_claims_more_than_it_holds_is_damaged():
    with pytest.raises(ValueError, match=r"^damaged: "):
        decode_image(_header_only(100, 100))


def test_of_damaged_files_nothing_is_printed_and_nothing_warned(capfd):
    chances = np.random.default_rng(0)
    files = [_file(_noise(), "TIFF", compression=kind) for kind in ("tiff_lzw", "packbits", "jpeg")]
    files += [
        _file(_noise().convert("1"), "TIFF", compression=kind) for kind in ("group3", "group4")
    ]
    exif = Image.Exif()
    exif[0x010E] = "a description"
    files += [_file(_noise(), kind, exif=exif) for kind in ("JPEG", "PNG", "WEBP")]
    n_refused = 0
    for content in files:
        for place in chances.integers(len(content), size=40):
            damaged = bytearray(content)
            damaged[place] ^= chances.integers(1, 256)
            try:
                decode_image(bytes(damaged))  # A warning would be an error here.
            except ValueError:
                n_refused += 1
    assert n_refused > 20
    assert capfd.readouterr() == ("", "")
    os.write(2, b"what others say is heard again")
    assert capfd.readouterr().err == "what others say is heard again"


def test_a_user_s_own_filter_of_warnings_stays_in_front():
    data = _file(_noise(), "TIFF")
    decode_image(data)
    warnings.filterwarnings("error", category=EncodingWarning)
    before = list(warnings.filters)
    decode_image(data)
    assert list(warnings.filters) == before


def test_the_stream_of_errors_is_open_while_a_large_tiff_waits_for_its_turn(capfd, monkeypatch):
    monkeypatch.setattr("cliplab.images.decoding._LARGE", 0)
    is_opened = threading.Event()
    opened = Image.open
    monkeypatch.setattr(
        "PIL.Image.open", lambda *args, **kw: [opened(*args, **kw), is_opened.set()][0]
    )
    with ThreadPoolExecutor(1) as pool:
        with decoding._turn:
            decoded = pool.submit(decode_image, _file(_noise(), "TIFF"))
            assert is_opened.wait(60)
            os.write(2, b"a word of another thread")
        assert decoded.result(60).size == (64, 48)
    assert capfd.readouterr().err == "a word of another thread"


def test_an_image_that_is_worked_on_in_strips_is_the_same(monkeypatch):
    noise = _noise((31, 57))
    clear = noise.convert("RGBA")
    clear.putalpha(noise.convert("L"))
    palette = noise.quantize(16)
    palette.info["transparency"] = 3
    grey = Image.fromarray(np.asarray(noise.convert("L")).astype(np.uint16) * 37)
    real = Image.fromarray(np.asarray(noise.convert("L")).astype(np.float32) - 99.5)
    whole = [upright_rgb(image) for image in (clear, palette, grey, real)]
    monkeypatch.setattr(decoding, "_STRIP", 200)
    for image, expected in zip((clear, palette, grey, real), whole, strict=True):
        np.testing.assert_array_equal(upright_rgb(image), expected)


_FOUR_AT_ONCE = """
import resource, sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from cliplab.images.decoding import decode_image
files = [Path(name).read_bytes() for name in sys.argv[1:]]
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with ThreadPoolExecutor(4) as pool:
    sizes = list(pool.map(lambda file: decode_image(file).size, files))
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(len(sizes), (after - before) * (1 if sys.platform == "darwin" else 1024))
"""


@pytest.mark.slow(seconds=15)
@pytest.mark.parametrize("kind", ["turned", "clear"])
def test_four_images_of_fifty_megapixels_at_once_take_at_most_one_and_a_half_gigabytes(
    tmp_path, kind
):
    size, exif = (8000, 6250), Image.Exif()
    exif[0x0112] = 6
    content = {
        "turned": lambda: _file(Image.new("RGB", size, "navy"), "JPEG", exif=exif),
        "clear": lambda: _file(Image.new("RGBA", size, (9, 9, 9, 99)), compress_level=1),
    }[kind]()
    files = [tmp_path / name for name in "abcd"]
    for file in files:
        file.write_bytes(content)
    command = [sys.executable, "-c", _FOUR_AT_ONCE, *map(str, files)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    n_decoded, n_bytes = map(int, answer.stdout.split())
    assert n_decoded == 4
    assert n_bytes < 1.5e9
