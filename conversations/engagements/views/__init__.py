"""Pages of engagements, thin: rights in policy, work in services."""
