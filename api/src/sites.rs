//! Under which addresses people reach a served ledger: what a browser signs when it signs in, and what a request must name.

use std::net::SocketAddr;
use std::sync::OnceLock;

use jiff::Timestamp;

/// The addresses, each scheme and host as a browser writes its origin. Known once the server listens.
#[derive(Debug, Default)]
pub struct Sites {
    known: OnceLock<Vec<String>>,
    /// Over TLS of the program's own, with a certificate for these names.
    names: Option<Vec<String>>,
    /// When the certificate ends, where TLS is the program's own.
    pub certificate_ends: Option<Timestamp>,
}

impl Sites {
    /// The one address that the office gives out, such as `https://doudi.example`: behind a gateway.
    #[must_use]
    pub fn at(site: &str) -> Sites {
        let known = OnceLock::from(vec![site.trim_end_matches('/').to_owned()]);
        Sites { known, ..Sites::default() }
    }

    /// Over TLS, where the server listens and under the names of its certificate.
    #[must_use]
    pub fn over_tls(names: Vec<String>) -> Sites {
        Sites { names: Some(names), ..Sites::default() }
    }

    /// Where the server listens, unless another address was given out.
    pub fn listen(&self, address: SocketAddr) {
        self.known.get_or_init(|| {
            let (scheme, usual) = if self.names.is_some() { ("https", 443) } else { ("http", 80) };
            let local = address.ip().is_loopback().then(|| "localhost".to_owned());
            let own = std::iter::once(address.ip().to_string());
            let hosts = own.chain(self.names.iter().flatten().cloned()).chain(local);
            let site = |host: String| {
                let host = if host.contains(':') { format!("[{host}]") } else { host };
                // A browser leaves the usual port out.
                let at = (address.port() != usual).then(|| format!(":{}", address.port()));
                format!("{scheme}://{host}{}", at.unwrap_or_default())
            };
            hosts.map(site).collect()
        });
    }

    /// True if people come over TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        let is_safe = |known: &Vec<String>| known.iter().all(|site| site.starts_with("https://"));
        self.names.is_some() || self.known.get().is_some_and(is_safe)
    }

    /// The address whose host a request names; `None` if it names another one, as a page does that another name leads here.
    #[must_use]
    pub fn of_host(&self, host: &str) -> Option<&str> {
        let known = self.known.get()?.iter();
        let mut named = known.filter(|site| {
            site.split_once("://").is_some_and(|(_, at)| at.eq_ignore_ascii_case(host))
        });
        named.next().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::Sites;

    #[test]
    fn a_server_answers_to_its_own_names_only() {
        let sites = Sites::default();
        assert_eq!(sites.of_host("127.0.0.1:6962"), None, "not before it listens");
        sites.listen("127.0.0.1:6962".parse().unwrap());
        assert_eq!(sites.of_host("127.0.0.1:6962"), Some("http://127.0.0.1:6962"));
        assert_eq!(sites.of_host("localhost:6962"), Some("http://localhost:6962"));
        for other in ["", "evil.example", "127.0.0.1", "127.0.0.1:6963", "evil.example:6962"] {
            assert_eq!(sites.of_host(other), None, "{other}");
        }
        let own = Sites::over_tls(vec!["county.example".to_owned()]);
        own.listen("0.0.0.0:443".parse().unwrap());
        assert!(own.is_https());
        assert_eq!(own.of_host("county.example"), Some("https://county.example"));
        let six = Sites::over_tls(vec!["2001:db8::1".to_owned()]);
        six.listen("[::]:443".parse().unwrap());
        assert_eq!(six.of_host("[2001:db8::1]"), Some("https://[2001:db8::1]"));
        let behind = Sites::at("https://doudi.example/");
        behind.listen("127.0.0.1:6962".parse().unwrap());
        assert!(behind.is_https() && !sites.is_https());
        assert_eq!(behind.of_host("doudi.example"), Some("https://doudi.example"));
        assert_eq!(behind.of_host("127.0.0.1:6962"), None, "only what was given out");
    }
}
