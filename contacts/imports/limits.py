"""What an import file may be at most, and the one error that refuses it. The sizes are told before the upload."""

LARGEST_FILE = 50 * 1024 * 1024  # bytes (product.md §6)
MOST_ROWS = 200_000  # people in one file (product.md §6)
MOST_COLUMNS = 500
LONGEST_CELL = 100_000  # characters; what is longer is cut, with a remark
LONGEST_LINE = 8 * 1024 * 1024  # characters of one line of a table
MOST_PROPERTIES = 2_000  # of one vCard
LONGEST_RECORD = 20 * 1024 * 1024  # characters of one vCard with its photo


class FileRefused(ValueError):
    """This file cannot be imported at all; `str(error)` is the sentence for people."""


TOO_LARGE = "This file is larger than 50 MB. Split it into several files."
TOO_MANY_ROWS = "This file has more than 200,000 rows. Split it into several files."
TOO_MANY_COLUMNS = f"This file has more than {MOST_COLUMNS} columns. Remove the columns that are not about people."
EMPTY = "This file is empty."
