#!/usr/bin/env python3
"""Checks a fork certificate by docs/format/fork-certificate.md alone.

    check_fork.py FILE --key VKEY [--key VKEY ...]

VKEY is the text of the log's `log.vkey`, or the path of that file, from your own hands.
Exit code: 0 the fork is proved; 1 it is not; 2 wrong usage, nothing was checked.
Needs Python 3.11 and `pip install cryptography` (or pynacl). Shares no code with the product.
"""

import argparse
import hashlib
import re
import sys
from pathlib import Path

sys.dont_write_bytecode = True

from ledger_bytes import base64_of, holds, sha256, unbase64  # noqa: E402

NUMBER = re.compile(r"0|[1-9][0-9]*")


class Unproven(Exception):
    """Why the file proves nothing."""


def number(text):
    if not NUMBER.fullmatch(text):
        raise Unproven(f"not a number: {text!r}")
    return int(text)


def hash_of(text):
    found = unbase64(text, 32)
    if found is None:
        raise Unproven(f"not a hash: {text!r}")
    return found


class Key:
    """NAME+HEX(key hash)+BASE64(0x01 || public key)."""

    def __init__(self, vkey):
        self.name, spelled, encoded = vkey.split("+", 2)
        data = unbase64(encoded, 33)
        if data is None or data[0] != 1:
            raise ValueError(vkey)
        self.public = data[1:]
        self.key_hash = sha256(self.name.encode() + b"\n" + data)[:4]
        if self.key_hash.hex() != spelled:
            raise ValueError(vkey)


class Note:
    """A checkpoint: text, signature lines, and what the first three lines state."""

    def __init__(self, lines):
        try:
            middle = len(lines) - 1 - lines[::-1].index("")
        except ValueError:
            raise Unproven("a note has no empty line") from None
        self.text = "".join(line + "\n" for line in lines[:middle])
        self.signatures = []
        for line in lines[middle + 1 :]:
            parts = line.split(" ")
            blob = unbase64(parts[2]) if len(parts) == 3 and parts[0] == "\u2014" else None
            if not blob or len(blob) < 5:
                raise Unproven(f"not a signature line: {line!r}")
            self.signatures.append((parts[1], blob[:4], blob[4:]))
        if middle < 3 or not all(lines[:middle]):
            raise Unproven("not a checkpoint")
        self.origin, self.size, self.root = lines[0], number(lines[1]), hash_of(lines[2])

    def signed_by(self, key):
        own = [s for name, key_hash, s in self.signatures if (name, key_hash) == (key.name, key.key_hash)]
        return bool(own) and all(holds(key.public, self.text.encode(), s) for s in own)


def inner(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def roots_of(old, new, path):
    """RFC 9162 section 2.1.4.2, steps 3 to 6, with the first node always in the path: the two roots."""
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    first = second = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise Unproven("the path is too long")
        if node & 1 or node == last:
            first, second = inner(sibling, first), inner(sibling, second)
            while node & 1 == 0 and node != 0:
                node, last = node >> 1, last >> 1
        else:
            second = inner(second, sibling)
        node, last = node >> 1, last >> 1
    if last != 0:
        raise Unproven("the path is too short")
    return first, second


class Lines:
    def __init__(self, text):
        if not text.endswith("\n"):
            raise Unproven("the last line has no line feed")
        self.rest = text[:-1].split("\n")

    def take(self, count=1):
        if len(self.rest) < count:
            raise Unproven("the file is too short")
        taken, self.rest = self.rest[:count], self.rest[count:]
        return taken

    def counted(self, word):
        (line,) = self.take()
        found = line.split(" ")
        if len(found) != 2 or found[0] != word:
            raise Unproven(f"expected {word!r}: {line!r}")
        return number(found[1])

    def note(self):
        return Note(self.take(self.counted("note")))


def check(data, keys):
    try:
        lines = Lines(data.decode())
    except UnicodeDecodeError:
        raise Unproven("not UTF-8") from None
    head = lines.take(2)
    if head[0] != "doudi-fork/v1" or head[1] not in ("kind same-size", "kind prefix"):
        raise Unproven("not a fork certificate of version 1")
    first, second = lines.note(), lines.note()
    for note in (first, second):
        if not any(key.name == note.origin and note.signed_by(key) for key in keys):
            raise Unproven("a checkpoint has no signature by the given key")
    if first.origin != second.origin:
        raise Unproven("two origins")
    if head[1] == "kind same-size":
        if first.size != second.size:
            raise Unproven("two sizes")
        there = second.root
    else:
        count = lines.counted("path")
        if not 0 < count <= 64 or not 0 < first.size < second.size:
            raise Unproven("no path between these sizes")
        path = [hash_of(line) for line in lines.take(count)]
        there, after = roots_of(first.size, second.size, path)
        if after != second.root:
            raise Unproven("the path does not lead to the second root")
    if lines.rest:
        raise Unproven("something follows")
    if there == first.root:
        raise Unproven("the two checkpoints agree")
    return first, second, there


def main():
    parser = argparse.ArgumentParser(description="Checks a fork certificate.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--key", action="append", required=True)
    given = parser.parse_args()
    try:
        texts = [Path(key).read_text() if Path(key).is_file() else key for key in given.key]
        keys = [Key(text.rstrip("\n")) for text in texts]
        data = given.file.read_bytes()
    except (OSError, ValueError) as why:
        print(f"check_fork.py: {why}", file=sys.stderr)
        return 2
    try:
        first, second, there = check(data, keys)
    except Unproven as why:
        print(f"NOT PROVED: {why}")
        return 1
    print(f"PROVED: the key of {first.origin} signed two histories")
    print(f"  {first.size} entries, root {base64_of(first.root)}")
    print(f"  {second.size} entries, root {base64_of(second.root)}; of its first {first.size}: {base64_of(there)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
