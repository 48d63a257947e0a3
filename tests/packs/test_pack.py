from __future__ import annotations

import dataclasses

import pytest

from cliplab import Pack


@pytest.mark.slow
def test_text_in_a_pack_is_escaped_in_html(lesson):
    images, embeddings, *_ = lesson
    hostile = "<img src=x onerror=alert(1)>"
    named = dataclasses.replace(embeddings[:2], model=hostile)
    page = Pack(images[:2], named, title=hostile, note=hostile)._repr_html_()
    assert hostile not in page
    assert page.count("&lt;img src=x") == 3
