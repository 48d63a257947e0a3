"""The gallery: which images it shows, in which order, and what it says of them."""

from __future__ import annotations

import re

import datasets
import numpy as np
import pytest
from PIL import Image

from cliplab import Attribution, ImageSet, load_folder
from cliplab.explorer.widgets.gallery import PAGE_SIZE, Gallery, most_typical
from cliplab.explorer.widgets.pages import PageContext


def _gallery(session):
    """Return a gallery that follows a session."""

    def draw(_changed=None):
        if session.content_page == "images":
            gallery.draw(session.page_content)

    gallery = Gallery(PageContext(session, None, None))
    draw()
    session.listen(draw)
    return gallery


def _figures(gallery):
    return re.findall(r"<figure.*?</figure>", gallery.images.value, flags=re.DOTALL)


@pytest.mark.slow
def test_a_selection_is_shown_with_id_class_cluster_silhouette_and_credit(images, make_session):
    session = make_session(hides_classes=False)
    gallery = _gallery(session)
    session.state.selected = (4,)
    (figure,) = _figures(gallery)
    assert str(images.image_ids[4]) in figure
    assert images.class_names[images.class_labels[4]] in figure
    assert f">{session.clustering.cluster_labels[4]}</button>" in figure
    assert f"silhouette {session.clustering.silhouettes[4]:.2f}" in figure
    assert images.attribution[4].author in figure
    # Of several images by one author the credit is said once.
    session.state.selected = (4, 5)
    assert not any("cliplab-credit" in figure for figure in _figures(gallery))
    assert gallery.images.value.count(images.attribution[4].license + "<") == 1
    session.state.selected = (4,)
    assert "1 selected" in gallery.head.children[0].value


def test_without_a_selection_the_most_typical_of_each_cluster_is_shown(make_session, sweep):
    session = make_session()
    gallery = _gallery(session)
    session.state.n_clusters = 6
    assert len(_figures(gallery)) == 6
    for cluster, i in enumerate(most_typical(sweep[6])):
        own = sweep[6].silhouettes[sweep[6].cluster_labels == cluster]
        assert sweep[6].cluster_labels[i] == cluster
        assert sweep[6].silhouettes[i] == own.max()


@pytest.mark.slow
def test_buttons_turn_the_pages_and_stop_at_both_ends(make_session):
    session = make_session()
    gallery = _gallery(session)
    session.state.selected = range(PAGE_SIZE + 3)
    _, back, forth = gallery.head.children
    assert len(_figures(gallery)) == PAGE_SIZE
    assert back.disabled
    forth.click()
    assert len(_figures(gallery)) == 3
    assert forth.disabled
    back.click()
    assert len(_figures(gallery)) == PAGE_SIZE


@pytest.mark.slow
def test_a_new_selection_begins_on_its_first_page(make_session):
    session = make_session()
    gallery = _gallery(session)
    session.state.selected = range(PAGE_SIZE + 3)
    gallery.head.children[2].click()
    assert session.gallery_start == PAGE_SIZE
    session.state.selected = range(PAGE_SIZE + 5)
    assert session.gallery_start == 0
    assert len(_figures(gallery)) == PAGE_SIZE


def test_the_typical_images_begin_on_their_first_page_when_the_clusters_change(make_session):
    session = make_session()
    gallery = _gallery(session)
    session.state.n_clusters = 12
    gallery.head.children[2].click()
    assert len(_figures(gallery)) == 2
    session.state.committed_k = 5  # That opens the answers.
    session.state.page = "images"
    assert len(_figures(gallery)) == 5


def test_a_page_stays_while_k_moves(make_session):
    session = make_session()
    gallery = _gallery(session)
    session.state.selected = range(PAGE_SIZE + 3)
    gallery.head.children[2].click()
    session.state.n_clusters = 4
    assert len(_figures(gallery)) == 3


@pytest.mark.slow
def test_names_from_a_data_set_are_never_markup(images, make_session):
    attack = '"><script>alert(1)</script>'
    hostile = datasets.Dataset.from_dict(
        {
            "image": [images[i] for i in range(len(images))],
            "image_id": [f"{attack}{i}" for i in range(len(images))],
            "class_label": [0] * len(images),
            "author": [attack] * len(images),
            "url": ["javascript:alert(1)"] * len(images),
        }
    ).cast_column("class_label", datasets.ClassLabel(names=[attack]))
    session = make_session(images=ImageSet(hostile), hides_classes=False)
    gallery = _gallery(session)
    session.state.selected = (0, 1)
    assert "<script" not in gallery.images.value
    assert "javascript:" not in gallery.images.value
    assert "&lt;script&gt;" in gallery.images.value


@pytest.mark.parametrize(
    ("credit", "shown"),
    [
        (Attribution("Ada", "A", "CC BY", "https://example.org/a?b=1&c"), "https://example.org/a?"),
        (Attribution("Ada", "A", "CC BY", "ftp://example.org"), ">CC BY<"),
        (Attribution(title="A cat"), "“A cat”"),
    ],
)
def test_a_credit_names_author_and_licence_and_links_to_web_pages_only(credit, shown):
    assert shown in credit.to_short_html()
    assert ("<a " in credit.to_short_html()) == credit.url.startswith("https")


def test_an_image_is_read_once_however_often_it_is_shown(images, make_session):
    session = make_session()
    session.state.selected = (1, 2, 3)
    for k in (5, 6, 5):
        session.state.n_clusters = k
    information = session.small_images.uri.cache_info()
    # Those of the selection, and the typical ones that were shown before.
    assert information.misses == information.currsize
    assert information.hits >= 3


def test_an_image_is_sent_to_the_browser_once(make_session):
    session = make_session()
    gallery = _gallery(session)
    session.state.selected = (1, 2, 3)
    sent = len(gallery._on_page.widget.children)
    session.state.n_clusters = 4
    session.state.selected = (1, 3)
    assert len(gallery._on_page.widget.children) == sent


def test_an_image_whose_file_has_gone_is_an_error_in_words(tmp_path, make_session):
    for i in range(80):
        Image.new("RGB", (8, 8), (i, i, i)).save(tmp_path / f"{i:02}.png")
    session = make_session(images=load_folder(tmp_path))
    (tmp_path / "15.png").unlink()
    with pytest.raises((OSError, ValueError), match=r"15\.png"):
        session.state.selected = (15,)
    assert "15.png" in session.error


def test_typical_images_are_one_for_each_cluster(sweep):
    rows = most_typical(sweep[7])
    np.testing.assert_array_equal(sweep[7].cluster_labels[list(rows)], np.arange(7))
