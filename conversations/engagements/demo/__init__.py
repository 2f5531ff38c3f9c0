"""The demo: two accounts full of made-up people (contract.md, Demo), loaded and removed as a whole.

Each area is a module with `load(world)`, in AREAS in the order in which they build on each other: people before their
contacts, contacts before what happens to them. A new area is a module and a line there.
"""
