import io
from itertools import combinations, pairwise, product

import numpy as np
import pytest
from PIL import Image
from scipy.stats import chi2_contingency

from cliplab import load_storybook
from cliplab.sources.storybook import (
    COLORS,
    HELD_OUT_PAIRS,
    HOMES,
    OBJECTS,
    PLACES,
    caption,
    draw_scene,
    full_caption,
    sample_scene,
)
from cliplab.sources.storybook.lights import LIGHTS, TINTS
from cliplab.sources.storybook.objects import Pose
from cliplab.sources.storybook.scene import SIZES, Scene, Thing

N_IMAGES = 200


@pytest.fixture(scope="module")
def book():
    return load_storybook(n_images=N_IMAGES)


@pytest.fixture(scope="module")
def facts(book):
    return book.to_pandas()


def _pixels(image):
    return np.asarray(image, dtype=np.float64)


def _scenes(n_scenes, random_state=5, **knobs):
    return [sample_scene(random_state, index, **knobs) for index in range(n_scenes)]


def _scene(name="cat", color="red", place="beach", light="day", **more):
    return Scene((Thing(name, color, Pose(0.5, 0.9, 0.6)),), place, light, "large", 0, **more)


# Same seed, same images


@pytest.mark.slow
def test_the_same_seed_gives_the_same_images(book):
    again = load_storybook(n_images=20)
    for one, other in zip(again, book[:20], strict=True):
        np.testing.assert_array_equal(_pixels(one), _pixels(other))
    assert again.to_pandas().equals(book[:20].to_pandas())


@pytest.mark.slow
def test_another_seed_gives_other_images(book):
    other = load_storybook(n_images=20, random_state=1)
    assert not set(other.image_ids) & set(book.image_ids)
    assert other.to_pandas()["caption"].tolist() != book.to_pandas()["caption"][:20].tolist()
    assert all(
        (_pixels(one) != _pixels(two)).any() for one, two in zip(other, book[:20], strict=True)
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "knobs",
    [{}, {"n_objects": 2}, {"imbalance": 1.0}, {"confounding": 0.5}, {"painted_words": 0.5}],
)
def test_a_smaller_set_is_the_head_of_a_larger_one(knobs):
    small, large = load_storybook(9, **knobs), load_storybook(21, **knobs)
    assert small.to_pandas().equals(large[:9].to_pandas())
    for one, other in zip(small, large[:9], strict=True):
        np.testing.assert_array_equal(_pixels(one), _pixels(other))


def test_images_look_the_same_on_every_machine():
    # Mean colours of the four quarters: robust where rounding differs, not where a drawing does.
    expected = {
        "fish": [[146, 202, 231], [172, 213, 234], [141, 180, 151], [147, 189, 166]],
        "robot": [[140, 196, 227], [168, 208, 230], [151, 188, 150], [155, 192, 154]],
    }
    for name, quarters in expected.items():
        image = draw_scene(_scene(name, "blue", "meadow"))
        found = _pixels(image).reshape(2, 64, 2, 64, 3).mean(axis=(1, 3)).reshape(4, 3)
        np.testing.assert_allclose(found, quarters, atol=2)


# What is known about every image


def test_images_are_square_and_in_color(book):
    assert {image.size for image in book[:20]} == {(128, 128)}
    assert {image.mode for image in book[:20]} == {"RGB"}


def test_the_class_is_the_object(book, facts):
    assert book.class_names == OBJECTS
    assert facts["class_name"].tolist() == facts["object"].tolist()


def test_class_codes_are_the_same_whatever_the_sample():
    few = load_storybook(n_images=2)
    assert few.class_names == OBJECTS
    assert [OBJECTS[code] for code in few.class_labels] == few.to_pandas()["object"].tolist()


def test_every_factor_is_a_column_with_known_values(book, facts):
    assert book.factors == ("object", "color", "place", "light", "size", "caption", "held_out")
    assert set(facts["color"]) == set(COLORS)
    assert set(facts["place"]) == set(PLACES)
    assert set(facts["light"]) == set(LIGHTS)
    assert set(facts["size"]) == set(SIZES)
    assert len(OBJECTS) >= 16
    assert len(COLORS) >= 8
    assert len(PLACES) >= 6


