"""Groups as a file: what is in it, what is not, and when it is not written."""

import json
from datetime import date

import pytest

from cliplab import ImageSet, NamedGroup
from cliplab.explorer.model.groups_file import save_groups

GROUPS = (NamedGroup([7, 3], "cats", "mostly asleep"), NamedGroup([5], "<b>犬</b>"))


def test_the_file_has_names_notes_rows_ids_and_where_the_images_come_from(images, tmp_path):
    path = save_groups(tmp_path / "new" / "groups.json", images, GROUPS, with_ids=True)
    text = path.read_text(encoding="utf-8")
    saved = json.loads(text)
    assert saved["n_images"] == 80
    assert saved["provenance"] == dict(images.provenance)
    assert saved["groups"] == [
        {
            "name": "cats",
            "note": "mostly asleep",
            "rows": [3, 7],
            "image_ids": [images.image_ids[3], images.image_ids[7]],
        },
        {"name": "<b>犬</b>", "note": "", "rows": [5], "image_ids": [images.image_ids[5]]},
    ]
    assert '      "name": "<b>犬</b>",\n' in text  # As it is read by eye.
    again = [NamedGroup(each["rows"], each["name"], each["note"]) for each in saved["groups"]]
    assert tuple(again) == GROUPS


def test_ids_of_images_which_often_hold_the_class_can_be_left_out(images, tmp_path):
    path = save_groups(tmp_path / "groups.json", images, GROUPS, with_ids=False)
    assert "image_ids" not in path.read_text(encoding="utf-8")


def test_what_json_does_not_know_is_written_as_text(images, tmp_path):
    dated = ImageSet(images.dataset, (), {"fetched": date(2026, 1, 2)})
    path = save_groups(tmp_path / "groups.json", dated, GROUPS, with_ids=True)
    assert json.loads(path.read_text(encoding="utf-8"))["provenance"] == {"fetched": "2026-01-02"}


@pytest.mark.parametrize(
    ("name", "groups", "message"),
    [
        ("groups.txt", GROUPS, "`path` must end in .json. Got '.*groups.txt' instead"),
        ("groups.json", (), "`groups` must hold a group to be saved"),
    ],
)
def test_a_file_that_would_be_wrong_is_not_written(images, tmp_path, name, groups, message):
    (tmp_path / name).write_text("as it was")
    with pytest.raises(ValueError, match=message):
        save_groups(tmp_path / name, images, groups, with_ids=True)
    assert [each.read_text() for each in tmp_path.iterdir()] == ["as it was"]


def test_a_file_that_cannot_be_written_leaves_what_was_there(images, tmp_path, monkeypatch):
    path = save_groups(tmp_path / "groups.json", images, GROUPS, with_ids=True)
    before = path.read_bytes()

    def full(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(OSError, match="No space left"):
        save_groups(path, images, GROUPS[:1], with_ids=True)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
