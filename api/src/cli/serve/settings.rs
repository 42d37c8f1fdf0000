//! The settings of `doudi serve` (docs/serving/README.md): what the command line says, else what the environment says, else what a
//! file says.

use std::ffi::OsString;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::failure::Failure;
use crate::spoken::{of_toml, text_at};
use crate::tls;

/// Where a ledger is served if nobody says otherwise.
const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 6962);

#[derive(clap::Args)]
pub(in crate::cli) struct Args {
    /// 设置文件 (settings)，TOML；命令行和环境变量写明的优先
    #[arg(long, env = "DOUDI_CONFIG", value_name = "FILE")]
    config: Option<OsString>,
    /// 台账目录 (ledger folder)
    #[arg(long, env = "DOUDI_DIR")]
    dir: Option<OsString>,
    /// 监听地址 (address) [default: 127.0.0.1:6962]；供别的电脑使用要有TLS（见下）或单位的网关，否则浏览器不许签名
    #[arg(long, env = "DOUDI_LISTEN")]
    listen: Option<String>,
    /// 对外公布的网址 (site)，例如 <https://doudi.example>；经网关提供时要写，浏览器登录签的是它
    #[arg(long, env = "DOUDI_SITE")]
    site: Option<String>,
    /// 单位自己的TLS证书链 (certificate)，PEM；与 --tls-key 同用，并用 --site 写明网址
    #[arg(long, env = "DOUDI_TLS_CERT")]
    tls_cert: Option<OsString>,
    /// 证书的私钥 (its key)，PEM
    #[arg(long, env = "DOUDI_TLS_KEY")]
    tls_key: Option<OsString>,
    /// 封闭网络：由本程序为这个名字或IP地址生成证书 (generated certificate)，存 tls/；可写多个，启动时列出指纹供核对
    #[arg(long, env = "DOUDI_TLS_NAME", value_delimiter = ',', value_name = "NAME")]
    tls_name: Vec<String>,
    /// 第二副本：另一块盘上的目录，或 doudi copy serve 的地址 (second copy)；可以写多个，随每个存证头更新
    #[arg(long = "copy", env = "DOUDI_COPY", value_delimiter = ',', value_name = "TARGET")]
    copies: Vec<String>,
}

/// The file. Paths are as on the command line: from where the program is started.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Written {
    dir: Option<PathBuf>,
    listen: Option<String>,
    site: Option<String>,
    tls_cert: Option<PathBuf>,
    tls_key: Option<PathBuf>,
    #[serde(default)]
    tls_name: Vec<String>,
    #[serde(default)]
    copy: Vec<String>,
}

/// Where the certificate comes from.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Certificate {
    /// None: for this machine, or behind a gateway.
    None,
    /// Of the office: chain and key.
    OfOffice { chain: PathBuf, key: PathBuf },
    /// Made by the program, for these names.
    Made(Vec<String>),
}

/// What a server runs with.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Settings {
    pub dir: PathBuf,
    pub listen: SocketAddr,
    pub site: Option<String>,
    pub certificate: Certificate,
    pub copies: Vec<String>,
}

impl Settings {
    /// # Errors
    /// The file cannot be read, has something that is no setting, or the settings do not go together.
    pub(super) fn of(args: &Args) -> Result<Settings, Failure> {
        let config = args.config.as_deref().filter(|path| !path.is_empty());
        let written = config.map(|path| read(Path::new(path))).transpose()?;
        merged(args, written.unwrap_or_default())
    }
}

fn read(path: &Path) -> Result<Written, Failure> {
    // A wrong call, not a failure of the machine: another start would find the same.
    let text = text_at(path).map_err(|why| Failure::usage(format!("设置{why}")))?;
    toml::from_str(&text).map_err(|why| {
        let (path, why) = (path.display(), of_toml(&why, &text));
        Failure::usage(format!("设置文件{path}{why}。请改正后再启动。"))
    })
}

fn merged(args: &Args, written: Written) -> Result<Settings, Failure> {
    // What is there and empty, as a variable can be, says nothing.
    let path = |given: &Option<OsString>| {
        given.as_ref().filter(|path| !path.is_empty()).map(PathBuf::from)
    };
    let (chain, key, names) =
        (path(&args.tls_cert), path(&args.tls_key), tls::names(&args.tls_name));
    let site = args.site.clone().filter(|site| !site.trim().is_empty());
    // Who says anything of TLS says all of it, the site with it: half from the call and half from the file is a mistake.
    let says_tls = chain.is_some() || key.is_some() || !names.is_empty();
    let (chain, key, names, site) = if says_tls {
        (chain, key, names, site)
    } else {
        let names = tls::names(&written.tls_name);
        (written.tls_cert, written.tls_key, names, site.or(written.site))
    };
    let dir = path(&args.dir).or(written.dir).ok_or_else(|| {
        Failure::usage("没有写明台账目录：请用 --dir、DOUDI_DIR 或设置文件的 dir。")
    })?;
    let certificate = match (chain, key) {
        (Some(_), Some(_)) if !names.is_empty() => {
            return Err(Failure::usage(
                "单位的证书（tls-cert、tls-key）和本程序生成的证书（tls-name）只能用一种，请去掉一种。",
            ));
        }
        (Some(_), Some(_)) if site.is_none() => {
            return Err(Failure::usage(
                "用单位的证书要写明对外的网址：--site、DOUDI_SITE 或设置文件的 site。",
            ));
        }
        (Some(chain), Some(key)) => Certificate::OfOffice { chain, key },
        (Some(_), None) => {
            return Err(Failure::usage("有 tls-cert 而没有 tls-key：证书和私钥要同用。"));
        }
        (None, Some(_)) => {
            return Err(Failure::usage("有 tls-key 而没有 tls-cert：证书和私钥要同用。"));
        }
        (None, None) if names.is_empty() => Certificate::None,
        (None, None) => Certificate::Made(names),
    };
    let mut copies = args.copies.clone();
    copies.retain(|copy| !copy.trim().is_empty());
    let copies = if copies.is_empty() { written.copy } else { copies };
    let listen = args.listen.clone().filter(|address| !address.trim().is_empty());
    let listen = listen.or(written.listen).map(|address| address_of(&address)).transpose()?;
    let site = site.map(|site| origin_of(&site)).transpose()?;
    Ok(Settings { dir, listen: listen.unwrap_or(LISTEN), site, certificate, copies })
}

