"""The rows of the table; each module below measures a few that belong together."""
