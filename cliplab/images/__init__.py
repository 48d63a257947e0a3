"""Images: what they are, how a file is decoded, who made them, small copies of them."""
