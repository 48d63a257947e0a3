"""How the screen looks: colours, sizes, templates, scripts and style sheets."""
