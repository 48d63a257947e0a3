"""The screen: one control panel over linked plots."""
