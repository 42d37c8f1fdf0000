#!/usr/bin/env python3
"""Verifies an export of a doudi ledger by docs/format/log.md and kinds.md alone.

    verify_ledger.py EXPORT --trust TRUSTDIR [--json]
    verify_ledger.py --example [example.json]

EXPORT is what `doudi export tiles` wrote; TRUSTDIR holds log.vkey and trust.toml, and comes from
your own hands, not from the office under audit. kinds.md and the other ledger_*.py files must lie beside this file.

Checked here (log.md, section 10): 1 to 5, and the role of every signer. Not checked here, because
they need the whole bookkeeping: the other laws, and the figures of closed months (`doudi verify`).

Exit code: 0 everything holds; 1 something does not, with the first divergence; 2 wrong usage.
Needs Python 3.11 and `pip install cryptography` (or pynacl). Shares no code with the product.
"""

import argparse
import json
import sys
from pathlib import Path

sys.dont_write_bytecode = True

from ledger_bytes import (
    Divergence, Export, Frontier, LogKey, base64_of, canonical, checkpoint_of, covered, give_up,
    holds, is_usable_point, record_bytes, leaf_hash, sha256, sign, unbase64,
)  # fmt: skip
from ledger_keys import LogKeys, Succession
from ledger_kinds import ACT_FIELDS, Kinds

try:
    import tomllib
except ImportError:
    give_up("needs Python 3.11 or newer")

HERE = Path(__file__).resolve().parent
ZEROS = "0" * 64


# --- Trust (section 8) ----------------------------------------------------------------------------


class Trust:
    """log.vkey and trust.toml."""

    def __init__(self, log_vkey, trust_toml):
        self.log_key = LogKey(log_vkey.rstrip())
        wrong = lambda why: Divergence("trust.file", f"trust.toml: {why}")
        try:
            page = tomllib.loads(trust_toml)
        except tomllib.TOMLDecodeError as why:
            raise wrong(why) from None
        if set(page) != {"origin", "root"} or page["origin"] != self.log_key.name:
            raise wrong("needs `origin`, the name in log.vkey, and `[[root]]` tables, nothing else")
        self.origin, self.roots = page["origin"], {}
        for root in page["root"] if isinstance(page["root"], list) else [page["root"]]:
            if not isinstance(root, dict) or set(root) != {"key", "public", "side", "post"}:
                raise wrong("a [[root]] table needs key, public, side and post, nothing else")
            if str(root["key"]) in self.roots:
                raise wrong("a key stands twice")
            self.roots[str(root["key"])] = (root["public"], root["side"])

    @staticmethod
    def read(folder):
        try:
            return Trust(*((folder / name).read_text("utf-8") for name in ("log.vkey", "trust.toml")))
        except (OSError, UnicodeDecodeError) as why:
            raise Divergence("trust.file", str(why)) from None


# --- Keys, persons and acts (sections 1, 3, 4, 5) -------------------------------------------------


