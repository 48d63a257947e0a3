"""Whether a text describes any of the images, or only finds those that it describes least badly.

A ranking has a first image whatever the text is. So the mean score of the 12 best images is
compared with the same mean for the words of the vocabulary. The best words describe what is in the
images, and the tenth best of them is the measure: a text that fits half as well as that word finds
something. This needs no absolute cosine, which differs between models, and the number of words
matters little.

The bound was chosen on one half of the texts and the images and confirmed on the other. Texts that
describe something in the images were, of the storybook, 172 such as "a red fish", "blue" and "at
sea", and 25 such as "pizza", "avocado" and "plate" for real photographs of ten dishes. The others
were 823 everyday words that are not in the storybook, and 248 for animals, vehicles, clothing and
the like, which are on no dish. Vectors of the photographs and their words are those of CLIP
ViT-B/32. On the half that confirms:

==============================  ===================  ===================
images                          no match, wrongly    a match, wrongly
==============================  ===================  ===================
500 of the storybook            0 of 77              6 % of 420
1,000 photographs of dishes     0 of 16              7 % of 121
==============================  ===================  ===================

"A sailboat" and "a songbird" are among the wrong ones, and 0 of 16 may be up to 17 %. Only the
bound was chosen blindly: that the tenth word is a better measure than the spread of all scores was
seen on both halves.
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
