"""Where the published pack is; stamped from pyproject.toml by `make format`."""

PACK = "OWNER/cliplab-open-images"
