//! TLS of the program's own: another program trusts its certificate and nothing else, and a browser signs in over it.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;

use tests::browser::Driver;
use tests::county_demo;
use tests::serving::Serving;

use super::program;

/// Asks a path with Python's own TLS, which trusts that certificate alone. Gives what it prints.
fn ask(cert: &Path, address: &str, name: &str) -> String {
    ask_for("/healthz", cert, address, name)
}

fn ask_for(path: &str, cert: &Path, address: &str, name: &str) -> String {
    const SCRIPT: &str = "import ssl, sys, http.client\n\
        context = ssl.create_default_context(cafile=sys.argv[1])\n\
        host, port = sys.argv[2].removeprefix('https://').rsplit(':', 1)\n\
        connection = http.client.HTTPSConnection(host, int(port), context=context)\n\
        context.check_hostname = True\n\
        try:\n    \
            connection.request('GET', sys.argv[4], headers={'host': sys.argv[3]})\n    \
            answer = connection.getresponse()\n    \
            print(answer.status, connection.sock.version(), answer.getheader('set-cookie'))\n    \
            print(answer.read().decode())\n\
        except ssl.SSLError as why:\n    \
            print(why.reason)\n";
    let cert = cert.to_str().unwrap();
    let ended =
        Command::new("python3").args(["-c", SCRIPT, cert, address, name, path]).output().unwrap();
    String::from_utf8_lossy(&ended.stdout).into_owned() + &String::from_utf8_lossy(&ended.stderr)
}

#[test]
fn a_closed_network_gets_a_certificate_that_others_check_and_browsers_sign_under() {
    let (folder, dir) = county_demo::copy(&program());
    let names = ["--tls-name", "127.0.0.1", "--tls-name", "doudi.qinghe"];
    let server = Serving::start_with(&program(), &dir, &names);
    assert!(server.address.starts_with("https://127.0.0.1:"), "{}", server.address);
    let cert = dir.join("tls/cert.pem");
    let at_port = server.address.replace("https://127.0.0.1", "doudi.qinghe");
    let said = ask(&cert, &server.address, &at_port);
    assert!(said.starts_with("200 TLSv1.3"), "{said}");
    // Another certificate is trusted here: this one is not.
    let other = tempfile::NamedTempFile::new().unwrap();
    let (_held, elsewhere) = county_demo::copy(&program());
    let second = Serving::start_with(&program(), &elsewhere, &names);
    std::fs::copy(elsewhere.join("tls/cert.pem"), other.path()).unwrap();
    let said = ask(other.path(), &server.address, &at_port);
    assert!(said.contains("CERTIFICATE_VERIFY_FAILED"), "{said}");
    drop(second);
    // Who speaks plainly, or says nothing, gets nothing and keeps nobody else waiting.
    let host = server.address.trim_start_matches("https://").to_owned();
    let silent = TcpStream::connect(&host).unwrap();
    let mut plain = TcpStream::connect(&host).unwrap();
    plain.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    let mut said = Vec::new();
    let _ = plain.read_to_end(&mut said);
    assert!(!said.starts_with(b"HTTP"), "{said:?}");
    if let Some(driver) = Driver::start() {
        let browser = driver.open();
        browser.sign_in(&server.address, &dir.join("keys/MZJ-造册复核.pem"));
    }
    drop(silent);
    // The same certificate after a new start; another name wants another one.
    let before = std::fs::read(&cert).unwrap();
    assert_eq!(server.stop().0, Some(0));
    drop(Serving::start_with(&program(), &dir, &names));
    assert_eq!(std::fs::read(&cert).unwrap(), before);
    let dir = dir.to_str().unwrap();
    let ended = program().run(["serve", "--json", "--dir", dir, "--tls-name", "other.qinghe"]);
    assert!(ended.out.contains("http.tls") || ended.err.contains("http.tls"), "{ended:?}");
    // A key that is not the certificate's, and a file without either, are told by their names.
    for (file, said) in [("key.pem", "不是一对"), ("names", "里没有私钥"), ("nix", "nix")]
    {
        let (cert, key) = (other.path().to_str().unwrap(), format!("{dir}/tls/{file}"));
        let given = ["--tls-cert", cert, "--tls-key", &key, "--site", "https://county.example"];
        let ended = program().run(["serve", "--dir", dir].into_iter().chain(given));
        assert!(ended.code != Some(0) && ended.err.contains(said), "{ended:?}");
    }
    drop(folder);
}

#[test]
fn the_settings_can_stand_in_a_file_and_what_is_wrong_in_it_is_told() {
    let (folder, dir) = county_demo::copy(&program());
    let file = folder.path().join("doudi.toml");
    let dir = dir.to_str().unwrap();
    let good = format!(
        "dir = {dir:?}\nlisten = \"127.0.0.1:0\"\ntls-name = [\"doudi.qinghe\", \"127.0.0.1\"]\n"
    );
    std::fs::write(&file, &good).unwrap();
    let file = file.to_str().unwrap();
    let server = Serving::start_as_told(&program(), &["--config", file]);
    let at_port = server.address.replace("https://127.0.0.1", "doudi.qinghe");
    let cert = Path::new(dir).join("tls/cert.pem");
    assert!(ask(&cert, &server.address, &at_port).starts_with("200 TLSv1.3"));
    // A certificate of today lasts: machines can ask until when, people are not bothered.
    let counted = ask_for("/metrics", &cert, &server.address, &at_port);
    assert!(counted.contains("\ndoudi_certificate_end_seconds 1"), "{counted}");
    assert_eq!(server.stop().0, Some(0));
    // The environment comes before the file, the certificate whole.
    let mut half = std::process::Command::new(program().path());
    half.args(["serve", "--config", file]).env("DOUDI_TLS_CERT", "a.pem");
    let half = half.output().unwrap();
    let said = String::from_utf8(half.stderr).unwrap();
    assert!(half.status.code() == Some(2) && said.contains("没有 tls-key"), "{said}");
    let nowhere = program().run(["serve", "--config", "/nowhere/doudi.toml"]);
    assert!(nowhere.code == Some(2) && nowhere.err.contains("/nowhere/doudi.toml"), "{nowhere:?}");
    for (wrong, said) in [
        (good.replace("listen", "listem"), "第2行“listem"),
        (good.replace("[\"doudi.qinghe\", \"127.0.0.1\"]", "\"doudi.qinghe\""), "第3行"),
        (good + "tls-cert = \"a.pem\"\n", "tls-key"),
    ] {
        std::fs::write(file, wrong).unwrap();
        let ended = program().run(["serve", "--config", file]);
        assert!(ended.code == Some(2) && ended.err.contains(said), "{ended:?}");
    }
}
