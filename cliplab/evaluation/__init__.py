"""How far clusters can be believed: evidence for k, null data, agreement, names."""
