"""The notebook's front-end, its event loop, and tasks in the background."""
