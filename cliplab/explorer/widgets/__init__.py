"""The ipywidgets around the plots: controls, gallery, panel and pages."""
