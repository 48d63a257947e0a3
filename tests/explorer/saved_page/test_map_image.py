import io

import numpy as np
import pytest
from PIL import Image

from cliplab import Explorer
from cliplab.explorer.saved_page.map_image import map_image

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("no_documents")]


def test_the_map_shows_each_cluster_in_its_colour(images, embeddings, projection, sweep):
    explorer = Explorer(images, embeddings, projection, sweep)
    drawn = Image.open(io.BytesIO(map_image(explorer._session)))
    assert drawn.format == "PNG"
    shown = np.asarray(drawn.convert("RGB"), dtype=int).reshape(-1, 3)
    for color in explorer._session.coloring["palette"][:4]:
        wanted = [int(color[i : i + 2], 16) for i in (1, 3, 5)]
        assert (np.abs(shown - wanted).max(axis=1) < 12).sum() > 100
