"""The linked Bokeh plots."""