class Ledger:
    """What is known after the entries read so far: units, persons in office, keys, chains."""

    def __init__(self, trust, kinds):
        self.trust, self.origin, self.kinds = trust, trust.origin, kinds
        self.units = {}  # code -> side
        self.officers = {}  # id -> {unit, roles, in_office}
        self.keys = {}  # key id -> {officer, public, revoked}
        self.succession, self.log_keys = Succession(self), LogKeys(trust.log_key)
        self.chains = {}  # officer -> (seq, id, seen size) of the last act
        self.tree = Frontier()
        self.roots = {0: sha256(b"").hex()}  # at act boundaries: no checkpoint stands elsewhere
        self.acts = self.lines = 0
        self.manifest = None  # the one whose lines are being read

    def take(self, entry, leaf):
        """The next entry, in order."""
        value = canonical(entry)
        if set(value) == {"act", "sig"}:
            if self.manifest:
                raise Divergence("manifest.mismatch", "an act stands where a line of the manifest before must be")
            self.act(entry, value)
        elif set(value) == {"body", "line", "n"}:
            self.line(value, leaf)
        else:
            raise Divergence("act.malformed", "neither an act nor a line")
        self.tree.push(leaf)
        if not self.manifest:
            self.roots[self.tree.size] = self.tree.root().hex()

    # Lines and manifests

    def line(self, value, leaf):
        kind, body = value["line"], value["body"]
        _, fields = self.kinds.lines.get(kind, (None, None)) if isinstance(kind, str) else (None, None)
        if fields is None:
            raise Divergence("act.malformed", f"line kind {kind!r} is not known")
        if wrong := self.kinds.misfit(body, fields):
            raise Divergence("act.malformed", f"line {kind}: {wrong}")
        if not self.manifest:
            raise Divergence("manifest.stray_line", "a line that no manifest covers")
        open_manifest = self.manifest
        open_manifest["read"] += 1
        if value["n"] != open_manifest["read"] or type(value["n"]) is not int:
            raise Divergence("manifest.line_misplaced", f"line {open_manifest['read']} has the number {value['n']}")
        if kind not in open_manifest["kinds"]:
            raise Divergence("manifest.line_misplaced", f"a line {kind!r} does not belong to this manifest")
        open_manifest["tree"].push(leaf)
        open_manifest["total"] += body.get("amount_fen", 0)
        self.lines += 1
        if open_manifest["read"] == open_manifest["signed"]["count"]:
            self.close_manifest()

    def open_manifest(self, signed, kinds):
        self.manifest = {"signed": signed, "kinds": kinds, "read": 0, "total": 0, "tree": Frontier()}
        if signed["count"] == 0:
            self.close_manifest()

    def close_manifest(self):
        done, self.manifest = self.manifest, None
        if done["tree"].root().hex() != done["signed"]["root"]:
            raise Divergence("manifest.mismatch", "the lines before and up to here do not have the signed root")
        if done["total"] != done["signed"]["total_fen"]:
            raise Divergence("manifest.mismatch", f"the lines add up to {done['total']} fen, not to the signed total")

    # Acts

    def act(self, entry, value):
        act, data, signature = value["act"], entry[7:-98], unbase64(value["sig"], 64)
        if signature is None:
            raise Divergence("act.malformed", "the signature is not base64 of 64 bytes")
        if wrong := self.kinds.misfit(act, ACT_FIELDS):
            raise Divergence("act.malformed", f"act: {wrong}")
        if act["v"] != 1:
            raise Divergence("act.malformed", "another version than 1")
        if act["alg"] != "ed25519":
            raise Divergence("key.algorithm_unsupported", f"algorithm {act['alg']!r}")
        if act["kind"] not in self.kinds.acts:
            raise Divergence("act.malformed", f"act kind {act['kind']!r} is not known")
        (role, line_kinds), fields = self.kinds.acts[act["kind"]]
        body = act["body"]
        if wrong := self.kinds.misfit(body, fields):
            raise Divergence("act.malformed", f"act {act['kind']}: {wrong}")
        is_founding = act["kind"] == "ledger.founded"
        if is_founding != (self.tree.size == 0):
            raise Divergence("ledger.already_founded" if is_founding else "ledger.not_founded", "entry 0, and no other, is ledger.founded")
        if is_founding:
            self.found(body)
        officer = self.signer(act, covered("act", self.origin, data), signature)
        if not is_founding:
            self.in_office_with(officer, role)
        if act["kind"] == "key.enrolled":
            self.enrol(body)
        identity = self.chains[officer][1]
        self.succession.check(act["kind"], body, officer)
        self.remember(act["kind"], body, identity)
        self.succession.take(act, identity, officer, role, self.tree.size)
        self.acts += 1
        if "manifest" in body:
            self.open_manifest(body["manifest"], line_kinds)

    def signer(self, act, message, signature):
        key = self.keys.get(act["key"])
        if key and not key["revoked"] and self.succession.is_suspended(key):
            raise Divergence("key.suspended", f"key {act['key']} was installed by an act in doubt")
        if key is None or key["revoked"]:
            state = "was revoked before" if key else "is not known"
            raise Divergence("key.revoked" if key else "key.unknown", f"key {act['key']} {state}")
        if not holds(key["public"], message, signature):
            raise Divergence("key.signature_wrong", "the signature does not hold for these bytes")
        seq, prev, seen = self.chains.get(key["officer"], (0, ZEROS, 0))
        if (act["seq"], act["prev"]) != (seq + 1, prev):
            text = f"this person's act {seq + 1} after {prev} must stand here, not act {act['seq']} after {act['prev']}"
            raise Divergence("actor.chain_broken", text)
        size = act["seen"]["size"]
        if size < seen or size > self.tree.size or self.roots.get(size) != act["seen"]["root"]:
            raise Divergence("actor.seen_wrong", f"the signer saw another history at size {size}, or an older one than before")
        self.chains[key["officer"]] = (act["seq"], sha256(message).hex(), size)
        return key["officer"]

    def in_office_with(self, officer, role):
        known = self.officers.get(officer)
        if known is None or not known["in_office"]:
            raise Divergence("authority.dismissed" if known else "officer.unknown", f"the signer {officer} is not in office")
        if role is not None and role not in known["roles"]:
            raise Divergence("authority.role_missing", f"the signer's post does not carry the role {role!r}")

    # Keys

    def add_key(self, record, possession, rotation=None):
        """Checks a key record and its possession; the key is valid from the next entry on."""
        public = unbase64(record["public"], 32)
        if record["alg"] != "ed25519":
            raise Divergence("key.algorithm_unsupported", f"algorithm {record['alg']!r}")
        if public is None or not is_usable_point(public):
            raise Divergence("key.malformed", "not a usable Ed25519 key")
        key = sha256(b"doudi/key/v1\ned25519\n" + public)[:16].hex()
        if key in self.keys:
            raise Divergence("key.exists", f"key {key} was listed before")
        if record["officer"] not in self.officers:
            raise Divergence("officer.unknown", f"the holder {record['officer']} has no post")
        signature = unbase64(possession, 64)
        if signature is None or not holds(public, covered("key-proof", self.origin, record_bytes(record)), signature):
            raise Divergence("key.possession_wrong", f"key {key}: the proof of possession does not hold")
        self.keys[key] = {"officer": record["officer"], "public": public, "revoked": False, "rotation": rotation}
        return key

    def side_of(self, officer):
        return self.units.get(self.officers[officer]["unit"])

    def found(self, body):
        incomplete = lambda why: Divergence("ledger.founding_incomplete", why)
        if body["log_key"] != self.trust.log_key.text:
            raise Divergence("trust.mismatch", "the founding act names another log key than the trust folder")
        for listed, name in ((body["units"], "unit"), (body["officers"], "officer")):
            if len({item[name] for item in listed}) != len(listed):
                raise incomplete(f"a {name} is listed twice")
        for unit in body["units"]:
            self.remember("unit.registered", unit)
        for officer in body["officers"]:
            self.remember("officer.appointed", officer)
        found = {}
        for root in body["keys"]:
            record = root["record"]
            found[self.add_key(record, root["possession"])] = (record["public"], self.side_of(record["officer"]))
        if found != self.trust.roots:
            raise Divergence("trust.mismatch", "the founding act lists other root keys than trust.toml")
        if not {"office", "inspection"} <= {side for _, side in found.values()}:
            raise incomplete("needs a root key of the office and one of the inspection side")

    def enrol(self, body):
        record = body["record"]
        message = covered("countersign", self.origin, record_bytes(record))
        persons = self.countersigners(body["countersigned"], message, record["officer"])
        if len(persons) < 2:
            raise Divergence("key.countersign_wrong", "needs two countersigners")
        self.add_key(record, body["possession"])

    def countersigners(self, countersigned, message, but, inspection=True):
        """The persons who countersigned: different ones, none of them `but`, in office, with valid keys."""
        wrong = lambda why: Divergence("key.countersign_wrong", why)
        persons = set()
        for countersign in countersigned:
            key, signature = self.keys.get(countersign["key"]), unbase64(countersign["sig"], 64)
            usable = key and not key["revoked"] and not self.succession.is_suspended(key)
            if not usable or not self.officers[key["officer"]]["in_office"]:
                raise wrong("a countersigning key is not valid, or its holder not in office")
            if signature is None or not holds(key["public"], message, signature):
                raise wrong("a countersignature does not hold")
            if key["officer"] == but or key["officer"] in persons:
                raise wrong("countersigners must be different persons, and not the holder or signer")
            persons.add(key["officer"])
        if inspection and "inspection" not in map(self.side_of, persons):
            raise wrong("needs a countersigner of the inspection side")
        return persons

    def remember(self, kind, body, identity=None):
        if kind == "unit.registered":
            self.units[body["unit"]] = body["side"]
        elif kind == "officer.appointed":
            self.officers[body["officer"]] = {"unit": body["unit"], "roles": body["roles"], "in_office": True}
        elif kind == "officer.dismissed" and body["officer"] in self.officers:
            self.officers[body["officer"]]["in_office"] = False
        elif kind == "key.rotated":
            self.add_key(body["record"], body["possession"], identity)
        elif kind == "key.revoked" and body["key"] in self.keys:
            self.keys[body["key"]]["revoked"] = True
            if "compromised_since" in body:
                self.succession.doubt(body["key"], body["compromised_since"])


