//! A real browser: Debian's chromium, driven over its driver. Each [`Browser`] is a person's own, with keys and cookies of its own.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

const CHROMIUM: &str = "/usr/bin/chromium";
const DRIVER: &str = "/usr/bin/chromedriver";

/// The longest that a page is waited for.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running driver. It ends with this value.
pub struct Driver {
    child: Child,
    address: String,
    runtime: Arc<Runtime>,
}

impl Driver {
    /// Starts the driver; `None` on a machine without chromium.
    ///
    /// # Panics
    /// If there is one and it does not start.
    #[must_use]
    pub fn start() -> Option<Driver> {
        if !Path::new(CHROMIUM).exists() || !Path::new(DRIVER).exists() {
            eprintln!("skipped: no {CHROMIUM} or {DRIVER} on this machine");
            return None;
        }
        let mut child = Command::new(DRIVER)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the driver starts");
        let out = BufReader::new(child.stdout.take().expect("it is piped"));
        let said = out.lines().map_while(Result::ok).find_map(|line| {
            let port = line.split("on port ").nth(1)?.trim_end_matches('.').to_owned();
            line.contains("started successfully").then_some(port)
        });
        let address = format!("http://127.0.0.1:{}", said.expect("the driver names its port"));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = Arc::new(runtime.expect("a runtime"));
        Some(Driver { child, address, runtime })
    }

