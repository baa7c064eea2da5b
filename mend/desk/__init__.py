"""The staff desk: where people of the clinic see who needs them, and why."""
