"""Evidence for k: what is measured, how it is gathered, and how it is judged."""
