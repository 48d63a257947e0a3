"""The course: questions that are checked, predictions, and what a learner hands in.

The public names are listed in ``__init__.pyi``, and each is imported when it is first used.

Examples
--------
>>> from cliplab import course
>>> course.settings.predictions
True
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
