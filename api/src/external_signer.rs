//! A signer behind a command: a card, a token, a key on another machine. The secret key never comes here.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use ed25519_dalek::VerifyingKey;
use ed25519_dalek::pkcs8::DecodePublicKey as _;
use ledger::signer::{Signer, SignerFailure};

use crate::failure::{Failure, of_machine};
use crate::spoken::text_at;

/// A command that is given the message on standard input and answers with the 64 bytes of the signature.
pub struct ExternalSigner {
    command: String,
    public: VerifyingKey,
}

impl ExternalSigner {
    /// The signer behind a command line of the shell, whose public key is in a PEM file (`PUBLIC KEY`).
    ///
    /// # Errors
    /// The file is missing or holds no Ed25519 public key.
    pub fn new(command: &str, public: &Path) -> Result<ExternalSigner, Failure> {
        let pem = text_at(public)?;
        let key = VerifyingKey::from_public_key_pem(&pem).map_err(|why| Failure::Machine {
            code: "key.file".to_owned(),
            text: format!(
                "{}不是Ed25519公钥文件（{why}）。请用 openssl pkey -pubout 由签名设备的密钥写出。",
                public.display()
            ),
            exit: 1,
        })?;
        Ok(ExternalSigner { command: command.to_owned(), public: key })
    }

    fn run(&self, message: &[u8]) -> std::io::Result<std::process::Output> {
        let mut child = Command::new("sh")
            .args(["-c", &self.command])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()?;
        if let Some(mut input) = child.stdin.take() {
            // A command that ends without reading says so by its exit code, not by a broken pipe.
            let written = input.write_all(message);
            drop((input, written));
        }
        child.wait_with_output()
    }
}

impl Signer for ExternalSigner {
    fn public(&self) -> VerifyingKey {
        self.public
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignerFailure> {
        let failed = |why: String| SignerFailure(format!("签名命令“{}”{why}", self.command));
        let output =
            self.run(message).map_err(|why| failed(format!("无法运行：{}", of_machine(&why))))?;
        if !output.status.success() {
            return Err(failed(format!("没有成功（{}）", output.status)));
        }
        let length = output.stdout.len();
        <[u8; 64]>::try_from(output.stdout)
            .map_err(|_| failed(format!("给出{length}字节，应为64字节的签名")))
    }
}
