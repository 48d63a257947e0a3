from __future__ import annotations

import json
from typing import NamedTuple

import datasets
import numpy as np
import pytest
from bokeh.core.json_encoder import serialize_json

from cliplab import (
    Embeddings,
    Explorer,
    ImageSet,
    Pack,
    Projection,
    load_pack,
    load_storybook,
    name_clusters,
    save_pack,
    sweep_clusters,
)
from cliplab._core.html import render
from cliplab._core.language import say
from cliplab._core.plain_text import MARKS, plain

_TURNED = "gpj.exe\u202etac a"
_N_IMAGES = 30


def _is_plain(text):
    return not any(mark in text or f"\\u{ord(mark):04x}" in text for mark in MARKS)


@pytest.mark.parametrize("mark", MARKS)
def test_marks_of_direction_are_taken_out_of_all_that_holds_texts(mark):
    assert plain(f"a{mark}b") == "ab"
    assert plain([f"{mark}a", 5, None, (f"b{mark}",)]) == ["a", 5, None, ("b",)]
    assert plain({f"{mark}a": {"b": f"c{mark}"}}) == {"a": {"b": "c"}}


def test_letters_of_every_script_stay():
    for text in ("שלום", "مرحبا", "می\u200cروم", "e\u0301", "👩\u200d🎨", "naïve"):
        assert plain(text) == text


@pytest.fixture(scope="module")
def turned():
    """Return images, embeddings, a projection and a sweep with a mark in every text."""
    images = load_storybook(n_images=_N_IMAGES)
    rows = {
        "image": [{"bytes": images.file_bytes(i), "path": None} for i in range(_N_IMAGES)],
        "image_id": [f"{i}{_TURNED}" for i in range(_N_IMAGES)],
        "class_label": [i % 2 for i in range(_N_IMAGES)],
        "labels": [[_TURNED, "b"] for _ in range(_N_IMAGES)],
        f"factor{_TURNED}": [_TURNED if i % 3 else None for i in range(_N_IMAGES)],
    }
    for name in ("author", "title", "license", "url", "changes", "retrieved"):
        rows[name] = [_TURNED] * _N_IMAGES
    text = datasets.Value("string")
    kinds = dict.fromkeys(rows, text) | {
        "image": datasets.Image(),
        "class_label": datasets.ClassLabel(names=[f"cat{_TURNED}", f"dog{_TURNED}"]),
        "labels": [text],
    }
    images = ImageSet(
        datasets.Dataset.from_dict(rows, features=datasets.Features(kinds)),
        ((_TURNED, _TURNED),),
        {"citation": _TURNED, "classes": _TURNED, "more": [_TURNED]},
    )
    vectors = np.random.default_rng(0).normal(size=(_N_IMAGES, 8))
    embeddings = Embeddings(vectors, _TURNED, {_TURNED: _TURNED})
    projection = Projection(vectors[:, :2], _TURNED, parameters={_TURNED: 1.0})
    return images, embeddings, projection, sweep_clusters(projection, [2, 3])


def test_no_text_of_a_stranger_turns_a_line_around(turned, tmp_path):
    images, embeddings, projection, sweep = turned
    names = name_clusters(
        sweep_clusters(embeddings, [2])[2], {f"a{_TURNED}": np.eye(8)[0], "b": np.eye(8)[1]},
        [f"a{_TURNED}", "b"],
    )  # fmt: skip
    pack = Pack(images, embeddings, (projection,), (sweep,), _TURNED, _TURNED)
    said = [
        images,
        images.credits(),
        images.attribution[0],
        embeddings,
        projection,
        sweep,
        sweep[2],
    ]
    for value in [*said, pack, names]:
        assert _is_plain(repr(value)), type(value)
        assert _is_plain(str(value)), type(value)
        assert _is_plain(value._repr_html_()), type(value)
    for table in (images, images.credits(), sweep[2], projection):
        assert _is_plain(table.to_pandas().to_csv())
    assert _is_plain(sweep[2].to_pandas(images).to_csv())
    assert _is_plain(json.dumps([images.factors, dict(images.provenance), images.skipped]))
    save_pack(tmp_path / "pack", images, embeddings, projection, sweep, title=_TURNED)
    for file in (tmp_path / "pack").iterdir():
        if file.suffix != ".parquet":
            assert _is_plain(file.read_bytes().decode("latin-1")), file.name
            assert _is_plain(file.read_bytes().decode("utf-8", "ignore")), file.name
    assert load_pack(tmp_path / "pack").images.class_names == images.class_names


@pytest.mark.slow
def test_nothing_in_the_plots_of_an_explorer_turns_a_line_around(turned):
    explorer = Explorer(*turned)
    explorer.state.committed_k = 3
    for column in ("class", explorer.images.factors[0]):
        explorer.state.color_by = column
        explorer._panel.host()
        document = serialize_json(explorer._board.layout.document.to_json())
        assert explorer.images.class_names[0] in document
        assert _is_plain(document)


def test_classes_that_differ_in_such_marks_only_are_refused_in_a_sentence():
    kinds = datasets.Features(
        {"image": datasets.Image(), "image_id": datasets.Value("string")}
        | {"class_label": datasets.ClassLabel(names=["cat", "cat\u202e"])}
    )
    rows = {"image": [None], "image_id": ["a"], "class_label": [0]}
    with pytest.raises(ValueError, match="`dataset` must have classes that differ in more than"):
        ImageSet(datasets.Dataset.from_dict(rows, features=kinds))


def test_templates_and_sentences_show_plain_text():
    assert "\u202e" not in render("images/templates/attribution.html", title=_TURNED, credit=_no())
    assert "\u202e" not in say("search.no_match", text=_TURNED)


def _no():
    return dict.fromkeys(("url", "author", "author_url", "license", "license_url"), "")


def test_lists_stay_lists_and_tuples_with_names_become_tuples():
    class Named(NamedTuple):
        title: str
        seed: int

    assert plain([Named("a cat\u202e", 0), [1]]) == [("a cat", 0), [1]]
