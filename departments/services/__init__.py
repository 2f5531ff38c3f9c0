"""Changes of departments and of who operates them. Views and receivers call these, nothing else writes the tables."""
