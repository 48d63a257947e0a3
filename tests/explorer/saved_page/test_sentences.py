"""What scripts are given to say: sentences whose gaps they can fill in."""

from __future__ import annotations

import json
import re

import pytest

from cliplab._core.language import LANGUAGES, set_language
from cliplab.explorer.model.turning import script_words
from cliplab.explorer.saved_page.sentences import page_words


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("words", [script_words, page_words])
def test_the_gaps_that_a_script_fills_in_are_names_alone(words, language):
    set_language(language)
    try:
        said = json.dumps(words())
    finally:
        set_language("en")
    assert re.search(r"\{\w+\}", said)
    assert not re.search(r"\{\w+[:!]", said)  # Only Python reads formats.
