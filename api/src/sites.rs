//! Under which addresses people reach a served ledger: what a browser signs when it signs in, and what a request must name.

use std::net::SocketAddr;
use std::sync::OnceLock;

/// The addresses, each scheme and host as a browser writes its origin. Known once the server listens.
#[derive(Debug, Default)]
pub struct Sites {
    known: OnceLock<Vec<String>>,
}

impl Sites {
    /// The one address that the office gives out, such as `https://doudi.example`: behind a gateway.
    #[must_use]
    pub fn at(site: &str) -> Sites {
        Sites { known: OnceLock::from(vec![site.trim_end_matches('/').to_owned()]) }
    }

    /// Where the server listens, unless another address was given out.
    pub fn listen(&self, address: SocketAddr) {
        self.known.get_or_init(|| {
            let by_name = address.ip().is_loopback();
            let local = by_name.then(|| format!("http://localhost:{}", address.port()));
            std::iter::once(format!("http://{address}")).chain(local).collect()
        });
    }

    /// True if people come over TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.known.get().is_some_and(|known| known.iter().all(|site| site.starts_with("https://")))
    }

    /// The address whose host a request names; `None` if it names another one, as a page does that another name leads here.
    #[must_use]
    pub fn of_host(&self, host: &str) -> Option<&str> {
        let known = self.known.get()?.iter();
        let mut named =
            known.filter(|site| site.split_once("://").is_some_and(|(_, at)| at == host));
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
        let behind = Sites::at("https://doudi.example/");
        behind.listen("127.0.0.1:6962".parse().unwrap());
        assert!(behind.is_https() && !sites.is_https());
        assert_eq!(behind.of_host("doudi.example"), Some("https://doudi.example"));
        assert_eq!(behind.of_host("127.0.0.1:6962"), None, "only what was given out");
    }
}
