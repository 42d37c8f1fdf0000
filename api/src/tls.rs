//! TLS of the program's own (docs/serving/README.md): with a certificate of the office, or with one that the program makes for a closed
//! network, whose fingerprint people compare. Browsers sign on safe addresses only.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose};
use rustls::ServerConfig;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use sha2::{Digest as _, Sha256};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::clock::{self, Clock};
use crate::desk::write_whole;
use crate::failure::Failure;

/// In the ledger's folder: the certificate that the program made, its key, and for which names.
const FOLDER: &str = "tls";

/// A certificate of the program's own is good for so many days: no browser takes one that lasts more than 825.
const DAYS: u32 = 730;

/// So many days before its end a certificate is spoken of.
const WARNED: i64 = 30;

const DAY: Duration = Duration::from_hours(24);

/// What a server needs for TLS, and what people compare.
pub struct Tls {
    /// For the connections.
    pub config: Arc<ServerConfig>,
    /// SHA-256 over the certificate, as browsers show it: 32 pairs of hex digits.
    pub fingerprint: String,
    /// The names of a certificate that the program made; of others the office says its site.
    pub names: Vec<String>,
    /// When browsers stop taking the certificate, where it says a day that a calendar has.
    pub ends: Option<Timestamp>,
}

/// With a certificate chain and its key, both PEM.
///
/// # Errors
/// `http.tls`: a file cannot be read, or the key is not the certificate's.
pub fn of_files(cert: &Path, key: &Path) -> Result<Tls, Failure> {
    let chain =
        CertificateDer::pem_file_iter(cert).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let chain = chain.map_err(|why| unreadable(cert, "证书", why))?;
    let first = chain.first().ok_or_else(|| without(cert, "证书"))?;
    let (fingerprint, ends) = (fingerprint(first), end_of(first));
    let secret = PrivateKeyDer::from_pem_file(key).map_err(|why| unreadable(key, "私钥", why))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config =
        builder.and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, secret));
    let mut config = config.map_err(|_| {
        let (cert, key) = (cert.display(), key.display());
        let text =
            format!("{cert}里的证书与{key}里的私钥不是一对，或不能用于TLS。请用成对的文件。");
        Failure::refused("http.tls", text)
    })?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Tls { config: Arc::new(config), fingerprint, names: Vec::new(), ends })
}

fn unreadable(path: &Path, what: &str, why: pem::Error) -> Failure {
    match why {
        pem::Error::Io(why) => Failure::file(path, &why),
        pem::Error::NoItemsFound => without(path, what),
        pem::Error::MissingSectionEnd { .. }
        | pem::Error::IllegalSectionStart { .. }
        | pem::Error::Base64Decode(_)
        | pem::Error::SectionTooLarge
        | _ => {
            let text = format!("{}不是完整的PEM文件。请换用完整的{what}文件。", path.display());
            Failure::refused("http.tls", text)
        }
    }
}

fn without(path: &Path, what: &str) -> Failure {
    let text = format!("{}里没有{what}。请核对是否指错了文件；应为PEM文件。", path.display());
    Failure::refused("http.tls", text)
}

/// With a certificate that the program makes for these names and addresses, and keeps: made once, the same at every start.
///
/// # Errors
/// The folder holds one for other names, a name is none, or the machine fails.
pub fn generated(dir: &Path, names: &[String]) -> Result<Tls, Failure> {
    let folder = dir.join(FOLDER);
    let (cert, key) = (folder.join("cert.pem"), folder.join("key.pem"));
    let (listed, wanted) = (folder.join("names"), names.join("\n"));
    if cert.exists() {
        let made_for = std::fs::read_to_string(&listed);
        let made_for = made_for.map_err(|why| Failure::file(&listed, &why))?;
        if made_for.trim_end() != wanted {
            let text = format!(
                "{}里的证书是为{}做的，与 --tls-name 不同。换名字要换证书：先移走这个目录，各人须重新核对指纹。",
                folder.display(),
                made_for.trim_end().replace('\n', "、")
            );
            return Err(Failure::refused("http.tls", text));
        }
        return Ok(Tls { names: names.to_vec(), ..of_files(&cert, &key)? });
    }
    let (chain, secret) = make(names)?;
    // The certificate last: where it is, the rest is too.
    write(&key, &secret)?;
    write(&listed, &wanted)?;
    write(&cert, &chain)?;
    Ok(Tls { names: names.to_vec(), ..of_files(&cert, &key)? })
}

