"""Teams that own contacts and are worked by operators (product.md §8)."""
