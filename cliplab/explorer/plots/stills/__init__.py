"""The figures as images, drawn by matplotlib from the views that the Bokeh figures show."""
