"""What a front-end must have for the widgets of this kernel, as `scripts/parts.js` compares it."""

from __future__ import annotations

from typing import Any

# JupyterLab's widget manager for each major version of ipywidgets.
_MANAGERS = {7: "^3.0.0", 8: "^5.0.0"}


def needed_parts() -> dict[str, Any]:
    """Return the version of BokehJS, and each extension with the versions that fit.

    Examples
    --------
    >>> [part["name"] for part in needed_parts()["extensions"]]
    ['@jupyter-widgets/jupyterlab-manager', '@bokeh/jupyter_bokeh', 'anywidget']
    """
    import anywidget
    import bokeh
    import ipywidgets
    import jupyter_bokeh

    major = int(ipywidgets.__version__.partition(".")[0])
    fitting = {
        "@jupyter-widgets/jupyterlab-manager": (ipywidgets, _MANAGERS[major]),
        "@bokeh/jupyter_bokeh": (jupyter_bokeh, _asked_for(jupyter_bokeh.BokehModel)),
        "anywidget": (anywidget, _asked_for(anywidget.AnyWidget)),
    }
    return {
        "bokeh": bokeh.__version__,
        "extensions": [
            {"name": name, "range": fits, "pip": f"{package.__name__}=={package.__version__}"}
            for name, (package, fits) in fitting.items()
        ],
    }


def _asked_for(widget: Any) -> str:
    """Return which versions of the page's part a widget asks for."""
    return str(widget.class_traits()["_model_module_version"].default_value)