def verify(entries, note, trust, kinds):
    """Every check over entries (number, bytes, leaf hash) up to the checkpoint in `note`."""
    size, root = checkpoint_of(note, trust.log_key)
    ledger = Ledger(trust, kinds)
    for number, entry, leaf in entries:
        try:
            ledger.take(entry, leaf)
        except Divergence as divergence:
            divergence.entry = number
            raise
    if ledger.tree.size != size or ledger.tree.root() != root:
        raise Divergence("log.root_mismatch", "the entries do not have the size and root that the log key signed")
    if ledger.manifest:
        raise Divergence("manifest.mismatch", "the checkpoint ends within the lines of a manifest", size)
    ledger.log_keys.signed(note, size)
    return ledger


# --- The worked example (section 11) --------------------------------------------------------------


def check_example(page, kinds):
    """Derives every value of example.json from its seeds and entries, then verifies it as a ledger."""

    def same(what, ours, theirs):
        if ours != theirs:
            raise Divergence("example.differs", f"{what}: derived {ours!r}, the page says {theirs!r}")

    origin = page["origin"]
    seeds = {key["holder"]: bytes.fromhex(key["seed"]) for key in page["keys"]}
    records = {key["holder"]: key["record"].encode() for key in page["keys"]}
    for key in page["keys"]:
        public, signature = sign(seeds[key["holder"]], bytes.fromhex(key["possession_signed_bytes"]))
        same("record", base64_of(public), canonical(records[key["holder"]])["public"])
        same("key id", sha256(b"doudi/key/v1\ned25519\n" + public)[:16].hex(), key["key"])
        same("possession", base64_of(signature), key["possession"])
        same("possession bytes", covered("key-proof", origin, records[key["holder"]]).hex(), key["possession_signed_bytes"])
    for vouched in page["countersignatures"]:
        message = covered("countersign", origin, records[vouched["holder"]])
        same("countersigned bytes", message.hex(), vouched["signed_bytes"])
        same("countersignature", base64_of(sign(seeds[vouched["by"]], message)[1]), vouched["signature"])
    tree, entries = Frontier(), []
    for number, item in enumerate(page["entries"]):
        entry = item["entry"].encode()
        tree.push(leaf_hash(entry))
        same("number", number, item["number"])
        same(f"leaf hash of entry {number}", leaf_hash(entry).hex(), item["leaf"])
        same(f"root after entry {number}", tree.root().hex(), item["root_after"])
        if act := item.get("act"):
            message = covered("act", origin, entry[7:-98])
            same(f"signed bytes of entry {number}", message.hex(), act["signed_bytes"])
            same(f"act id of entry {number}", sha256(message).hex(), act["id"])
            signature = base64_of(sign(seeds[act["by"]], message)[1])
            same(f"signature of entry {number}", signature, canonical(entry)["sig"])
        entries.append((number, entry, leaf_hash(entry)))
    text = f"{origin}\n{tree.size}\n{base64_of(tree.root())}\n"
    public, signature = sign(bytes.fromhex(page["log_seed"]), text.encode())
    key_hash = sha256(origin.encode() + b"\n\1" + public)[:4]
    same("log key", f"{origin}+{key_hash.hex()}+{base64_of(bytes([1]) + public)}", page["log_vkey"])
    same("checkpoint", f"{text}\n\u2014 {origin} {base64_of(key_hash + signature)}\n", page["checkpoint"])
    trust = Trust(page["log_vkey"], page["trust_toml"])
    return verify(entries, page["checkpoint"].encode(), trust, kinds)


