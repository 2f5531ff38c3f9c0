"""Bulk sends to lists, and the best times to call (product.md §10, §11)."""
