import base64
import gzip
import json
import re

import numpy as np
import pytest

from cliplab import ClipEncoder, Clustering, ClusterSweep, Explorer, evidence_for_k
from cliplab.explorer.saved_page.content import page_value
from cliplab.explorer.saved_page.stored_values import hundredths
from cliplab.explorer.widgets.gallery import gallery_content
from cliplab.explorer.widgets.pages.silhouette import _verdict, silhouette_content
from cliplab.explorer.widgets.pages.transitions import transitions_content

# Each makes an Explorer of its own, which takes a second.
pytestmark = pytest.mark.slow


_ARRAY = re.compile(r'"data": "(H4sI[^"]*)"')  # As Bokeh writes an array: packed, in letters.


def _columns(stored):
    """Read the columns of one k, as the script does."""
    data, start, columns = base64.b64decode(stored["packed"]), 0, {}
    for each in stored["columns"]:
        dtype = np.dtype(f"<{each['type']}")
        end = start + each["length"] * dtype.itemsize
        columns[each["name"]], start = np.frombuffer(data[start:end], dtype), end
    return columns


def _answers(value):
    return json.loads(base64.b64decode(value["answers"]))


@pytest.fixture
def explorer(images, embeddings, projection, sweep):
    return Explorer(images, embeddings, projection, sweep)


@pytest.fixture
def value(explorer):
    return page_value(explorer._session, answers=True)


def test_every_k_has_the_sentence_of_the_explorer_and_its_lists(explorer, value):
    assert [each["value"] for each in value["values"]] == list(explorer.sweep.parameter_values)
    for stored in value["values"]:
        explorer.state.n_clusters = stored["value"]
        content = silhouette_content(explorer._session.snapshot)
        assert stored["status"] == explorer._session.status
        assert stored["negative"] == list(content.negative)
        assert stored["borderline"] == list(content.borderline)


def test_every_bar_opens_as_in_the_explorer(explorer, value):
    said = value["said"]["bar"]
    for stored in value["values"][::4]:
        explorer.state.n_clusters = stored["value"]
        columns = _columns(stored)
        for row in range(0, len(explorer.images), 3):
            explorer.state.opened = row
            content = silhouette_content(explorer._session.snapshot)
            found = content.explanation
            a, b, score = columns["a"][row] / 1000, columns["b"][row] / 1000, columns["scores"][row]
            verdict = said["verdicts"][columns["verdicts"][row]]
            sentence = said["sum"].format(
                a=f"{a:.3f}",
                b=f"{b:.3f}",
                largest=f"{max(a, b):.3f}",
                score=f"{score / 100:.2f}",
                verdict=verdict,
            )
            assert sentence == _verdict(found, content.width).replace("-0.00", "0.00")
            assert columns["nearest"][row] == found.nearest_cluster
            assert stored["medoids"][found.cluster] == found.medoid


def test_the_images_that_move_are_those_of_the_explorer(explorer, value):
    for stored in value["values"][:-1]:
        explorer.state.n_clusters = stored["value"]
        content = transitions_content(explorer._session.snapshot)
        moves = stored["moves"]
        assert moves["movers"] == list(content.transitions.movers)
        assert moves["title"] == content.flow["title"]
        assert f"{len(moves['movers'])} of 80 images move" in moves["sentence"]
        assert moves["ribbons"]["n_images"] == content.flow["ribbons"]["n_images"]
        np.testing.assert_array_equal(_columns(stored)["after"], content.transitions.after)
        for (left, right, height), ys in zip(
            moves["edges"], content.flow["ribbons"]["ys"], strict=True
        ):
            assert [left, right, left + height] == pytest.approx([ys[0], ys[23], ys[-1]])
    assert value["values"][-1]["moves"] is None


def test_silhouettes_are_read_as_in_the_gallery(explorer, value):
    for stored in value["values"]:
        explorer.state.n_clusters = stored["value"]
        scores = _columns(stored)["hundredths"]
        for figure in gallery_content(explorer._session.snapshot).figures:
            assert figure["silhouette"] == f"silhouette {scores[figure['row']] / 100:.2f}"


def test_what_has_no_silhouette_is_marked():
    assert hundredths(np.array([0.123, -0.5, np.nan])).tolist() == [12, -50, -128]


def test_classes_are_encoded_and_agree_as_in_the_explorer(explorer, value):
    explorer.state.committed_k = 5
    explorer.state.page = "reveal"
    answers = _answers(value)
    assert answers["hover"]["class_names"][0] in explorer.images.class_names
    assert answers["colors"][0]["name"] == "class"
    for k in (5, 9):
        explorer.state.n_clusters = k
        answer = explorer._session.page_content.answer
        told = answers["values"][str(k)]
        assert told["sentence"].startswith(f"There are {answer.n_classes} classes")
        assert f"AMI {answer.agreement.adjusted_mutual_info:.2f}" in told["sentence"]
        assert told["disagreeing"] == list(answer.disagreeing)
        purities = [row[2] for row in told["tables"][0]["rows"]]
        assert purities == answer.agreement.to_pandas()["class_name"].tolist()