/// Names as browsers send them: without blanks, in small letters, addresses in their usual spelling.
#[must_use]
pub fn names(given: &[String]) -> Vec<String> {
    let plain = given.iter().map(|name| name.trim().to_ascii_lowercase());
    let usual = |name: String| name.parse::<IpAddr>().map_or(name, |address| address.to_string());
    plain.filter(|name| !name.is_empty()).map(usual).collect()
}

fn write(path: &Path, text: &str) -> Result<PathBuf, Failure> {
    write_whole(path, text.as_bytes())
}

/// A certificate signed by its own key, and the key, both PEM.
fn make(names: &[String]) -> Result<(String, String), Failure> {
    let failed = |_| {
        let text =
            format!("没有为{}做成证书。--tls-name 只能写域名或IP地址，请核对。", names.join("、"));
        Failure::refused("http.tls", text)
    };
    let mut params = CertificateParams::new(names.to_vec()).map_err(failed)?;
    let today = Clock::Machine.today();
    let (month, day) = (today.month().unsigned_abs(), today.day().unsigned_abs());
    let today = rcgen::date_time_ymd(i32::from(today.year()), month, day);
    // Clocks differ, and midnight here is not midnight in Greenwich.
    params.not_before = today - DAY;
    params.not_after = today + DAY * DAYS;
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let first = names.first().map_or("doudi", String::as_str);
    params.distinguished_name.push(DnType::CommonName, first);
    let key = KeyPair::generate().map_err(failed)?;
    let cert = params.self_signed(&key).map_err(failed)?;
    Ok((cert.pem(), key.serialize_pem()))
}

fn fingerprint(cert: &CertificateDer<'_>) -> String {
    let pairs = Sha256::digest(cert).iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>();
    pairs.join(":")
}

fn end_of(cert: &CertificateDer<'_>) -> Option<Timestamp> {
    let (_, parsed) = X509Certificate::from_der(cert).ok()?;
    Timestamp::from_second(parsed.validity().not_after.timestamp()).ok()
}

/// What to do about a certificate that ends within a month, or has ended; nothing while there is time. `now` is in seconds since
/// 1970.
#[must_use]
pub fn warning(ends: Timestamp, now: u64) -> Option<String> {
    let now = i64::try_from(now).ok()?;
    let left = ends.as_second().saturating_sub(now).div_euclid(24 * 3600);
    let day = clock::day_of(ends);
    let what = if left < 0 {
        format!("网站的证书已于{day}到期，浏览器不再放行")
    } else if left <= WARNED {
        format!("网站的证书{day}到期，还有{left}天，之后浏览器不再放行")
    } else {
        return None;
    };
    Some(format!(
        "{what}。单位的证书请换新文件后重新启动服务；由本程序生成的，停止服务后移走台账目录下的 tls/ 再启动，各人重新核对指纹。"
    ))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::{names, warning};

    #[test]
    fn a_certificate_that_ends_is_told_a_month_before() {
        let told = |now: &str| {
            let now: Timestamp = now.parse().unwrap();
            let now = now.as_second().unsigned_abs();
            warning("2026-11-30T16:30:00Z".parse().unwrap(), now).unwrap_or_default()
        };
        assert_eq!(told("2026-10-30T16:00:00Z"), "");
        assert!(told("2026-10-31T17:00:00Z").contains("2026-12-01到期，还有29天"));
        assert!(told("2026-11-30T16:29:00Z").contains("还有0天"));
        assert!(told("2026-11-30T16:31:00Z").contains("已于2026-12-01到期"));
    }

    #[test]
    fn names_are_what_a_browser_sends() {
        let given = ["Doudi.Example", " 192.0.2.10", "", "2001:DB8:0:0::1"].map(str::to_owned);
        assert_eq!(names(&given), ["doudi.example", "192.0.2.10", "2001:db8::1"]);
    }
}
