"""What somebody did in the last 30 days, each with Undo while that is possible: /me/activity/ (product.md §12).

`page.activity_of` merges four streams: savings out of the edit history, bulk actions, imports, and steps that could be
undone (decision 23). Higher apps say what their own steps were with `telling.tells`.
"""