# --- The command line -----------------------------------------------------------------------------


def text_of(path):
    try:
        return path.read_text("utf-8")
    except OSError as why:
        give_up(f"{path}: {why.strerror}")


def run(given):
    kinds = Kinds(text_of(HERE / "kinds.md"))
    if given.example:
        return check_example(json.loads(text_of(given.example)), kinds)
    trust = Trust.read(given.trust)
    try:
        note = (given.export / "checkpoint").read_bytes()
    except OSError as why:
        raise Divergence("log.tile_missing", f"checkpoint: {why.strerror}") from None
    size, _ = checkpoint_of(note, trust.log_key)
    return verify(Export(given.export, size).entries(), note, trust, kinds)


def main():
    parser = argparse.ArgumentParser(description="Verifies an export of a doudi ledger (docs/format/log.md).")
    parser.add_argument("export", type=Path, nargs="?", help="folder that `doudi export tiles` wrote")
    parser.add_argument("--trust", type=Path, help="folder with log.vkey and trust.toml, from your own hands")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--example", type=Path, nargs="?", const=HERE / "example.json", help="check the worked example instead")
    given = parser.parse_args()
    sys.stdout.reconfigure(errors="backslashreplace")
    if not given.example and not (given.export and given.trust):
        parser.error("give EXPORT and --trust TRUSTDIR, or --example")
    answer = {"ok": False, "size": None, "root": None, "acts": None, "lines": None, "first_divergence": None}
    try:
        ledger = run(given)
        root = base64_of(ledger.tree.root())
        answer |= {"ok": True, "size": ledger.tree.size, "root": root, "acts": ledger.acts, "lines": ledger.lines}
        text = f"ok: {ledger.tree.size} entries ({ledger.acts} acts, {ledger.lines} lines), root {root}"
    except Divergence as first:
        answer["first_divergence"] = {"code": first.code, "entry": first.entry, "text": first.text}
        text = f"DIVERGENCE {first.code}{'' if first.entry is None else f' at entry {first.entry}'}: {first.text}"
    print(json.dumps(answer, ensure_ascii=False) if given.json else text)
    return 0 if answer["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
