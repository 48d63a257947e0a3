"""What the tools of the course draw: the only place of the room that knows a screen."""
