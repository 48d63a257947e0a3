import base64
import json

import pytest

from cliplab.explorer.saved_page.encoding import as_base64, as_json, encoded

_HOSTILE = "</script><img src=x onerror=alert(1)>&\u2028\u2029\u202e'\""


def test_json_has_no_sign_that_html_reads_and_means_the_same():
    text = as_json({_HOSTILE: [_HOSTILE, 1.5, None]})
    assert not set(text) & set("<>&\u2028\u2029")
    assert json.loads(text) == {_HOSTILE: [_HOSTILE, 1.5, None]}


def test_numbers_that_json_has_not_are_refused():
    with pytest.raises(ValueError, match="not JSON compliant"):
        as_json(float("nan"))


def test_what_is_encoded_is_not_read_by_chance_and_can_be_decoded():
    text = encoded({"class": "Käfer"})
    assert "class" not in text
    assert json.loads(base64.b64decode(text)) == {"class": "Käfer"}
    assert as_base64(b"\x00\xff") == "AP8="
