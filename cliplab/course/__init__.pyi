"""The public names of the course, each once: `__init__.py` and type checkers read them here."""

from .asking import ask as ask
from .beginning import begin as begin
from .checking import check as check
from .handing_in import hand_in as hand_in
from .map_comparison import MapComparison as MapComparison
from .map_comparison import compare_maps as compare_maps
from .predicting import predict as predict
from .predicting import settings as settings
from .samples import AnotherSample as AnotherSample
from .samples import another_sample as another_sample
from .saving_lesson import load_lesson as load_lesson
from .saving_lesson import reset as reset
from .saving_lesson import save_lesson as save_lesson
from .screen.grid import MapGrid as MapGrid
from .screen.sample_display import show_another_sample as show_another_sample
from .screen.stepper import KMeansStepper as KMeansStepper
from .sorting import Sorting as Sorting
from .sorting import sort_images as sort_images
from .summarizing import summarize_hand_ins as summarize_hand_ins
