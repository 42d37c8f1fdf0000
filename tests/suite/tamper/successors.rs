//! Insiders and keys over a lifetime: successors that nobody vouched for, answers that are not theirs to give,
//! and a log key used after it was retired.

use api::keys;
use ed25519_dalek::SigningKey;
use ledger::act::Body;
use ledger::act::endorsing::Endorsed;
use ledger::act::offices::{
    ActsAnswered, Countersign, KeyRecord, KeyRevoked, KeyRotated, LogKeyAnnounced, LogKeyRetired,
};
use ledger::act::signed::{Vouching, key_id};
use ledger::ids::Seq;
use ledger::log::NoteSigner;
use tests::forge::Forger;
use tests::village::{ORIGIN, release};

use super::scene::{Row, Scene, Who, village};

const fn row(what: &'static str, code: &'static str, forge: fn(&mut Scene) -> Option<u64>) -> Row {
    Row { what, who: Who::OfficersKeys, code, forge }
}

pub const ROWS: &[Row] = &[
    row("换发的新密钥没有持有证明", "key.possession_wrong", without_possession),
    row("用已吊销的密钥换发", "key.revoked", by_a_revoked_key),
    row("换发没有监督方会签", "key.countersign_wrong", not_countersigned),
    row("换发给别人", "key.rotation_foreign", for_another),
    row("盗用者换发的密钥在申报失密后签名", "key.suspended", by_the_successor_of_a_thief),
    row("别人代为重新确认，而本人在任", "acts.not_yours", answered_by_another),
    row("停用的日志密钥又签存证头", "checkpoint.key_retired", signed_by_the_retired_log_key),
    row("没有交接签名的日志密钥", "log_key.wrong", log_key_without_handover),
];

fn rebuild(scene: &Scene, change: impl FnOnce(&mut Forger) -> u64) -> Option<u64> {
    let mut forger = scene.forger();
    let at = change(&mut forger);
    forger.rebuild(&scene.dir);
    Some(at)
}

/// The holder of `of` gets the key `new`; `proof` signs its possession.
fn rotation(of: &str, vouchers: &[&str], [new, proof]: [&SigningKey; 2], forger: &Forger) -> Body {
    let holder = forger.books.offices.keys[&key_id(&village().key(of).verifying_key())].officer;
    let record = KeyRecord::new(holder, &new.verifying_key());
    let countersign = |voucher: &&str| {
        let key = village().key(voucher);
        let sig = record.vouch(ORIGIN, Vouching::Countersignature, key).unwrap();
        Countersign { key: key_id(&key.verifying_key()), sig }
    };
    let countersigned = vouchers.iter().map(countersign).collect();
    let possession = record.vouch(ORIGIN, Vouching::Possession, proof).unwrap();
    Body::KeyRotated(KeyRotated { countersigned, possession, record })
}

fn rotated(scene: &Scene, by: &str, of: &str, vouchers: &[&str], proof: u8) -> Option<u64> {
    let (new, proof) = (SigningKey::from_bytes(&[9; 32]), SigningKey::from_bytes(&[proof; 32]));
    rebuild(scene, |forger| {
        let body = rotation(of, vouchers, [&new, &proof], forger);
        forger.append(village().key(by), body)
    })
}

fn without_possession(scene: &mut Scene) -> Option<u64> {
    rotated(scene, "会计", "会计", &["监督检查室主任"], 8)
}

fn by_a_revoked_key(scene: &mut Scene) -> Option<u64> {
    rotated(scene, "离任会计", "离任会计", &["监督检查室主任"], 9)
}

fn not_countersigned(scene: &mut Scene) -> Option<u64> {
    rotated(scene, "会计", "会计", &["系统管理员"], 9)
}

fn for_another(scene: &mut Scene) -> Option<u64> {
    rotated(scene, "会计", "局长", &["监督检查室主任"], 9)
}

fn revoked(post: &str, since: u64) -> Body {
    let key = key_id(&village().key(post).verifying_key());
    let (compromised_since, reason) = (Some(Seq(since)), "被盗".to_owned());
    Body::KeyRevoked(KeyRevoked { compromised_since, key, reason })
}

fn by_the_successor_of_a_thief(scene: &mut Scene) -> Option<u64> {
    let new = SigningKey::from_bytes(&[9; 32]);
    rebuild(scene, |forger| {
        let body = rotation("会计", &["监督检查室主任"], [&new, &new], forger);
        let since = forger.append(village().key("会计"), body);
        forger.append(village().key("系统管理员"), revoked("会计", since));
        forger.append(&new, release(6, "2020-11-07"))
    })
}

fn answered_by_another(scene: &mut Scene) -> Option<u64> {
    rebuild(scene, |forger| {
        let at = forger.append(village().key("会计"), release(6, "2020-11-07"));
        let act = forger.act(usize::try_from(at).unwrap()).id(ORIGIN);
        forger.append(village().key("系统管理员"), revoked("会计", at));
        let (acts, reason) = (vec![act], "核对无误".to_owned());
        let answered = ActsAnswered { acts, countersigned: Vec::new(), reason };
        forger.append(village().key("局长"), Body::ActsReconfirmed(answered))
    })
}

fn announced(scene: &Scene, handed_over_by: &SigningKey) -> (Body, Body) {
    let new = SigningKey::from_bytes(&[9; 32]);
    let vkey =
        |key: &SigningKey| NoteSigner::new(ORIGIN, &key.to_bytes()).unwrap().verifier().to_string();
    let old = vkey(&keys::read(&scene.dir.join("keys/log.key")).unwrap());
    let new_vkey = vkey(&new);
    let inspector = village().key("监督检查室主任");
    let countersign = |endorsed: Endorsed<'_>| {
        let sig = endorsed.sign(ORIGIN, inspector).unwrap();
        vec![Countersign { key: key_id(&inspector.verifying_key()), sig }]
    };
    let announced = LogKeyAnnounced {
        countersigned: countersign(Endorsed::LogKeyCountersigned(&new_vkey)),
        handover: Endorsed::LogKeyHandover(&new_vkey).sign(ORIGIN, handed_over_by).unwrap(),
        possession: Endorsed::LogKeyPossession(&new_vkey).sign(ORIGIN, &new).unwrap(),
        vkey: new_vkey.clone(),
    };
    let countersigned = countersign(Endorsed::LogKeyRetirement(&old));
    let retired = LogKeyRetired { countersigned, reason: "到期".to_owned(), vkey: old };
    (Body::LogKeyAnnounced(announced), Body::LogKeyRetired(retired))
}

fn signed_by_the_retired_log_key(scene: &mut Scene) -> Option<u64> {
    let old = keys::read(&scene.dir.join("keys/log.key")).unwrap();
    let (announced, retired) = announced(scene, &old);
    rebuild(scene, |forger| {
        forger.append(village().key("系统管理员"), announced);
        forger.append(village().key("系统管理员"), retired)
    });
    None
}

fn log_key_without_handover(scene: &mut Scene) -> Option<u64> {
    let (announced, _) = announced(scene, &SigningKey::from_bytes(&[9; 32]));
    rebuild(scene, |forger| forger.append(village().key("系统管理员"), announced))
}
