//! Key files on a signer's machine: Ed25519 as PKCS#8 PEM that OpenSSL reads, and the vault's master key as hex.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, KeypairBytes};
use ledger::vault::MasterKey;

use crate::failure::Failure;

/// Makes a key from the operating system's randomness.
///
/// # Errors
/// The machine gives no randomness.
pub fn generate() -> Result<SigningKey, Failure> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|why| Failure::Machine {
        code: "machine.randomness".to_owned(),
        text: format!("操作系统没有给出随机数：{why}。请检查系统后重试。"),
        exit: 3,
    })?;
    Ok(SigningKey::from_bytes(&seed))
}

/// Writes a key so that only its owner can read it. An existing file is never overwritten.
///
/// # Errors
/// The file exists or cannot be written.
pub fn write(path: &Path, key: &SigningKey) -> Result<(), Failure> {
    // Without the public key: PKCS#8 v2 is not read by OpenSSL 3.0.
    let bytes = KeypairBytes { secret_key: key.to_bytes(), public_key: None };
    let pem =
        bytes.to_pkcs8_pem(LineEnding::LF).map_err(|why| malformed(path, &why.to_string()))?;
    write_secret(path, pem.as_bytes())
}

/// Reads a key file.
///
/// # Errors
/// The file is missing, is not such a key, or others may read it.
pub fn read(path: &Path) -> Result<SigningKey, Failure> {
    let text = read_secret(path)?;
    SigningKey::from_pkcs8_pem(&text).map_err(|why| malformed(path, &why.to_string()))
}

/// Writes the vault's master key as 64 hex digits.
///
/// # Errors
/// As [`write`].
pub fn write_master(path: &Path, key: &MasterKey) -> Result<(), Failure> {
    write_secret(path, format!("{}\n", hex::encode(key.as_bytes())).as_bytes())
}

/// Reads the vault's master key.
///
/// # Errors
/// As [`read`].
pub fn read_master(path: &Path) -> Result<MasterKey, Failure> {
    let text = read_secret(path)?;
    let mut bytes = [0; 32];
    hex::decode_to_slice(text.trim_end(), &mut bytes)
        .map_err(|why| malformed(path, &why.to_string()))?;
    Ok(MasterKey::from_bytes(bytes))
}

fn write_secret(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let io = |why: &std::io::Error| Failure::file(path, why);
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(|why| io(&why))?;
    file.write_all(bytes).map_err(|why| io(&why))?;
    file.sync_all().map_err(|why| io(&why))
}

fn read_secret(path: &Path) -> Result<String, Failure> {
    use std::os::unix::fs::PermissionsExt as _;
    let io = |why: &std::io::Error| Failure::file(path, why);
    let mode = fs::metadata(path).map_err(|why| io(&why))?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(Failure::Machine {
            code: "key.exposed".to_owned(),
            text: format!(
                "密钥文件{}可被他人读取，拒绝使用。请执行 chmod 600 {0}；若已外泄，请办理密钥吊销。",
                path.display()
            ),
            exit: 1,
        });
    }
    fs::read_to_string(path).map_err(|why| io(&why))
}

fn malformed(path: &Path, why: &str) -> Failure {
    Failure::Machine {
        code: "key.file".to_owned(),
        text: format!("{}不是有效的密钥文件：{why}。请用 doudi keygen 生成。", path.display()),
        exit: 1,
    }
}
