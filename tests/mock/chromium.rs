//! A headless Chromium, driven over the pipe of its DevTools protocol: messages of JSON, each with a zero byte behind it. No WebSocket and no
//! port are needed, and what is evaluated runs beside the page's own policy, which forbids it scripts.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

use base64::Engine as _;
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::common;

const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// The pipe is read at 3 and written at 4. Whoever runs the tests may be root, or lack the name spaces that the sandbox needs. No name is looked up
/// and no address but the loopback one is reached.
const START: &str = "exec \"$0\" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run --hide-scrollbars \
    --disable-background-networking --disable-component-update --disable-default-apps --disable-sync --no-proxy-server \
    --host-resolver-rules='MAP * ~NOTFOUND , EXCLUDE 127.0.0.1' --remote-debugging-pipe --user-data-dir=\"$1\" about:blank \
    3<&0 4>&1 0</dev/null 1>/dev/null 2>/dev/null";

/// One window of a browser, which ends with this.
pub struct Chromium {
    child: Child,
    to: ChildStdin,
    from: UnboundedReceiver<Value>,
    number: u64,
    session: Option<String>,
    /// What the browser told since the last page was opened.
    pub events: Vec<Value>,
    /// Holds its profile until it has ended.
    _profile: tempfile::TempDir,
}

impl Drop for Chromium {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Chromium {
    /// Starts it. Without one on this machine it is said that these tests didn't run.
    pub async fn start() -> Option<Self> {
        let found =
            |name: &&&str| Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success());
        let Some(program) = NAMES.iter().find(found) else {
            common::not_run("chromium", "no program of the names chromium, chromium-browser and google-chrome");
            return None;
        };
        let profile = tempfile::tempdir().unwrap();
        let mut child = Command::new("sh")
            .args(["-c", START, program])
            .arg(profile.path())
            .env("HOME", profile.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (to, out) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (sender, from) = unbounded_channel();
        std::thread::spawn(move || {
            for message in BufReader::new(out).split(0).map_while(Result::ok) {
                if sender.send(serde_json::from_slice(&message).unwrap()).is_err() {
                    return;
                }
            }
        });
        let mut own = Self { child, to, from, number: 0, session: None, events: Vec::new(), _profile: profile };
        let target = own.call("Target.createTarget", json!({ "url": "about:blank" })).await;
        let attached =
            own.call("Target.attachToTarget", json!({ "targetId": target["targetId"], "flatten": true })).await;
        own.session = Some(attached["sessionId"].as_str().unwrap().to_owned());
        for domain in ["Page", "Network", "Runtime", "Log"] {
            own.call(&format!("{domain}.enable"), json!({})).await;
        }
        Some(own)
    }

    async fn message(&mut self) -> Value {
        // A browser that hangs must not keep the tests for ever.
        let message = tokio::time::timeout(std::time::Duration::from_secs(120), self.from.recv()).await;
        message.unwrap().unwrap()
    }

    /// Calls a method of the protocol.
    pub async fn call(&mut self, method: &str, parameters: Value) -> Value {
        self.number += 1;
        let mut message = json!({ "id": self.number, "method": method, "params": parameters });
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        self.to.write_all(message.to_string().as_bytes()).unwrap();
        self.to.write_all(&[0]).unwrap();
        loop {
            let answer = self.message().await;
            if answer["id"] == self.number {
                assert!(answer["error"].is_null(), "{method}: {answer}");
                return answer["result"].clone();
            }
            self.events.push(answer);
        }
    }

    /// Makes the window so wide, as a telephone's where it is narrow, and dark or light.
    pub async fn window(&mut self, width: u32, dark: bool) {
        let size = json!({ "width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.call("Emulation.setDeviceMetricsOverride", size).await;
        let scheme = if dark { "dark" } else { "light" };
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.call("Emulation.setEmulatedMedia", media).await;
    }

    /// Opens an address and waits until all of it is there.
    pub async fn open(&mut self, url: &str) {
        self.events.clear();
        let opened = self.call("Page.navigate", json!({ "url": url })).await;
        assert!(opened["errorText"].is_null(), "{url}: {opened}");
        while !self.events.iter().any(|event| event["method"] == "Page.loadEventFired") {
            let event = self.message().await;
            self.events.push(event);
        }
    }

    /// The value of an expression of JavaScript on the page; a promise is waited for.
    pub async fn evaluate(&mut self, expression: &str) -> Value {
        let wanted = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let found = self.call("Runtime.evaluate", wanted).await;
        assert!(found["exceptionDetails"].is_null(), "{found}");
        found["result"]["value"].clone()
    }

    /// Writes down how the page looks, as far as 4,000 points.
    pub async fn picture(&mut self, path: &Path) {
        let size = self.evaluate("[innerWidth, Math.min(document.documentElement.scrollHeight, 4000)]").await;
        let clip = json!({ "x": 0, "y": 0, "width": size[0], "height": size[1], "scale": 1 });
        let wanted = json!({ "format": "png", "captureBeyondViewport": true, "clip": clip });
        let taken = self.call("Page.captureScreenshot", wanted).await;
        let bytes = base64::engine::general_purpose::STANDARD.decode(taken["data"].as_str().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// The addresses that were asked for since the page was opened.
    pub fn asked(&self) -> Vec<&str> {
        let sent = self.events.iter().filter(|event| event["method"] == "Network.requestWillBeSent");
        sent.filter_map(|event| event["params"]["request"]["url"].as_str()).collect()
    }
}
