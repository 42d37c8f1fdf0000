"""Bytes of a ledger, by docs/format/log.md: signatures, canonical JSON, the tree, checkpoints, tiles.

Part of verify_ledger.py. Knows nothing of what an entry says.
"""

import base64
import hashlib
import json
import re
import sys
from functools import lru_cache

MAX_INTEGER = 2**53 - 1


class Divergence(Exception):
    """The first thing that is not as it must be."""

    def __init__(self, code, text, entry=None):
        super().__init__(text)
        self.code, self.text, self.entry = code, text, entry


def give_up(text):
    """Ends with exit code 2: nothing was verified, for or against."""
    print(f"verify_ledger.py: {text}", file=sys.stderr)
    sys.exit(2)


def sha256(data):
    return hashlib.sha256(data).digest()


def base64_of(data):
    return base64.b64encode(data).decode()


def unbase64(text, length=None):
    """The bytes, if `text` is the one base64 spelling of (`length`) bytes; else None."""
    try:
        data = base64.b64decode(text, validate=True)
    except (TypeError, ValueError):
        return None
    # Python ignores stray bits after the last byte; one value has one spelling.
    return data if length in (None, len(data)) and base64_of(data) == text else None


# --- Signatures (section 3) -----------------------------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
# The y coordinates of the eight points of small order, with the two that are also written as y + p.
# Each is written with either sign bit: the fourteen encodings.
SMALL_ORDER_Y = {0, 1, P - 1, P, P + 1} | {
    int.from_bytes(bytes.fromhex(y), "little")
    for y in (
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    )
}


def load_ed25519():
    """`verify(public, message, signature)` and `sign(seed, message)` of the library that is there."""
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric import ed25519

        load = lru_cache(maxsize=4096)(ed25519.Ed25519PublicKey.from_public_bytes)

        def verify(public, message, signature):
            try:
                load(public).verify(signature, message)
                return True
            except (InvalidSignature, ValueError):
                return False

        def sign(seed, message):
            key = ed25519.Ed25519PrivateKey.from_private_bytes(seed)
            return key.public_key().public_bytes_raw(), key.sign(message)

        return verify, sign
    except ImportError:
        pass
    try:
        from nacl import exceptions, signing
    except ImportError:
        give_up("needs an Ed25519 library: pip install cryptography")

    def verify(public, message, signature):
        try:
            signing.VerifyKey(public).verify(message, signature)
            return True
        except (exceptions.BadSignatureError, exceptions.ValueError):
            return False

    def sign(seed, message):
        key = signing.SigningKey(seed)
        return bytes(key.verify_key), key.sign(message).signature

    return verify, sign


library_verify, sign = load_ed25519()


def is_usable_point(encoded):
    """Canonical, and not of small order. (x = 0 with a sign bit occurs only at small order.)"""
    y = int.from_bytes(encoded, "little") & (2**255 - 1)
    return y < P and y not in SMALL_ORDER_Y


def holds(public, message, signature):
    """The one signature rule. Libraries differ about the edges, so the edges are checked here."""
    if len(public) != 32 or len(signature) != 64:
        return False
    if int.from_bytes(signature[32:], "little") >= L:
        return False
    if not is_usable_point(public) or not is_usable_point(signature[:32]):
        return False
    return library_verify(public, message, signature)


def covered(label, origin, data):
    return f"doudi/{label}/v1\n{origin}\n".encode() + data


# --- Canonical JSON (section 2) -------------------------------------------------------------------


def refuse(what):
    raise ValueError(what)


def integer(digits):
    if len(digits) > 17 or abs(int(digits)) > MAX_INTEGER:
        refuse("an integer outside ±(2^53 - 1)")
    return int(digits)


def members(pairs):
    found = dict(pairs)
    if len(found) != len(pairs):
        refuse("a key stands twice")
    for key, value in pairs:
        if not KEY.fullmatch(key):
            refuse(f"key {key!r} has other characters than a-z, 0-9 and _")
        if value is None or (isinstance(value, list) and None in value):
            refuse("null occurs")
    return found


