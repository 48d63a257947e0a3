"""What a kernel of Colab has: the module google.colab, as far as widgets need it.

The emulation runs this file in the kernel before any cell.
"""

import importlib.util
import sys
from types import ModuleType
from typing import Any

import ipywidgets

MIME = "application/vnd.jupyter.widget-view+json"


def enable_custom_widget_manager() -> None:
    """Have each widget that is displayed from now on say which manager shows it."""
    publisher = get_ipython().display_pub  # noqa: F821
    publisher.unregister_hook(_name_manager)
    publisher.register_hook(_name_manager)


def _name_manager(message: dict[str, Any]) -> dict[str, Any]:
    content = message["content"]
    if MIME in content.get("data", {}):
        content["metadata"][MIME] = {"colab": {"custom_widget_manager": {"url": "emulated"}}}
    return message


def _module(name: str, **members: Any) -> ModuleType:
    module = sys.modules[name] = ModuleType(name)
    vars(module).update(members)
    return module


# Colab has ipywidgets 7.7.1. Where 8 is installed it speaks as that does: Colab's manager knows
# none of the styles that came with 8, and shows no widget that has one.
_KNOWN_STYLES = {
    f"{name}StyleModel" for name in ("", "Button", "Description", "Slider", "Progress")
} | {"ToggleButtonsStyleModel"}


def _speak_as_before(get_state: Any) -> Any:
    def get_old_state(style: Any, *given: Any, **named: Any) -> dict[str, Any]:
        state = get_state(style, *given, **named)
        if state.get("_model_name", "StyleModel") not in _KNOWN_STYLES:
            state["_model_name"] = "DescriptionStyleModel"
        return state

    return get_old_state


def be_colab() -> None:
    """Make this kernel one of Colab's; nothing else that imports this file becomes one."""
    # The package google itself may be that of another library.
    if importlib.util.find_spec("google") is None:
        _module("google", __path__=[])
    output = _module(
        "google.colab.output", enable_custom_widget_manager=enable_custom_widget_manager
    )
    _module("google.colab", output=output)
    if not ipywidgets.__version__.startswith("7."):
        ipywidgets.Style.get_state = _speak_as_before(ipywidgets.Style.get_state)
