"""News for open pages: told by PostgreSQL's NOTIFY, heard once per process, sent on as ids (design/stack.md §7)."""
