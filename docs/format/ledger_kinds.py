"""What an entry may hold, by the tables of docs/format/kinds.md. Part of verify_ledger.py."""

import datetime
import re

from ledger_bytes import give_up

ROW = re.compile(r"\| `([^`]+)` \| (.*?) \|(?: ([^|]*) \|)?")


def quoted(cell):
    return re.findall("`([^`]+)`", cell)


class Kinds:
    """What every kind of act and line may hold, as kinds.md says."""

    def __init__(self, page):
        self.fits = {"any": lambda value: True, "time": is_time}  # form -> does a value fit?
        self.acts, self.lines, self.objects, self.words = {}, {}, {}, {}
        sections = {"Acts": self.acts, "Lines": self.lines, "Objects": self.objects, "Closed words": self.words}
        part, rows = "", None
        for line in page.splitlines():
            if line.startswith("## "):
                part, rows = line[3:], None
            elif line.startswith("### `") and part in sections:
                name = line.split("`")[1]
                rows = sections[part][name] = {}
            elif line.startswith("Role: ") and part == "Acts":
                role, _, lines = line.partition(" Lines: ")
                rows[None] = (next(iter(quoted(role)), None), quoted(lines))
            elif row := ROW.match(line):
                self.take(part, rows, *row.groups())
        for kinds in (self.acts, self.lines, self.objects):
            for name, rows in kinds.items():
                duty = rows.pop(None, (None, []))
                kinds[name] = (duty, {key: self.reader(form) for key, form in rows.items()})
        for name, (_, fields) in (self.objects | self.acts).items():
            self.fits[name] = lambda value, fields=fields: self.misfit(value, fields) is None
        for name, words in self.words.items():
            self.fits[name] = lambda value, words=frozenset(words): isinstance(value, str) and value in words
        if not (self.acts and self.lines and self.objects and self.words):
            give_up("kinds.md has no tables: take it from the same place as this file")

    def take(self, part, rows, first, second, third):
        if part == "Forms of text":
            pattern = re.compile(second.strip("`"), re.DOTALL)
            self.fits[first] = lambda value: isinstance(value, str) and bool(pattern.fullmatch(value))
            if first in SPECIAL:
                self.fits[first] = SPECIAL[first](self.fits[first])
        elif part == "Forms of numbers":
            low, high = int(second), int(third)
            self.fits[first] = lambda value: type(value) is int and low <= value <= high
        elif rows is not None:
            rows[first] = second

    def reader(self, form):
        """(form, is a list, may be absent) from a cell such as "list of `Part`"."""
        return quoted(form)[0], form.startswith("list of "), form.endswith("may be absent")

    def misfit(self, value, fields):
        """What is wrong with an object, or None."""
        if not isinstance(value, dict):
            return "not an object"
        for key in value:
            if key not in fields:
                return f"key {key!r} is not known here"
        for key, (form, is_list, may_be_absent) in fields.items():
            if key not in value:
                if not may_be_absent:
                    return f"key {key!r} is missing"
                continue
            given, fits = value[key], self.fits[form]
            if is_list and not isinstance(given, list):
                return f"{key!r} is not a list"
            if not all(map(fits, given)) if is_list else not fits(given):
                return f"{key!r} does not fit the form {form!r}"
        return None


def real_date(text):
    try:
        return 1900 <= datetime.date.fromisoformat(text).year <= 2999
    except ValueError:
        return False


def is_time(value):
    found = isinstance(value, str) and TIME.fullmatch(value)
    return bool(found) and real_date(found[1])


TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\+08:00")
# Forms of text that are more than their pattern.
SPECIAL = {
    "date": lambda fits: lambda value: fits(value) and real_date(value),
    "month": lambda fits: lambda value: fits(value) and real_date(value + "-01"),
    "payment-ref": lambda fits: lambda value: fits(value) and value[5:] != "0000000",
}
# The keys of an act itself (log.md, section 3): form, is a list, may be absent.
ACT_FIELDS = {
    key: (form, False, False)
    for key, form in {
        "alg": "text", "body": "any", "key": "key-id", "kind": "text", "prev": "act-id",
        "seen": "Seen", "seq": "u64", "time": "time", "v": "u8",
    }.items()
}  # fmt: skip