def test_every_image_is_credited(book):
    credit = book.attribution[0]
    assert (credit.author, credit.license) == ("cliplab", "CC0 1.0")
    assert credit.title == book.to_pandas()["caption"][0]


def test_held_out_pairs_are_flagged_and_only_they(facts):
    pairs = zip(facts["object"], facts["color"], strict=True)
    assert facts["held_out"].tolist() == [pair in HELD_OUT_PAIRS for pair in pairs]
    assert facts["held_out"].any()


def test_held_out_pairs_are_spread_over_objects_and_colors():
    names, colors = zip(*HELD_OUT_PAIRS, strict=True)
    assert len(HELD_OUT_PAIRS) >= 6
    assert len(set(names)) == len(set(colors)) == len(HELD_OUT_PAIRS)
    assert set(names) <= set(OBJECTS)
    assert set(colors) <= set(COLORS)


def test_all_kinds_have_equal_shares(book):
    _, counts = np.unique(book.class_labels, return_counts=True)
    assert len(counts) == len(OBJECTS)
    assert counts.max() - counts.min() <= 1


@pytest.mark.slow
def test_factors_are_independent_of_each_other():
    scenes = _scenes(4000)
    factors = {
        "object": [scene.things[0].name for scene in scenes],
        "color": [scene.things[0].color for scene in scenes],
        "place": [scene.place for scene in scenes],
        "light": [scene.light for scene in scenes],
        "size": [scene.size for scene in scenes],
    }
    for one, other in combinations(factors, 2):
        pairs = np.stack(
            [np.unique(factors[name], return_inverse=True)[1] for name in (one, other)]
        )
        table = np.zeros(pairs.max(axis=1) + 1)
        np.add.at(table, tuple(pairs), 1)
        assert chi2_contingency(table).pvalue > 0.01, (one, other)


# What is to be seen


@pytest.mark.parametrize("name", OBJECTS)
def test_the_color_of_an_object_is_really_there(name):
    for color, light in product(COLORS, LIGHTS):
        tint, strength = TINTS[light]
        shown = np.add(np.multiply(COLORS[color], 1 - strength), np.multiply(tint, strength))
        pixels = _pixels(draw_scene(_scene(name, color, light=light), size=64))
        near = np.abs(pixels - shown).max(axis=2) < 12
        assert near.mean() > 0.03, color


@pytest.mark.parametrize("place", PLACES)
def test_an_object_is_visible_in_every_place(place):
    empty = _pixels(draw_scene(Scene((), place, "day", "large", 0), size=64))
    for color in COLORS:
        shown = _pixels(draw_scene(_scene("elephant", color, place), size=64))
        changed = np.abs(shown - empty).max(axis=2)
        assert (changed > 40).mean() > 0.1, color


def test_scenery_varies_from_image_to_image():
    for place in PLACES:
        one, other = (draw_scene(Scene((), place, "day", "small", seed)) for seed in (1, 2))
        assert np.abs(_pixels(one) - _pixels(other)).mean() > 1


def test_every_light_changes_the_image():
    shown = [_pixels(draw_scene(_scene(light=light))) for light in LIGHTS]
    for one, other in combinations(shown, 2):
        assert np.abs(one - other).mean() > 3


def test_a_small_image_is_the_large_one_reduced():
    for scene in _scenes(20, painted_words=0.5):
        small, large = draw_scene(scene, size=64), draw_scene(scene, size=128)
        assert np.abs(_pixels(small) - _pixels(large.reduce(2))).mean() < 3


def _touched(scene):
    """Where an image is not its own empty scenery."""
    empty = Scene((), scene.place, scene.light, scene.size, scene.scenery)
    return (_pixels(draw_scene(scene, 64)) != _pixels(draw_scene(empty, 64))).any(axis=2)


@pytest.mark.slow
@pytest.mark.parametrize("n_objects", [1, 2])
def test_objects_stay_inside_the_image(n_objects):
    for scene in _scenes(150, n_objects=n_objects):
        touched = _touched(scene)
        assert not touched[0].any(), scene
        # Lower down a shadow may reach over the edge.
        assert not touched[:40, [0, -1]].any(), scene


