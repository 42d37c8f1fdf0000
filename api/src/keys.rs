//! Key files on a signer's machine: Ed25519 as PKCS#8 PEM that OpenSSL reads, sealed by a passphrase (PBES2, scrypt,
//! AES-256-CBC) or not, and the vault's master key as hex.

use std::path::Path;

use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, KeypairBytes};
use ledger::vault::MasterKey;
use pkcs8::der::pem::PemLabel as _;
use pkcs8::{EncryptedPrivateKeyInfoRef, PrivateKeyInfoRef};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;

use crate::failure::Failure;
use crate::passphrase::{self, Passphrase};
use crate::private_file;

const SEALED: &str = "-----BEGIN ENCRYPTED PRIVATE KEY-----";

/// Makes a key from the operating system's randomness.
///
/// # Errors
/// The machine gives no randomness.
pub fn generate() -> Result<SigningKey, Failure> {
    Ok(SigningKey::from_bytes(&random()?))
}

fn random() -> Result<[u8; 32], Failure> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|why| Failure::Machine {
        code: "machine.randomness".to_owned(),
        text: format!("操作系统没有给出随机数：{why}。请检查系统后重试。"),
        exit: 3,
    })?;
    Ok(seed)
}

/// Writes a key so that only its owner can read it, without a passphrase. An existing file is never overwritten.
///
/// # Errors
/// The file exists or cannot be written.
pub fn write(path: &Path, key: &SigningKey) -> Result<(), Failure> {
    write_sealed(path, key, None)
}

/// Writes a key, sealed by a passphrase if there is one. An existing file is never overwritten.
///
/// # Errors
/// As [`write`].
pub fn write_sealed(
    path: &Path,
    key: &SigningKey,
    passphrase: Option<&Passphrase>,
) -> Result<(), Failure> {
    private_file::write(path, pem(path, key, passphrase)?.as_bytes())
}

/// Writes a key again in its place, under another passphrase or none.
///
/// # Errors
/// The file cannot be written.
pub fn seal_again(
    path: &Path,
    key: &SigningKey,
    passphrase: Option<&Passphrase>,
) -> Result<(), Failure> {
    private_file::replace(path, pem(path, key, passphrase)?.as_bytes())
}

fn pem(
    path: &Path,
    key: &SigningKey,
    passphrase: Option<&Passphrase>,
) -> Result<Passphrase, Failure> {
    let wrong = |why: String| malformed(path, &why);
    // Without the public key: PKCS#8 v2 is not read by OpenSSL 3.0.
    let bytes = KeypairBytes { secret_key: key.to_bytes(), public_key: None };
    let Some(passphrase) = passphrase else {
        return bytes.to_pkcs8_pem(LineEnding::LF).map_err(|why| wrong(why.to_string()));
    };
    let mut randomness = ChaCha20Rng::from_seed(random()?);
    let plain = bytes.to_pkcs8_der().map_err(|why| wrong(why.to_string()))?;
    let info = PrivateKeyInfoRef::try_from(plain.as_bytes());
    let info = info.map_err(|why| wrong(why.to_string()))?;
    let sealed = info.encrypt_with_rng(&mut randomness, passphrase.as_bytes());
    let sealed = sealed.map_err(|why| wrong(why.to_string()))?;
    let text = sealed.to_pem(EncryptedPrivateKeyInfoRef::PEM_LABEL, LineEnding::LF);
    text.map_err(|why| wrong(why.to_string()))
}

/// Reads a key file; asks for the passphrase if it is sealed.
///
/// # Errors
/// The file is missing, is not such a key, others may read it, or the passphrase is wrong (`key.passphrase`).
pub fn read(path: &Path) -> Result<SigningKey, Failure> {
    read_with(path, None)
}

/// Reads a key file; the passphrase of a sealed one is in the file given, or as [`read`].
///
/// # Errors
/// As [`read`].
pub fn read_with(path: &Path, passphrase: Option<&Path>) -> Result<SigningKey, Failure> {
    let text = Passphrase::new(private_file::read(path)?);
    if !text.starts_with(SEALED) {
        let key = SigningKey::from_pkcs8_pem(&text);
        return key.map_err(|why| malformed(path, &format!("读不出Ed25519私钥（{why}）")));
    }
    let given = passphrase::of_key(path, passphrase)?;
    SigningKey::from_pkcs8_encrypted_pem(&text, given.as_bytes())
        .map_err(|_| passphrase::wrong(path))
}

/// Writes the vault's master key as 64 hex digits.
///
/// # Errors
/// As [`write`].
pub fn write_master(path: &Path, key: &MasterKey) -> Result<(), Failure> {
    private_file::write(path, format!("{}\n", hex::encode(key.as_bytes())).as_bytes())
}

/// Reads the vault's master key.
///
/// # Errors
/// As [`read`].
pub fn read_master(path: &Path) -> Result<MasterKey, Failure> {
    let text = private_file::read(path)?;
    let mut bytes = [0; 32];
    hex::decode_to_slice(text.trim_end(), &mut bytes)
        .map_err(|_| malformed(path, "应为64位十六进制数"))?;
    Ok(MasterKey::from_bytes(bytes))
}

fn malformed(path: &Path, why: &str) -> Failure {
    Failure::Machine {
        code: "key.file".to_owned(),
        text: format!("{}不是有效的密钥文件：{why}。请用 doudi keygen 生成。", path.display()),
        exit: 1,
    }
}
