import numpy as np
import pytest
from sklearn.metrics import adjusted_mutual_info_score

from cliplab import Clustering, class_agreement
from cliplab.explorer.model.answers import Answers, answers_view, find_answers, score_of
from cliplab.explorer.style.theme import OTHER_COLOR, cluster_color


def _scores(answers):
    return answers.to_pandas().set_index("classes")["adjusted_mutual_info"]


def test_before_the_commitment_there_is_a_sentence_and_nothing_else(make_session):
    answers = find_answers(make_session())
    assert answers.sentence.startswith("Commit to a k first")
    assert "explorer.state.committed_k = 4" in repr(answers)
    assert "page Answers" in answers._repr_html_()
    assert len(answers.to_pandas()) == 0


def test_afterwards_the_clusters_of_the_committed_k_are_compared(make_session, images, sweep):
    session = make_session()
    session.state.committed_k = 9
    session.state.n_clusters = 3  # The screen may show another.
    answers = find_answers(session)
    labels = sweep[9].cluster_labels
    for name, score in _scores(answers).items():
        assert score == pytest.approx(adjusted_mutual_info_score(images.factor(name), labels))
    best = _scores(answers).idxmax()
    score = score_of(answers.agreements[best])
    assert answers.sentence == (
        f"You committed to k = 9. Its 9 clusters agree most with {best}: AMI {score}."
    )
    assert f"{best:6} AMI = {score}" in repr(answers)
    table = answers.to_pandas()
    assert (table["low"] <= table["adjusted_mutual_info"]).all()
    assert (table["adjusted_mutual_info"] <= table["high"]).all()
    assert "no more alike than by chance" in answers._repr_html_()


def test_for_a_k_that_was_not_computed_the_clusters_on_the_screen_are_compared(
    make_session, images, sweep
):
    session = make_session()
    session.state.committed_k = 50
    answers = find_answers(session)
    assert "You committed to k = 50. The 4 clusters on the screen agree" in answers.sentence
    expected = adjusted_mutual_info_score(images.factor("color"), sweep[4].cluster_labels)
    assert _scores(answers)["color"] == pytest.approx(expected)


def test_without_a_curtain_there_are_answers_at_once(make_session):
    answers = find_answers(make_session(hides_classes=False))
    assert answers.sentence.startswith("The 4 clusters on the screen agree most with")


@pytest.mark.parametrize("labels", [[0, 0, 0], [0, 1, 2]])
def test_an_agreement_that_says_nothing_has_an_interval_all_the_same(images, labels):
    found = Clustering(labels, [[0.0]] * (max(labels) + 1), 0.0, [0.0] * 3)
    score = score_of(class_agreement(images[:3], found))
    assert score.low <= score.value <= score.high


def test_one_image_has_the_interval_of_its_score(images):
    one = Clustering([0], [[0.0]], 0.0, [0.0])
    score = score_of(class_agreement(images[:1], one))
    assert score.low == score.value == score.high


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (None, "1.00, in full; how much that would vary in other images cannot be said"),
        ([0] * 80, "0.00, as always with one cluster or one class alone"),
    ],
)
def test_where_the_images_do_not_tell_how_much_it_varies_no_interval_is_given(images, labels, said):
    labels = images.class_labels if labels is None else labels
    found = Clustering(labels, [[0.0]] * (max(labels) + 1), 0.0, [0.0] * 80)
    answers = Answers("You said 2.", {"object": class_agreement(images, found)})
    assert repr(answers) == (
        f"You said 2.\nobject AMI = {said}\n"
        "AMI: 1 for the same groups, 0 for groups no more alike than by chance."
    )
    assert answers.to_pandas()[["low", "high"]].isna().all(axis=None)
    assert "interval" not in answers._repr_html_()


def test_an_interval_is_said_to_be_of_the_same_clusters(make_session):
    session = make_session()
    session.state.committed_k = 5
    answers = find_answers(session)
    for text in (repr(answers), answers._repr_html_()):
        assert "The interval is for other images, drawn at random and put into the same" in text
    assert answers.to_pandas()[["low", "high"]].notna().all(axis=None)


def test_both_maps_have_a_colour_for_each_image(images, sweep):
    view = answers_view(images, "object", sweep, sweep[4], is_own=True)
    assert view["clusters_title"] == "Your 4 clusters"
    assert view["cluster_palette"][:2] == [OTHER_COLOR, cluster_color(0)]
    assert len(view["cluster_palette"]) == 1 + 12  # Of the largest k, and noise.
    colors = np.array(view["palette"])[view["values"]]
    legend = dict(view["legend"])
    assert colors.tolist() == [legend[name] for name in images.factor("object")]
    other = answers_view(images, "class", sweep, sweep[5], is_own=False)
    assert other["clusters_title"] == "The 5 clusters on the screen"


def test_clusters_that_are_the_classes_have_their_colours_whatever_their_numbers(images, sweep):
    shuffled = (images.class_labels * 7 + 3) % 16
    found = Clustering(shuffled, [[0.0]] * 16, 0.0, [0.0] * 80)
    view = answers_view(images, "class", sweep, found, is_own=True)
    colors = np.array(view["palette"])[view["values"]].tolist()
    assert colors == [cluster_color(cluster) for cluster in shuffled]
    assert len(set(colors)) == 16


def test_classes_beyond_the_clusters_have_colours_of_their_own(images, sweep):
    view = answers_view(images, "class", sweep, sweep[4], is_own=True)
    assert len({color for _, color in view["legend"]}) == 16
    for cluster in range(4):
        assert cluster_color(cluster) in dict(view["legend"]).values()
