import re

import datasets
import numpy as np
import pytest
from PIL import Image

from cliplab import Attribution, ImageSet, load_folder
from cliplab.explorer.notebook.host import MainLoop
from cliplab.explorer.notebook.tasks import Lane
from cliplab.explorer.widgets.gallery import PAGE_SIZE, Gallery, most_typical
from cliplab.explorer.widgets.page_images import SmallPictures


def _gallery(images, errors=None):
    main_loop = MainLoop()
    errors = [] if errors is None else errors
    lane = Lane(main_loop, errors.append)
    return Gallery(images, SmallPictures(images), lane, main_loop)


def _figures(gallery):
    return re.findall(r"<figure.*?</figure>", gallery.pictures.value, flags=re.DOTALL)


def test_a_selection_is_shown_with_id_class_cluster_silhouette_and_credit(images, sweep):
    gallery = _gallery(images)
    gallery.show((4,), sweep[5])
    (figure,) = _figures(gallery)
    assert str(images.image_ids[4]) in figure
    assert images.class_names[images.class_labels[4]] in figure
    assert f">{sweep[5].cluster_labels[4]}</span>" in figure
    assert f"silhouette {sweep[5].silhouettes[4]:.2f}" in figure
    assert images.attribution[4].author in figure
    assert "1 selected" in gallery.head.children[0].value


def test_without_a_selection_the_most_typical_of_each_cluster_is_shown(images, sweep):
    gallery = _gallery(images)
    gallery.show((), sweep[6])
    assert len(_figures(gallery)) == 6
    for cluster, i in enumerate(most_typical(sweep[6])):
        own = sweep[6].silhouettes[sweep[6].cluster_labels == cluster]
        assert sweep[6].cluster_labels[i] == cluster
        assert sweep[6].silhouettes[i] == own.max()


def test_buttons_turn_the_pages_and_stop_at_both_ends(images, sweep):
    gallery = _gallery(images)
    gallery.show(tuple(range(PAGE_SIZE + 3)), sweep[5])
    _, back, forth = gallery.head.children
    assert len(_figures(gallery)) == PAGE_SIZE
    assert back.disabled
    forth.click()
    assert len(_figures(gallery)) == 3
    assert forth.disabled
    back.click()
    assert len(_figures(gallery)) == PAGE_SIZE


def test_a_new_selection_begins_on_its_first_page(images, sweep):
    gallery = _gallery(images)
    gallery.show(tuple(range(PAGE_SIZE + 3)), sweep[5])
    gallery.head.children[2].click()
    gallery.show(tuple(range(PAGE_SIZE + 5)), sweep[5])
    assert len(_figures(gallery)) == PAGE_SIZE


def test_names_from_a_data_set_are_never_markup(images, sweep):
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
    gallery = _gallery(ImageSet(hostile))
    gallery.show((0, 1), sweep[5])
    assert "<script" not in gallery.pictures.value
    assert "javascript:" not in gallery.pictures.value
    assert "&lt;script&gt;" in gallery.pictures.value


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


def test_a_picture_is_read_once_however_often_it_is_shown(images, sweep, monkeypatch):
    gallery, read = _gallery(images), []
    monkeypatch.setattr(
        "cliplab.explorer.widgets.page_images.thumbnail", lambda image, _: read.append(1) or image
    )
    for k in (5, 6, 5):
        gallery.show((1, 2, 3), sweep[k])
    assert len(read) == 3


def test_a_picture_that_has_gone_is_told_and_not_swallowed(tmp_path, sweep):
    for i in range(80):
        Image.new("RGB", (8, 8), (i, i, i)).save(tmp_path / f"{i:02}.png")
    errors = []
    gallery = _gallery(load_folder(tmp_path), errors)
    gallery.show(tuple(range(20)), sweep[5])
    (tmp_path / "15.png").unlink()
    gallery.head.children[2].click()
    assert "15.png" in str(errors[0])


def test_typical_images_are_one_for_each_cluster(sweep):
    rows = most_typical(sweep[7])
    np.testing.assert_array_equal(sweep[7].cluster_labels[list(rows)], np.arange(7))
