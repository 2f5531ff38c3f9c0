"""Accounts, the people in them, and what they were granted."""
