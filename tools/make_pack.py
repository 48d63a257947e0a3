"""Make a lesson pack, and publish it if asked to.

    python tools/make_pack.py storybook               # the pack that ships with the package
    python tools/make_pack.py open-images --publish   # fetches, encodes with ViT-B-32, uploads
    python tools/make_pack.py rehearsal --photos DIR --publish NAME

The rehearsal uses your own photographs and an untrained ViT-B-32, as its title says: it shows that
everything works, and its clusters mean nothing.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from huggingface_hub import whoami

from cliplab import (
    ClipEncoder,
    Pack,
    fetch_open_images,
    load_folder,
    load_storybook,
    project,
    save_pack,
    sweep_clusters,
)
from cliplab.images.image_set import ImageSet
from cliplab.packs.address import PACK
from cliplab.packs.published import STORYBOOK_PACK, publish_pack
from cliplab.sources import PEOPLE


def main() -> None:
    """Make the pack that the command line names."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("kind", choices=["storybook", "open-images", "rehearsal"])
    parser.add_argument("--photos", type=Path, help="a folder of photographs, for a rehearsal")
    parser.add_argument("--n-images", type=int, default=1000)
    parser.add_argument("--out", type=Path, help="the folder of the pack")
    parser.add_argument(
        "--publish", nargs="?", const=PACK, metavar="NAME", help=f"upload it, to {PACK} or NAME"
    )
    arguments = parser.parse_args()
    if arguments.publish and arguments.publish.startswith("OWNER/"):
        parser.error("set the pack's address in pyproject.toml, or name one: --publish owner/name")
    if arguments.publish:
        whoami()  # Before an hour's work, not after it.
    if arguments.kind == "rehearsal" and arguments.photos is None:
        parser.error("a rehearsal needs --photos")
    out = arguments.out or (
        STORYBOOK_PACK if arguments.kind == "storybook" else Path(arguments.kind)
    )
    if arguments.kind == "storybook":
        images = load_storybook(n_images=arguments.n_images)
        # In single precision every machine computes the same vectors, and so the same clusters.
        encoder = ClipEncoder("storybook", precision="float32")
        title = "The storybook"
    elif arguments.kind == "open-images":
        images = fetch_open_images(n_images=arguments.n_images, exclude_classes=PEOPLE)
        if "lacks" in images.provenance:
            parser.error(f"these come from a mirror, without {images.provenance['lacks']}")
        encoder, title = ClipEncoder("ViT-B-32"), "Photographs of Open Images"
    else:
        images = load_folder(arguments.photos)
        encoder = ClipEncoder("ViT-B-32", pretrained=None)
        title = "A rehearsal with an untrained network"
    pack = make_pack(out, images, encoder, title)
    n_bytes = sum(file.stat().st_size for file in out.iterdir())
    print(f"{pack} in {out}, {n_bytes / 1e6:.1f} MB")
    if arguments.publish:
        print(f"published as {arguments.publish}, {publish_pack(out, arguments.publish)}")


def make_pack(out: Path, images: ImageSet, encoder: ClipEncoder, title: str) -> Pack:
    """Compute everything that a lesson shows, and save it."""
    embeddings = encoder.encode_images(images)
    projections = [project(embeddings, method, random_state=0) for method in ("tsne", "pca")]
    most = min(20, len(images) - 1)
    sweeps = [
        sweep_clusters(space, range(2, most + 1), random_state=0)
        for space in (embeddings, projections[0])
    ]
    return save_pack(out, images, embeddings, projections, sweeps, title=title)


if __name__ == "__main__":
    main()