def test_nothing_outside_of_the_answers_names_a_class_or_an_image(images, value):
    rest = json.dumps({name: each for name, each in value.items() if name != "answers"})
    for name in (*images.class_names, *images.image_ids[:5]):
        assert f'"{name}' not in rest
    assert value["now"]["color_by"] == "cluster"


def test_left_out_classes_are_nowhere_even_where_the_notebook_shows_them(images, explorer):
    explorer.state.committed_k = 5
    explorer.state.page = "reveal"
    explorer.state.color_by = "class"
    shown = np.asarray(explorer._board.plots.images.data["color_values"])
    page = page_value(explorer._session, answers=False)
    rest = json.dumps(page, ensure_ascii=False)
    for name in (*images.class_names, *images.image_ids):
        assert f'"{name}' not in rest
        assert f">{name}<" not in rest
    drawn = [gzip.decompress(base64.b64decode(each)) for each in _ARRAY.findall(rest)]
    kinds = [f"<{kind}" for kind in ("i1", "i2", "i4", "i8", "f4", "f8")]
    labels = explorer.clustering.cluster_labels
    assert any(labels.astype(kind).tobytes() in drawn for kind in kinds)
    assert not any(shown.astype(kind).tobytes() in drawn for kind in kinds)


def test_answers_can_be_left_out(explorer):
    assert page_value(explorer._session, answers=False)["answers"] is None


def test_a_commitment_and_a_selection_stay_in_the_notebook(explorer):
    explorer.state.committed_k = 4
    explorer.state.selected = [1, 2]
    value = page_value(explorer._session, answers=True)
    assert not value["is_revealed"]
    told = [each["sentence"] for each in _answers(value)["values"].values()]
    assert all(sentence.startswith("There are") for sentence in told)  # And not "You said 4".
    assert '"image 0"' in json.dumps(value["item"])
    assert explorer._board.plots.images.selected.indices == [1, 2]


def test_classes_that_are_not_hidden_are_open_at_once(images, embeddings, projection, sweep):
    explorer = Explorer(images, embeddings, projection, sweep, hide_classes=False)
    assert page_value(explorer._session, answers=True)["is_revealed"]


def test_evidence_and_words_are_there_if_they_were_gathered(images, projection):
    encoder = ClipEncoder("storybook")
    embeddings = encoder.encode_images(images)
    explorer = Explorer(images, embeddings, projection, encoder=encoder)
    value = page_value(explorer._session, answers=False)
    assert value["evidence"] is None
    assert "Gap ·" not in json.dumps(value["item"], ensure_ascii=False)
    assert len(value["found"]["car"]) == 20
    assert len(value["values"][0]["names"]) == 2
    explorer._session.evidence = found = evidence_for_k(embeddings, explorer.sweep)
    value = page_value(explorer._session, answers=False)
    assert value["evidence"]["sentence"].startswith(found.sentence)
    assert len(value["evidence"]["rows"]) == len(found.table)
    assert "Gap ·" in json.dumps(value["item"], ensure_ascii=False)


def test_names_are_the_same_however_often_the_page_is_saved(images, projection):
    encoder = ClipEncoder("storybook")
    embeddings = encoder.encode_images(images)
    explorer = Explorer(images, embeddings, projection, encoder=encoder)
    explorer.state.page = "words"
    values = [page_value(explorer._session, answers=False) for _ in range(2)]
    assert values[0]["now"]["names"] == values[1]["now"]["names"]
    assert set(values[0]["now"]["names"]) == set(explorer.sweep.parameter_values)


def test_with_an_encoder_of_other_images_the_page_is_without_words(
    images, embeddings, projection, sweep
):
    explorer = Explorer(images, embeddings, projection, sweep, encoder=ClipEncoder("storybook"))
    value = page_value(explorer._session, answers=False)
    assert value["found"] is None
    assert value["now"]["names"] == {}


def test_without_an_encoder_there_are_no_words(value):
    assert value["found"] is None
    assert all(each["names"] is None for each in value["values"])


def test_noise_and_a_sweep_from_elsewhere_are_said(images, embeddings, projection, sweep):
    labels = sweep[3].cluster_labels.copy()
    labels[:4] = -1
    silhouettes = np.where(labels < 0, np.nan, 0.25)
    given = Clustering(
        labels, sweep[3].centers[:, :3], 1.0, silhouettes, space="umap-3", algorithm="mine"
    )
    explorer = Explorer(images, embeddings, projection, ClusterSweep((given,)))
    (stored,) = page_value(explorer._session, answers=False)["values"]
    columns = _columns(stored)
    assert set(columns) == {"hundredths"}
    assert columns["hundredths"][:5].tolist() == [-128] * 4 + [25]
    assert stored["moves"] is None


def test_the_curves_fill_their_plots(explorer, value):
    (root,) = value["item"]["doc"]["roots"]
    drawn = json.dumps(root)
    for plot in (explorer._board.plots.elbow, explorer._board.plots.score):
        ends = plot.y_range
        assert f'"start": {ends.start}' in drawn
        assert f'"end": {ends.end}' in drawn
