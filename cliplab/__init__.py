"""Look at how CLIP's image embeddings cluster, and learn when to believe it.

The public names are listed in ``__init__.pyi``. Each is imported when it is first used, so that
``import cliplab`` loads neither torch nor datasets nor bokeh.

Examples
--------
>>> import cliplab
>>> images = cliplab.load_storybook(n_images=20)
>>> len(images)
20
"""

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
