import os
import re
from pathlib import Path

import pytest

from cliplab import Explorer, ImageSet
from cliplab.explorer.saved_page import writing

# Each makes an Explorer of its own, which takes a second.
pytestmark = pytest.mark.slow

_HOSTILE = '</script><img src=x onerror="document.title=1"> \u202e'


@pytest.fixture
def explorer(images, embeddings, projection, sweep):
    return Explorer(images, embeddings, projection, sweep)


def test_the_page_is_one_file_and_its_path_is_returned(explorer, tmp_path):
    path = explorer.save_page(tmp_path / "lesson.html")
    assert path == tmp_path / "lesson.html"
    assert [each.name for each in tmp_path.iterdir()] == ["lesson.html"]
    page = path.read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    # Nothing is loaded from elsewhere.
    assert re.findall(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=\"(?!data:)", page) == []
    assert "default-src 'none'" in page


def test_without_scripts_there_is_a_picture_and_a_sentence(explorer, tmp_path):
    page = explorer.save_page(tmp_path / "lesson.html").read_text(encoding="utf-8")
    (instead,) = re.findall(r"<noscript>(.*?)</noscript>", page, re.DOTALL)
    assert "a map of 80 images in 4 clusters" in instead
    assert 'src="data:image/png;base64,iVBOR' in instead


def test_the_picture_says_nothing_of_the_answers(explorer, tmp_path):
    def drawn():
        page = explorer.save_page(tmp_path / "lesson.html").read_text(encoding="utf-8")
        return re.search(r'src="(data:image/png[^"]*)', page)[1]

    before = drawn()
    explorer.state.committed_k = explorer.state.n_clusters
    explorer.state.color_by = "class"
    assert drawn() == before


def test_a_hostile_name_ends_no_script(images, embeddings, projection, sweep, tmp_path):
    table = images.dataset.to_pandas()
    dataset = images.dataset.remove_columns("author").add_column("author", [_HOSTILE] * len(table))
    hostile = ImageSet(dataset, images.skipped, images.provenance)
    explorer = Explorer(hostile, embeddings, projection, sweep)
    page = explorer.save_page(tmp_path / "lesson.html").read_text(encoding="utf-8")
    assert "<img src=x" not in page
    assert len(re.findall(r"</script>", page)) == 3


def test_the_script_that_may_run_is_the_one_that_is_there(explorer, tmp_path):
    page = explorer.save_page(tmp_path / "lesson.html").read_text(encoding="utf-8")
    policy = re.search(r'Content-Security-Policy" content="(.*?)">', page)[1]
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert len(scripts) == 2
    assert all(f"'{writing._hash(each)}'" in policy for each in scripts)


@pytest.mark.parametrize(
    ("name", "error", "words"),
    [
        (".", IsADirectoryError, "be a file"),
        ("lesson.pdf", ValueError, "end in .html"),
    ],
)
def test_a_path_that_cannot_be_is_refused_in_a_sentence(explorer, tmp_path, name, error, words):
    with pytest.raises(error, match=f"`path` must .*{words}"):
        explorer.save_page(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_the_folder_is_made(explorer, tmp_path):
    path = tmp_path / "new" / "lesson.html"
    assert explorer.save_page(path) == path
    assert path.is_file()


@pytest.fixture
def locked_folder(tmp_path):
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    if os.access(folder, os.W_OK):  # The administrator may write everywhere but where nobody may.
        folder = Path("/sys")
    if not folder.is_dir():
        pytest.skip("Every folder of this machine may be written to.")
    return folder


def test_a_folder_that_may_not_be_written_to_is_refused_in_a_sentence(explorer, locked_folder):
    with pytest.raises(PermissionError, match="in a folder that may be written to"):
        explorer.save_page(locked_folder / "lesson.html")


def test_very_many_images_are_refused_with_a_way_out(explorer, tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "MOST_AT_ONCE", 79)
    with pytest.raises(ValueError, match=r"at most 79 images. Got 80 instead: .*images\[:79\]"):
        explorer.save_page(tmp_path / "lesson.html")


def test_no_two_scripts_that_are_joined_use_one_name():
    declared = r"^(?:async )?(?:function|const|let|class) (\w+)"
    names = re.findall(declared, writing._own_script(), re.MULTILINE)
    assert len(names) > 50
    assert sorted(names) == sorted(set(names))
