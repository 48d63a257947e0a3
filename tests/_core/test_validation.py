"""Argument checks: what is refused, and the one sentence that says so."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cliplab import Clustering, ClusterSweep, Projection
from cliplab._core.validation import (
    require_count,
    require_file_name,
    require_kind,
    require_number,
    require_one_of,
    require_rows,
    wrong_value,
)


def test_a_wrong_value_is_reported_with_what_it_must_be_and_what_it_is() -> None:
    assert wrong_value("k", "be odd", "two") == "`k` must be odd. Got 'two' instead."
    assert wrong_value("k", "be odd", str) == "`k` must be odd. Got str instead."
    assert wrong_value("k", "be odd", 2, ": try 3") == "`k` must be odd. Got 2 instead: try 3."


@pytest.mark.parametrize("value", [0, 41, 2.0, True, "5", None, np.float64(3)])
def test_a_count_must_be_a_whole_number_in_its_range(value: object) -> None:
    with pytest.raises(ValueError, match=r"`k` must be a whole number from 1 to 40, the rows\. "):
        require_count("k", value, 1, 40, "the rows")
    require_count("k", np.int64(40), 1, 40)
    require_count("k", 10**9, 1)


@pytest.mark.parametrize("value", [-0.1, 1.5, float("nan"), True, "half", None])
def test_a_number_must_be_in_its_range(value: object) -> None:
    with pytest.raises(ValueError, match=r"^`share` must be a number from 0 to 1\. Got "):
        require_number("share", value, 0, 1)
    for good in (0, 1, 0.5, np.float32(0.25)):
        require_number("share", good, 0, 1)


@pytest.mark.parametrize("value", ["x", None, 1, np.arange(3), ["pca"]])
def test_a_choice_must_be_one_of_the_names(value: object) -> None:
    with pytest.raises(ValueError, match=r"^`method` must be one of 'pca', 'tsne' for these\. Got"):
        require_one_of("method", value, ("pca", "tsne"), "for these")
    require_one_of("method", "pca", iter(["pca"]))


def test_another_class_is_named_and_so_is_what_returns_the_right_one() -> None:
    with pytest.raises(TypeError, match=r"sweep\[5\], or a ClusterSweep, .*\. Got ndarray instead"):
        require_kind("clustering", np.eye(2), Clustering, ClusterSweep)
    require_kind("projection", Projection(np.eye(3)[:, :2]), Clustering, Projection)


def test_everything_has_a_row_for_each_image() -> None:
    with pytest.raises(ValueError, match=r"one row for each of the 40 images\. Got 30 instead\.$"):
        require_rows("embeddings", 30, 40)
    require_rows("embeddings", 40, 40)


def test_the_name_of_a_file_says_what_is_written_there(tmp_path: Path) -> None:
    assert require_file_name(str(tmp_path / "a.svg"), [".png", ".svg"]) == tmp_path / "a.svg"
    with pytest.raises(ValueError, match=r"`path` must end in .png, .svg or .html\. Got 'a.pdf'"):
        require_file_name("a.pdf", [".png", ".svg", ".html"])
    with pytest.raises(ValueError, match=r"`path` must end in .json\. Got 'a' instead\.$"):
        require_file_name("a", [".json"])
    with pytest.raises(IsADirectoryError, match=r"`path` must be a file\. Got .* a folder\."):
        require_file_name(tmp_path, [".png"])