    /// Opens a browser of its own.
    ///
    /// # Panics
    /// If it does not open.
    #[must_use]
    pub fn open(&self) -> Browser {
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--window-size=1366,768",
        ];
        let options = json!({ "binary": CHROMIUM, "args": arguments });
        let mut wanted = Capabilities::new();
        wanted.insert("goog:chromeOptions".to_owned(), options);
        // A county's own certificate is in no store; people compare its fingerprint.
        wanted.insert("acceptInsecureCerts".to_owned(), json!(true));
        let connect = async {
            let mut builder = ClientBuilder::new(HttpConnector::new());
            builder.capabilities(wanted).connect(&self.address).await
        };
        let client = self.runtime.block_on(connect).expect("the browser opens");
        Browser { client: Some(client), runtime: Arc::clone(&self.runtime) }
    }

    /// Opens a browser that runs a script before any page's own: to take away what older browsers do not have.
    ///
    /// # Panics
    /// If it does not open, or does not take the script.
    #[must_use]
    pub fn open_with(&self, script: &str) -> Browser {
        let browser = self.open();
        let session = self.runtime.block_on(browser.client().session_id());
        let session = session.expect("an answer").expect("a session");
        let address = format!("{}/session/{session}/goog/cdp/execute", self.address);
        let command = json!({
            "cmd": "Page.addScriptToEvaluateOnNewDocument", "params": { "source": script },
        });
        let answer =
            ureq::post(&address).content_type("application/json").send(command.to_string());
        assert!(answer.expect("the driver answers").status().is_success());
        browser
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A person's browser.
pub struct Browser {
    client: Option<Client>,
    runtime: Arc<Runtime>,
}

impl Browser {
    fn client(&self) -> &Client {
        self.client.as_ref().expect("it is open")
    }

    /// Opens a page.
    ///
    /// # Panics
    /// If the server does not answer.
    pub fn go(&self, address: &str) {
        self.runtime.block_on(self.client().goto(address)).expect("the page opens");
    }

    /// Where the browser stands, without scheme and host.
    ///
    /// # Panics
    /// If the browser is gone.
    #[must_use]
    pub fn place(&self) -> String {
        let url = self.runtime.block_on(self.client().current_url()).expect("an address");
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        format!("{}{query}", url.path())
    }

    /// Waits for an element that can be seen.
    ///
    /// # Panics
    /// If it does not come; tells what the page says instead.
    #[must_use]
    pub fn wait_for(&self, css: &str) -> Element {
        // While a page gives way to the next one, a driver's answer may be a failure of its own: it is asked again.
        let start = std::time::Instant::now();
        loop {
            match self.runtime.block_on(self.client().find(Locator::Css(css))) {
                Ok(found) => return found,
                Err(_) if start.elapsed() < PATIENCE => {}
                Err(why) => panic!("no {css} ({why}) at {}:\n{}", self.place(), self.text()),
            }
        }
    }

    /// Types into a field, in place of what is there.
    ///
    /// # Panics
    /// If there is no such field.
    pub fn fill(&self, css: &str, text: &str) {
        let field = self.wait_for(css);
        let set =
            "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input'))";
        let given = vec![serde_json::to_value(&field).expect("an element"), json!(text)];
        self.runtime.block_on(self.client().execute(set, given)).expect("the field takes it");
    }

    /// Chooses files for a file field, or types keys into any field.
    ///
    /// # Panics
    /// If there is no such field.
    pub fn send(&self, css: &str, text: &str) {
        let field = self.wait_for(css);
        self.runtime.block_on(field.send_keys(text)).expect("the field takes it");
    }

    /// Clicks what can be clicked.
    ///
    /// # Panics
    /// If it is not there.
    pub fn click(&self, css: &str) {
        // What a form does is attached by the page's scripts, and they are through when the page is.
        while self.run("return document.readyState", vec![]) != "complete" {}
        let start = std::time::Instant::now();
        loop {
            let element = self.wait_for(css);
            match self.runtime.block_on(element.click()) {
                Ok(()) => return,
                Err(_) if start.elapsed() < PATIENCE => {}
                Err(why) => panic!("click {css}: {why}"),
            }
        }
    }

    /// Everything that the page says.
    ///
    /// # Panics
    /// If the browser is gone.
    #[must_use]
    pub fn text(&self) -> String {
        let said = self.run("return document.body.innerText", vec![]);
        said.as_str().unwrap_or_default().to_owned()
    }

    /// Runs a script in the page.
    ///
    /// # Panics
    /// If it fails.
    #[must_use]
    pub fn run(&self, script: &str, given: Vec<Value>) -> Value {
        let done = self.runtime.block_on(self.client().execute(script, given));
        done.unwrap_or_else(|why| panic!("{script}: {why}"))
    }

    /// Runs a script in the page that ends by calling its last argument.
    ///
    /// # Panics
    /// If it fails.
    #[must_use]
    pub fn run_async(&self, script: &str, given: Vec<Value>) -> Value {
        let done = self.runtime.block_on(self.client().execute_async(script, given));
        done.unwrap_or_else(|why| panic!("{script}: {why}"))
    }

    /// Waits until the page says something. Gives all that it says.
    ///
    /// # Panics
    /// If it never does.
    #[must_use]
    pub fn wait_to_say(&self, words: &str) -> String {
        let start = std::time::Instant::now();
        loop {
            let said = self.text();
            if said.contains(words) {
                return said;
            }
            assert!(
                start.elapsed() < PATIENCE,
                "“{words}” is not said at {}:\n{said}",
                self.place()
            );
        }
    }

    /// Signs in with a key file.
    ///
    /// # Panics
    /// If the server does not let its holder in.
    pub fn sign_in(&self, address: &str, key: &Path) {
        self.go(&format!("{address}/sign-in"));
        self.send("#file", key.to_str().expect("a path of ours"));
        self.click("#keys button");
        let _ = self.wait_to_say("轮到您办的");
    }

    /// Signs the draft that is open. Gives the entry.
    ///
    /// # Panics
    /// If it is not taken in.
    #[must_use]
    pub fn sign(&self) -> u64 {
        // A busy machine's browser can lose a click; one that came through leaves the button disabled, or the page behind.
        let took = "const one = document.querySelector('#sign'); return !one || one.disabled";
        let start = std::time::Instant::now();
        loop {
            self.click("#sign:not([disabled])");
            if self.run(took, vec![]) == true || start.elapsed() > PATIENCE {
                break;
            }
        }
        let said = self.wait_to_say("已入账：");
        let entry = said.split("已入账：第 ").nth(1).and_then(|rest| rest.split(' ').next());
        entry.and_then(|entry| entry.parse().ok()).unwrap_or_else(|| panic!("no entry: {said}"))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if let Some(client) = self.client.take() {
            drop(self.runtime.block_on(client.close()));
        }
    }
}
