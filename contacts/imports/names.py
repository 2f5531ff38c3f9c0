"""A whole name cut into its parts: "Dr. Ludwig van Beethoven Jr.", "Doe, John". A guess, as good as names allow."""

import re

PREFIXES = {
    "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "sir", "dame", "lady", "lord", "rev", "reverend", "hon",
    "herr", "frau", "monsieur", "madame", "mme", "mlle", "sr", "sra", "srta", "ing", "dipl", "capt", "col", "fr",
}  # fmt: skip
SUFFIXES = {
    "jr",
    "sr",
    "ii",
    "iii",
    "iv",
    "phd",
    "md",
    "esq",
    "mba",
    "cpa",
    "dds",
    "rn",
    "pe",
    "msc",
    "bsc",
    "ma",
    "ba",
}
PARTICLES = {
    "van", "von", "der", "den", "de", "del", "della", "di", "da", "dos", "das", "du", "la", "le", "el", "al", "bin",
    "ibn", "ter", "ten", "zu", "zum", "zur", "af", "av", "st", "mac",
}  # fmt: skip


def split_name(full: str, last_first: bool = False) -> dict[str, str]:
    """Parts of a name: any of prefix, given_name, middle_name, family_name, suffix, in the file's own spelling.

    "Doe, John" is understood always; `last_first` reads "Doe John" in that order too.
    """
    pieces = [piece.strip() for piece in full.split(",") if piece.strip()]
    suffix: list[str] = []
    while len(pieces) > 1 and all(_plain(word) in SUFFIXES for word in pieces[-1].split()):
        suffix.insert(0, pieces.pop())
    if not pieces:
        return {"given_name": full.strip()}
    if len(pieces) == 1:
        words = pieces[0].split()
        if last_first and len(words) > 1:
            words = [*words[1:], words[0]]
        found = _split_words(words)
    else:
        found = _split_words([*" ".join(pieces[1:]).split(), pieces[0]])
    found["suffix"] = " ".join(filter(None, [found["suffix"], *suffix]))
    return {part: value for part, value in found.items() if value}


def _plain(word: str) -> str:
    return re.sub(r"\W", "", word).casefold()


def _split_words(words: list[str]) -> dict[str, str]:
    prefix: list[str] = []
    suffix: list[str] = []
    while len(words) > 1 and _plain(words[0]) in PREFIXES:
        prefix.append(words.pop(0))
    while len(words) > 2 and _plain(words[-1]) in SUFFIXES:
        suffix.insert(0, words.pop())
    if len(words) == 1:
        # A lone name after a title is a family name (Dr. Raman); without one it is a given name (Renee).
        parts = {"family_name" if prefix else "given_name": words[0]}
    else:
        cut = len(words) - 1
        while cut > 1 and _plain(words[cut - 1]) in PARTICLES:
            cut -= 1
        parts = {
            "given_name": words[0] if words else "",
            "middle_name": " ".join(words[1:cut]),
            "family_name": " ".join(words[cut:]),
        }
    return {"prefix": " ".join(prefix), **parts, "suffix": " ".join(suffix)}
