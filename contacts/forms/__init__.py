"""Forms of contacts: what may be posted, field by field."""