def test_a_smaller_size_word_means_a_smaller_object():
    sizes = {word: [] for word in SIZES}
    for scene in _scenes(100):
        sizes[scene.size].append(scene.things[0].pose.size)
    assert max(sizes["small"]) < min(sizes["medium"])
    assert max(sizes["medium"]) < min(sizes["large"])


# The knobs


def test_two_objects_differ_in_kind_and_color():
    facts = load_storybook(30, n_objects=2).to_pandas()
    assert (facts["object"] != facts["second_object"]).all()
    assert (facts["color"] != facts["second_color"]).all()


def test_the_first_of_two_objects_is_on_the_left():
    for scene in _scenes(30, n_objects=2):
        first, second = scene.things
        assert first.pose.x < 0.5 < second.pose.x


@pytest.mark.slow
def test_two_objects_are_held_out_when_one_of_them_is():
    facts = load_storybook(60, n_objects=2).to_pandas()
    first = zip(facts["object"], facts["color"], strict=True)
    second = zip(facts["second_object"], facts["second_color"], strict=True)
    expected = [
        one in HELD_OUT_PAIRS or two in HELD_OUT_PAIRS
        for one, two in zip(first, second, strict=True)
    ]
    assert facts["held_out"].tolist() == expected


@pytest.mark.parametrize("imbalance", [0.0, 0.5, 1.0])
def test_imbalance_gives_the_kinds_shares_after_zipf(imbalance):
    names = [scene.things[0].name for scene in _scenes(3200, imbalance=imbalance)]
    shares = np.array([names.count(name) for name in OBJECTS]) / len(names)
    expected = np.arange(1, 17) ** -imbalance
    np.testing.assert_allclose(shares, expected / expected.sum(), atol=0.01)


def test_without_confounding_objects_are_anywhere():
    scenes = _scenes(400)
    at_home = np.mean([scene.place == HOMES[scene.things[0].name] for scene in scenes])
    assert at_home == pytest.approx(1 / len(PLACES), abs=0.05)


def test_confounding_puts_objects_into_their_homes():
    assert all(scene.place == HOMES[scene.things[0].name] for scene in _scenes(50, confounding=1))
    half = [scene.place == HOMES[scene.things[0].name] for scene in _scenes(600, confounding=0.5)]
    assert np.mean(half) == pytest.approx(0.5 + 0.5 / len(PLACES), abs=0.05)


def test_every_place_is_home_to_two_kinds():
    homes = list(HOMES.values())
    assert set(HOMES) == set(OBJECTS)
    assert [homes.count(place) for place in PLACES] == [2] * len(PLACES)


def test_a_column_marks_painted_words_as_right_or_wrong():
    facts = load_storybook(60, painted_words=0.7).to_pandas()
    right = facts["painted_word"] == facts["object"]
    none = facts["painted_word"] == ""
    assert facts["sign"][right].eq("right").all()
    assert facts["sign"][none].eq("none").all()
    assert facts["sign"][~right & ~none].eq("wrong").all()
    assert set(facts["sign"]) == {"none", "right", "wrong"}
    assert set(facts["painted_word"]) <= {"", *OBJECTS}


def test_painted_words_have_the_given_share():
    signs = [scene.sign for scene in _scenes(1000, painted_words=0.6)]
    assert signs.count("none") / 1000 == pytest.approx(0.4, abs=0.05)
    assert signs.count("right") / 1000 == pytest.approx(0.3, abs=0.05)


def test_a_painted_word_changes_the_top_of_the_image_and_nothing_else():
    plain, signed = draw_scene(_scene()), draw_scene(_scene(painted_word="fish"))
    other = draw_scene(_scene(painted_word="guitar"))
    changed = (_pixels(plain) != _pixels(signed)).any(axis=2)
    assert changed[:24].mean() > 0.1
    assert not changed[24:].any()
    assert (_pixels(signed) != _pixels(other)).any()


def test_a_parameter_leaves_the_rest_of_the_image_as_it_is():
    for plain, signed, home in zip(
        _scenes(20), _scenes(20, painted_words=1), _scenes(20, confounding=1), strict=True
    ):
        assert (signed.things, signed.place, signed.light) == (
            plain.things,
            plain.place,
            plain.light,
        )
        assert home.things[0].name == plain.things[0].name
        assert home.things[0].color == plain.things[0].color
        assert home.scenery == plain.scenery


