from __future__ import annotations

import datasets
import numpy as np
import pytest
from PIL import Image

from cliplab import Embeddings, ImageSet, save_pack


def _credited(licenses):
    rows = {"image": [Image.new("RGB", (8, 8), "navy")] * len(licenses), "license": licenses}
    rows["image_id"] = [str(i) for i in range(len(licenses))]
    table = datasets.Dataset.from_dict(rows).cast_column("image", datasets.Image())
    return ImageSet(table), Embeddings(np.eye(len(licenses)))


@pytest.mark.parametrize(
    ("licenses", "terms", "words"),
    [
        (["CC BY 2.0", "CC BY 2.0"], "cc-by-2.0", "are listed in `ATTRIBUTION.html`"),
        (["CC BY 2.0", "CC0 1.0"], "other", "are listed in `ATTRIBUTION.html`"),
        (["", ""], "other", "are not recorded. Show the images only where you are allowed to"),
    ],
)
def test_the_card_has_a_license_only_if_all_images_have_the_same(tmp_path, licenses, terms, words):
    save_pack(tmp_path / "pack", *_credited(licenses))
    card = (tmp_path / "pack" / "README.md").read_text()
    assert f"license: {terms}\n" in card
    assert words in card
