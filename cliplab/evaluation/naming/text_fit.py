"""Whether a text describes any of the images, or only finds those that it describes least badly.

A ranking has a first image whatever the text is. So the mean score of the 12 best images is
compared with the same mean for the words of the vocabulary. The best words describe what is in the
images, and the tenth best of them is the measure: a text that fits half as well as that word finds
something. This needs no absolute cosine, which differs between models, and the number of words
matters little.

The bound was chosen on one half and confirmed on the other: of texts, and of images. Texts that
describe something in the images were 162 of the storybook ("a red fish", "blue", "at sea") and 28
for real photographs of ten dishes ("pizza", "avocado", "plate"). The others were 837 everyday words
that are not of the storybook, and 245 for animals, vehicles, clothing and the like that no dish
is made of. The vectors of the photographs and their words are of CLIP ViT-B/32. On the half that
confirms, with 1,000 images each:

==========================  ===================  ======================
images                      no match, wrongly    a match, wrongly
==========================  ===================  ======================
storybook                   0 of 81              7 % of 418
photographs of ten dishes   0 of 15              10 % of 122
==========================  ===================  ======================

"A sailboat" and "a songbird" are among the wrong ones. The bound alone was chosen blindly: that the
tenth word is a better measure than the spread of all scores was seen on both halves.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

N_BEST = 12
LEAST_FIT = 0.51
_N_WORDS = 10
_WORDS_AT_ONCE = 64  # Of 100,000 images their scores take 50 MB.


def text_fit(differences: Floats, meaning: Floats, words: Floats) -> float:
    """Return how well the 12 best images fit a text, as a share of the tenth best word's fit.

    Parameters
    ----------
    differences : ndarray of shape (n_images, n_features)
        The directions of the images from their mean.
    meaning : ndarray of shape (n_features,)
        The direction of the text from the mean of all words.
    words : ndarray of shape (n_words, n_features)
        Those of the words. Of fewer than ten words the last is the measure.

    Returns
    -------
    float
        0 where no word fits at all.
    """
    parts = np.split(words, range(_WORDS_AT_ONCE, len(words), _WORDS_AT_ONCE))
    fits = np.concatenate([_mean_of_best(differences @ part.T) for part in parts])
    measure = np.sort(fits)[-min(_N_WORDS, len(fits))]
    fit = _mean_of_best((differences @ meaning)[:, None])[0]
    return float(fit / measure) if measure > 0 else 0.0


def _mean_of_best(scores: Floats) -> Floats:
    """Return for each text the mean score of its best images."""
    n_best = min(N_BEST, len(scores))
    best: Floats = np.partition(scores, -n_best, axis=0)[-n_best:].mean(axis=0)
    return best