# Captions


def test_the_caption_names_object_color_and_place(facts):
    for row in facts.itertuples():
        assert row.object in row.caption
        assert row.color in row.caption
        assert row.place in row.caption


def test_captions_use_the_right_article_and_preposition():
    assert full_caption(_scene("fish", "red", "sea")) == "a red fish in the sea"
    assert full_caption(_scene("car", "orange", "beach")) == "an orange car on the beach"
    assert full_caption(_scene("robot", "blue", "space")) == "a blue robot in space"


def test_the_caption_of_two_objects_names_both_from_left_to_right():
    scene = sample_scene(0, 3, n_objects=2)
    first, second = scene.things
    words = full_caption(scene)
    assert words.index(f"{first.color} {first.name}") < words.index(f"{second.color} {second.name}")


@pytest.mark.parametrize("knobs", [{}, {"n_objects": 2}, {"painted_words": 1.0}])
def test_no_caption_has_more_than_fourteen_words(knobs):
    rng = np.random.default_rng(0)
    captions = [caption(scene, rng) for scene in _scenes(1000, **knobs)]
    assert max(len(words.split()) for words in captions) <= 14
    assert not any("{" in words for words in captions)


def test_captions_have_an_before_a_vowel_and_a_before_a_consonant():
    rng = np.random.default_rng(0)
    for scene in _scenes(1500):
        words = caption(scene, rng).split()
        for article, follower in pairwise(words):
            assert article != "a" or follower[0] not in "aeiou", words
            assert article != "an" or follower[0] in "aeiou", words


def test_captions_vary_and_are_true():
    rng = np.random.default_rng(0)
    scene = _scene("fish", "red", "sea")
    captions = {caption(scene, rng) for _ in range(600)}
    wrong = {*OBJECTS, *COLORS, *PLACES} - {"fish", "red", "sea"}
    assert len(captions) > 120
    assert {"a fish", "a red fish", "a photo of a red fish", "a red thing", "the sea"} <= captions
    assert not any(wrong & set(words.replace(",", "").split()) for words in captions)


def test_captions_name_the_painted_word_now_and_then():
    rng = np.random.default_rng(0)
    scene = _scene("fish", painted_word="guitar")
    named = ["with the word guitar" in caption(scene, rng) for _ in range(200)]
    assert 0.3 < np.mean(named) < 0.6


# What goes wrong


@pytest.mark.parametrize("value", [0, -1, 2.5, True, "10", None])
def test_the_number_of_images_must_be_a_whole_number(value):
    with pytest.raises(ValueError, match=r"^`n_images` must be a whole number from 1 to .* Got"):
        load_storybook(n_images=value)


@pytest.mark.parametrize("value", [-1, 0.5, None, "seed"])
def test_the_seed_must_be_a_whole_number(value):
    with pytest.raises(ValueError, match=r"^`random_state` must be a whole number .* Got"):
        load_storybook(2, random_state=value)


@pytest.mark.parametrize("value", [0, 3, 1.5, "two"])
def test_there_can_be_one_object_or_two(value):
    with pytest.raises(ValueError, match=r"^`n_objects` must be a whole number from 1 to 2\. Got"):
        load_storybook(2, n_objects=value)


@pytest.mark.parametrize("knob", ["imbalance", "confounding", "painted_words"])
@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan"), "half", None])
def test_shares_must_lie_between_zero_and_one(knob, value):
    with pytest.raises(ValueError, match=rf"^`{knob}` must be a number from 0 to 1\. Got"):
        load_storybook(2, **{knob: value})


def test_numbers_may_come_from_numpy():
    images = load_storybook(np.int64(3), random_state=np.int32(0), imbalance=np.float32(0.5))
    assert len(images) == 3


def test_images_are_small_lossless_files(book):
    import datasets

    raw = book.dataset.cast_column("image", datasets.Image(decode=False))[0]["image"]
    assert raw["path"] is None
    assert len(raw["bytes"]) < 30_000
    decoded = Image.open(io.BytesIO(raw["bytes"]))
    assert decoded.format == "PNG"
    np.testing.assert_array_equal(_pixels(decoded), _pixels(draw_scene(sample_scene(0, 0))))
