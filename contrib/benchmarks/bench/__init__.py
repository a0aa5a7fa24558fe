"""What the rows of the table share: networks, daemons, observers, figures."""
