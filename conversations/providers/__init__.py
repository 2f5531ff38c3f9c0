"""Providers: how messages and calls reach the outside world. One file each, behind the contract of `base`."""
