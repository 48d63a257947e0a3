"""What the screen shows, as plain values: no Bokeh and no ipywidgets here."""