fn address_of(text: &str) -> Result<SocketAddr, Failure> {
    text.trim().parse().map_err(|_| {
        let said = "应为IP地址加端口，例如 127.0.0.1:6962 或 0.0.0.0:443";
        Failure::usage(format!("监听地址“{text}”不对：{said}。"))
    })
}

/// An address as a browser writes its origin: what people sign when they sign in.
fn origin_of(text: &str) -> Result<String, Failure> {
    let site = text.trim().trim_end_matches('/');
    let host = site.strip_prefix("https://").or_else(|| site.strip_prefix("http://"));
    let is_host = |host: &str| {
        let odd = |sign: char| sign.is_whitespace() || matches!(sign, '/' | '?' | '#' | '@' | '\\');
        !host.is_empty() && !host.contains(odd)
    };
    if host.is_some_and(is_host) {
        return Ok(site.to_owned());
    }
    let said = "应为 https:// 加主机名，后面不带路径，例如 https://doudi.example";
    Err(Failure::usage(format!("对外的网址“{text}”不对：{said}。")))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    const EXAMPLE: &str = include_str!("../../../../docs/serving/doudi.toml");

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: Args,
    }

    fn line(words: &[&str]) -> Args {
        Line::try_parse_from(["serve"].iter().chain(words)).unwrap().args
    }

    fn written(text: &str) -> Written {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn the_example_serves_as_it_is_and_names_every_setting() {
        let settings = merged(&line(&[]), written(EXAMPLE)).unwrap();
        assert_eq!(settings.listen, "0.0.0.0:443".parse().unwrap());
        assert!(matches!(settings.certificate, Certificate::Made(names) if names.len() == 2));
        // What is left out of it is behind a mark: with the mark taken away it is a setting.
        let all: Vec<&str> =
            EXAMPLE.lines().map(|line| line.trim_start_matches('#').trim()).collect();
        for word in ["dir", "listen", "site", "tls-cert", "tls-key", "tls-name", "copy"] {
            let shown = all.iter().find(|line| line.starts_with(&format!("{word} = ")));
            written(shown.unwrap_or_else(|| panic!("{word} is not in the example")));
        }
    }

    #[test]
    fn the_command_line_comes_before_the_file() {
        let file = "dir = \"a\"\nlisten = \"127.0.0.1:1\"\nsite = \"https://a.example\"\n\
                    tls-cert = \"c\"\ntls-key = \"k\"\ncopy = [\"x\", \"y\"]\n";
        let settings = merged(&line(&[]), written(file)).unwrap();
        let (chain, key) = ("c".into(), "k".into());
        assert_eq!(settings.certificate, Certificate::OfOffice { chain, key });
        assert_eq!(settings.copies, ["x", "y"]);
        let said =
            ["--dir", "b", "--listen", "127.0.0.1:2", "--tls-name", "N.example", "--copy", "z"];
        let settings = merged(&line(&said), written(file)).unwrap();
        assert_eq!(
            settings,
            Settings {
                dir: "b".into(),
                listen: "127.0.0.1:2".parse().unwrap(),
                site: None,
                certificate: Certificate::Made(vec!["n.example".to_owned()]),
                copies: vec!["z".to_owned()],
            }
        );
    }

    #[test]
    fn what_is_empty_says_nothing() {
        let file =
            "dir = \"a\"\nsite = \"https://a.example\"\ntls-name = [\"n\"]\ncopy = [\"x\"]\n";
        let empty = ["--tls-name", "", "--site", "", "--tls-cert", "", "--copy", ""];
        let settings = merged(&line(&empty), written(file)).unwrap();
        assert_eq!(settings, merged(&line(&[]), written(file)).unwrap());
        assert_eq!(settings.certificate, Certificate::Made(vec!["n".to_owned()]));
    }

    #[test]
    fn settings_that_do_not_go_together_are_refused_with_what_is_missing() {
        let refused = |words: &[&str], file: &str| {
            merged(&line(words), written(file)).unwrap_err().to_string()
        };
        assert!(refused(&[], "").contains("台账目录"));
        let half = "dir = \"a\"\ntls-cert = \"c\"\n";
        assert!(refused(&[], half).contains("没有 tls-key"));
        assert!(refused(&["--tls-key", "k"], half).contains("没有 tls-cert"));
        assert!(refused(&["--tls-key", "k", "--tls-cert", "c"], half).contains("网址"));
        let both = "dir = \"a\"\ntls-cert = \"c\"\ntls-key = \"k\"\ntls-name = [\"n\"]\n";
        assert!(refused(&[], both).contains("只能用一种"));
        for wrong in ["not a url", "doudi.example", "http://a.example/x", "https://"] {
            assert!(refused(&["--dir", "a", "--site", wrong], "").contains("网址"), "{wrong}");
        }
        assert!(refused(&["--dir", "a", "--listen", "foo"], "").contains("监听地址“foo”"));
        assert!(toml::from_str::<Written>("listem = \"127.0.0.1:1\"").is_err());
    }
}
