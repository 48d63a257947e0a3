from dataclasses import replace

from cliplab import ClusterSweep, load_storybook
from cliplab.explorer.model.commitments import key_of, recall, remember


def test_images_and_sweep_that_are_made_anew_have_the_same_key(images, sweep):
    again = ClusterSweep(tuple(replace(each) for each in sweep.clusterings))
    assert key_of(load_storybook(n_images=80), again) == key_of(images, sweep)


def test_other_images_or_clusters_have_another_key(images, sweep):
    keys = {
        key_of(images, sweep),
        key_of(images, ClusterSweep(sweep.clusterings[1:])),
        key_of(load_storybook(n_images=80, random_state=1), sweep),
    }
    assert len(keys) == 3


def test_a_commitment_is_remembered_until_it_is_forgotten():
    remember(b"key", 8)
    assert (recall(b"key"), recall(b"other")) == (8, None)
    remember(b"key", None)
    remember(b"key", None)
    assert recall(b"key") is None