KEY = re.compile("[a-z0-9_]+")
CONTROL = re.compile("[\x00-\x1f\x7f]")
READER = json.JSONDecoder(
    object_pairs_hook=members,
    parse_int=integer,
    parse_float=lambda _: refuse("a number with fraction or exponent"),
    parse_constant=lambda _: refuse("NaN or Infinity"),
)
WRITER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def canonical(data):
    """The object that the bytes are, if they are the one way to write it."""
    try:
        text = data.decode("utf-8")
        if CONTROL.search(text):
            refuse("a control character")
        if "\\" in text and "\\" in re.sub(r'\\["\\]', "", text):
            refuse('an escape other than \\" and \\\\')
        value = READER.decode(text)
        if not isinstance(value, dict):
            refuse("not an object")
        if WRITER.encode(value) != text:
            refuse("the same value can be written in another way than these bytes")
        return value
    except (ValueError, RecursionError) as why:
        raise Divergence("act.malformed", f"not canonical JSON: {why}") from None


def record_bytes(record):
    return WRITER.encode(record).encode()


# --- The tree (section 6) -------------------------------------------------------------------------


def leaf_hash(entry):
    return sha256(b"\0" + entry)


class Frontier:
    """The roots of the whole subtrees so far, largest first: enough for the root at any moment."""

    def __init__(self):
        self.size, self.peaks = 0, []

    def push(self, leaf):
        self.size += 1
        self.peaks.append(leaf)
        # As many merges as the new size has zeros at its end.
        for _ in range((self.size & -self.size).bit_length() - 1):
            right = self.peaks.pop()
            self.peaks[-1] = sha256(b"\1" + self.peaks[-1] + right)

    def root(self):
        if not self.peaks:
            return sha256(b"")
        root = self.peaks[-1]
        for left in reversed(self.peaks[:-1]):
            root = sha256(b"\1" + left + root)
        return root


def root_of(leaves):
    tree = Frontier()
    for leaf in leaves:
        tree.push(leaf)
    return tree.root()


# --- Notes and checkpoints (section 7) ------------------------------------------------------------


class LogKey:
    """A verifier key: NAME+HEX(key hash)+BASE64(0x01 ‖ public key)."""

    def __init__(self, text):
        wrong = Divergence("log.key_malformed", f"{text!r} is not a verifier key")
        parts = text.split("+", 2)
        blob = unbase64(parts[-1], 33)
        if blob is not None and blob[0] != 1:
            raise Divergence("log.key_algorithm", f"{text!r} is of algorithm {blob[0]}")
        if len(parts) != 3 or blob is None or not is_usable_point(blob[1:]):
            raise wrong
        self.text, self.name, self.public = text, parts[0], blob[1:]
        if not self.name or re.search(r"[\s\x00-\x1f\x7f]", self.name):
            raise wrong
        self.since, self.until = 0, None
        self.hash = sha256(self.name.encode() + b"\n" + blob)[:4]
        if self.hash.hex() != parts[1]:
            raise wrong


