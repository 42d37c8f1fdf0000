"""Keys over a lifetime (log.md, sections 4 and 7): rotation, doubt and its answers, the log's own keys.

Part of verify_ledger.py.
"""

from ledger_bytes import Divergence, LogKey, checkpoint_of, covered, holds, record_bytes, unbase64

ANSWERS = {"acts.reconfirmed": "reconfirm", "acts.disowned": "disown"}
MOST_LOG_KEYS = 2


class Succession:
    """What each key signed, and which acts are in doubt."""

    def __init__(self, ledger):
        self.ledger = ledger
        self.signed = {}  # key id -> [(act id, entry, officer, role, installed key or None)]
        self.doubts = {}  # act id -> (officer, role)
        self.answers = {}  # act id -> (act id of the answer, is it disowned)

    def standing(self, act):
        """None (never in doubt), "open", "reconfirmed" or "disowned"."""
        if act not in self.doubts:
            return None
        by, is_disowned = self.answers.get(act, (None, False))
        if by is None or self.standing(by) in ("open", "disowned"):
            return "open"
        return "disowned" if is_disowned else "reconfirmed"

    def is_suspended(self, key):
        return key["rotation"] is not None and self.standing(key["rotation"]) in ("open", "disowned")

    def check(self, kind, body, officer):
        """The laws for one act, given everything before it."""
        ledger = self.ledger
        if kind == "key.rotated":
            if body["record"]["officer"] != officer:
                raise Divergence("key.rotation_foreign", "the new key is not the signer's own")
            message = covered("countersign", ledger.origin, record_bytes(body["record"]))
            ledger.countersigners(body["countersigned"], message, officer)
        elif kind in ANSWERS:
            self.check_answer(kind, body, officer)
        elif kind in ("log_key.announced", "log_key.retired"):
            label = "log-key-countersign" if kind == "log_key.announced" else "log-key-retire"
            if ledger.side_of(officer) != "office":
                raise Divergence("log_key.wrong", "not signed by the office")
            ledger.log_keys.change(kind, body, ledger.origin, ledger.tree.size)
            message = covered(label, ledger.origin, body["vkey"].encode())
            ledger.countersigners(body["countersigned"], message, officer)

    def check_answer(self, kind, body, officer):
        ledger, for_others, seen = self.ledger, False, set()
        for act in body["acts"]:
            if act in seen or self.standing(act) != "open":
                raise Divergence("acts.not_in_doubt", f"act {act} is not open, or stands twice")
            seen.add(act)
            whose, role = self.doubts[act]
            if whose != officer:
                gone = not ledger.officers[whose]["in_office"]
                able = role is None or role in ledger.officers[officer]["roles"]
                if not (gone and able and ledger.side_of(whose) == ledger.side_of(officer)):
                    raise Divergence("acts.not_yours", f"act {act} is not for the signer to answer for")
                for_others = True
        said = {"acts": body["acts"], "reason": body["reason"]}
        message = covered(ANSWERS[kind], ledger.origin, record_bytes(said))
        ledger.countersigners(body["countersigned"], message, officer, inspection=for_others)

    def take(self, act, identity, officer, role, entry):
        """Keeps an act that holds."""
        body, kind = act["body"], act["kind"]
        installed = None
        if kind == "key.rotated":
            installed = next(key for key, known in self.ledger.keys.items() if known["rotation"] == identity)
        if kind in ANSWERS:
            self.answers |= {named: (identity, kind == "acts.disowned") for named in body["acts"]}
        self.signed.setdefault(act["key"], []).append((identity, entry, officer, role, installed))

    def doubt(self, key, since):
        keys = [(key, since)]
        while keys:
            key, since = keys.pop()
            for identity, entry, officer, role, installed in self.signed.get(key, []):
                if entry >= since:
                    self.doubts.setdefault(identity, (officer, role))
                    if installed:
                        keys.append((installed, entry))


class LogKeys:
    """The keys that sign checkpoints, as the acts say."""

    def __init__(self, founding):
        self.all = [founding]

    def at(self, size):
        before = lambda key: key.since == 0 or key.since < size
        return [key for key in self.all if before(key) and (key.until is None or key.until >= size)]

    def change(self, kind, body, origin, entry):
        live = self.at(entry)
        if kind == "log_key.retired":
            named = [key for key in live if key.text == body["vkey"]]
            if len(live) < 2 or not named:
                raise Divergence("log_key.not_live", "not a valid log key, or the only one")
            named[0].until = entry
            return
        wrong = lambda why: Divergence("log_key.wrong", why)
        try:
            new = LogKey(body["vkey"])
        except Divergence as why:
            raise wrong(why.text) from None
        if new.name != origin or new.text in [key.text for key in self.all]:
            raise wrong("another name than the ledger's, or a key that was the log's before")
        if len(live) >= MOST_LOG_KEYS:
            raise Divergence("log_key.overlap", "two log keys are valid already")
        signed = lambda key, label, field: holds(
            key.public, covered(label, origin, new.text.encode()), unbase64(body[field], 64) or b""
        )
        if not signed(new, "log-key-proof", "possession"):
            raise wrong("the proof of possession does not hold")
        if not any(signed(key, "log-key-handover", "handover") for key in live):
            raise wrong("no valid log key hands over")
        new.since = entry
        self.all.append(new)

    def signed(self, note, size):
        """Every key that is valid at the checkpoint's size has signed it."""
        try:
            checkpoint_of(note, self.all[0], self.at(size))
        except Divergence as why:
            for retired in (key for key in self.all if key not in self.at(size)):
                try:
                    checkpoint_of(note, self.all[0], [retired])
                except Divergence:
                    continue
                raise Divergence("checkpoint.key_retired", f"signed by {retired.text}, not valid here") from None
            raise why
