"""What a hover says of an image, before a k has been committed to and after."""

from __future__ import annotations

import pytest

from cliplab._core.language import messages
from cliplab.explorer.model.hover_fields import (
    HOVER_FIELDS,
    HoverField,
    hidden_name,
    hover_texts,
    image_columns,
)
from cliplab.explorer.plots.linked import Plots


def test_ids_and_classes_are_sent_beforehand(images):
    columns = image_columns(images)
    assert columns["image_ids"] == images.image_ids.tolist()
    assert columns["class_names"] == [images.class_names[label] for label in images.class_labels]


def test_before_a_k_is_committed_to_neither_says_what_the_class_is(images):
    columns = image_columns(images, is_revealed=False)
    assert set(columns["class_names"]) == {""}
    assert columns["image_ids"][7] == "image 7" == hidden_name(7)


def test_the_texts_of_a_few_rows_are_those_of_all(images):
    rows = [5, 2]
    for is_revealed in (True, False):
        columns = image_columns(images, is_revealed)
        for column, texts in hover_texts(images, rows, is_revealed).items():
            assert texts == [columns[column][row] for row in rows]


def test_each_field_has_a_column_of_its_own():
    columns = [field.column for field in HOVER_FIELDS]
    assert len(set(columns)) == len(columns)


@pytest.mark.parametrize("n_images", [80, 5000])
def test_a_new_field_is_one_line_of_the_table(images, monkeypatch, n_images):
    size = HoverField("file_sizes", lambda images, rows: ["12 kB"] * len(rows))
    monkeypatch.setitem(messages("en")["hover"]["labels"], "file_sizes", "file")
    fields = (*HOVER_FIELDS, size)
    for module in ("model.hover_fields", "plots.hover"):
        monkeypatch.setattr(f"cliplab.explorer.{module}.HOVER_FIELDS", fields)

    plots = Plots(n_images, image_columns(images) if n_images == len(images) else {})

    (hover,) = (tool for tool in plots.scatter.tools if hasattr(tool, "tooltips"))
    assert "file $index{file_sizes}" in hover.tooltips
    assert '"file_sizes": {"format": "text"' in hover.formatters["$index"].code
    assert hover_texts(images, [0], is_revealed=False)["file_sizes"] == ["12 kB"]
    sent = plots.images if n_images == len(images) else plots.hover.answer
    assert "file_sizes" in sent.data
