"""The public names of the course, each once: `__init__.py` and type checkers read them here."""

from .asking import ask as ask
from .beginning import begin as begin
from .checking import check as check
from .predicting import predict as predict
from .predicting import settings as settings