def checkpoint_of(note, key, signers=None):
    """(size, root) of the checkpoint in a signed note. With `signers`, each of them must have signed it. Without, only
    the founding `key` is at hand: its line must hold, or another key of the log must claim to have signed in its place."""
    malformed = lambda why: Divergence("log.note_malformed", f"checkpoint: {why}")
    try:
        whole = note.decode("utf-8")
    except UnicodeDecodeError:
        raise malformed("not UTF-8") from None
    text, gap, rest = whole.rpartition("\n\n")
    if not gap or not rest.endswith("\n") or re.search("[\x00-\x09\x0b-\x1f]", whole):
        raise malformed("not a text, an empty line and signature lines")
    text += "\n"
    found, others = set(), False
    for line in rest[:-1].split("\n"):
        parts = re.fullmatch("\u2014 ([^\\s+]+) ([A-Za-z0-9+/]+=*)", line)
        blob = parts and unbase64(parts[2])
        if not blob or len(blob) < 5:
            raise malformed(f"{line!r} is not a signature line")
        for one in signers or [key]:
            if parts[1] == one.name and blob[:4] == one.hash:
                found.add(one.hash)
                if not holds(one.public, text.encode(), blob[4:]):
                    raise Divergence("log.checkpoint_signature", "the log key's signature on the checkpoint does not hold")
        others |= parts[1] == key.name and blob[:4] != key.hash
    missing = [one for one in signers or [key] if one.hash not in found]
    if missing and (signers or not others):
        raise Divergence("log.checkpoint_signature", f"the checkpoint has no signature by {missing[0].text}")
    lines = text.split("\n")
    root = unbase64(lines[2], 32) if len(lines) == 4 else None
    if root is None or not re.fullmatch("0|[1-9][0-9]{0,18}", lines[1]):
        raise Divergence("log.checkpoint_malformed", "the checkpoint is not three lines: origin, size, root")
    if lines[0] != key.name:
        raise Divergence("log.checkpoint_origin", f"the checkpoint is of {lines[0]!r}, not of {key.name!r}")
    return int(lines[1]), root


# --- The export as tiles (section 9) --------------------------------------------------------------

WIDTH = 256


class Export:
    """A folder of tiles. Entries are handed out with their leaf hashes, once the hash tiles agree."""

    def __init__(self, folder, size):
        self.folder, self.size = folder, size

    def tile(self, kind, index, total):
        """The bytes of tile `index` where `total` items are in all, and how many it must hold."""
        width = min(WIDTH, total - index * WIDTH)
        entry = self.first_entry(0 if kind == "entries" else kind, index)
        groups = [f"{index % 1000:03}"]
        while index := index // 1000:
            groups.insert(0, f"x{index % 1000:03}")
        path = f"tile/{kind}/" + "/".join(groups) + ("" if width == WIDTH else f".p/{width}")
        try:
            return (self.folder / path).read_bytes(), width, path
        except OSError as why:
            raise Divergence("log.tile_missing", f"{path}: {why.strerror}", entry) from None

    @staticmethod
    def first_entry(level, index):
        return index * WIDTH ** (level + 1)

    def hashes(self, level, index, total):
        data, width, path = self.tile(level, index, total)
        if len(data) != width * 32:
            text = f"{path} holds {len(data)} bytes instead of {width * 32}"
            raise Divergence("log.tile_malformed", text, self.first_entry(level, index))
        return [data[at : at + 32] for at in range(0, len(data), 32)], path

    def entries(self):
        nodes = []  # of the level above the leaves: one for each whole tile
        for index in range(-(-self.size // WIDTH)):
            data, width, path = self.tile("entries", index, self.size)
            leaves, leaf_path = self.hashes(0, index, self.size)
            at, number = 0, index * WIDTH
            for leaf in leaves:
                length = int.from_bytes(data[at : at + 2], "big")
                entry = data[at + 2 : at + 2 + length]
                if length == 0 or len(entry) != length:
                    raise Divergence("log.tile_malformed", f"{path} ends within an entry", number)
                if leaf_hash(entry) != leaf:
                    text = f"{path} and {leaf_path} disagree: the entry or its hash was changed"
                    raise Divergence("log.tile_malformed", text, number)
                yield number, entry, leaf
                at, number = at + 2 + length, number + 1
            if at != len(data):
                raise Divergence("log.tile_malformed", f"{path} goes on after its {width} entries", number)
            if width == WIDTH:
                nodes.append(root_of(leaves))
        self.compare_upper_levels(nodes)

    def compare_upper_levels(self, nodes):
        level = 1
        while nodes:
            above = []
            for index in range(-(-len(nodes) // WIDTH)):
                ours = nodes[index * WIDTH : (index + 1) * WIDTH]
                theirs, path = self.hashes(level, index, len(nodes))
                if ours != theirs:
                    text = f"{path} does not hold the hashes of the tiles below it"
                    raise Divergence("log.tile_malformed", text, self.first_entry(level, index))
                if len(ours) == WIDTH:
                    above.append(root_of(ours))
            nodes, level = above, level + 1
