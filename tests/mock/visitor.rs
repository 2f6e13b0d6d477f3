//! A mock that isn't set up, and a visitor who sets it up by its forms.

use rehearsal::mock::{Line, Server, SetUp, Settings};
use reqwest::StatusCode;
use secrecy::SecretString;
use serde_json::Value;

/// A visitor of a mock that isn't set up, who keeps cookies by hand and follows no redirect.
pub struct Visitor {
    pub server: Server,
    pub client: reqwest::Client,
    pub cookie: String,
    pub home: tempfile::TempDir,
}

/// An answer.
pub struct Got {
    pub status: StatusCode,
    pub to: String,
    pub text: String,
}

impl Got {
    /// The attribute `action` of the form.
    pub fn action(&self) -> String {
        between(&self.text, "action=\"", "\"")
    }

    pub fn token(&self) -> String {
        between(&self.text, "name=\"atl_token\" value=\"", "\"")
    }
}

fn between(text: &str, before: &str, after: &str) -> String {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("no {before} in {text}"));
    rest.split_once(after).unwrap().0.to_owned()
}

impl Visitor {
    /// A mock that is still starting.
    pub async fn early(line: Line, change: impl FnOnce(&mut Settings)) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let home = tempfile::tempdir().unwrap();
        let mut settings = Settings::new(home.path(), "admin", SecretString::from("from the settings"));
        settings.set_up = Some(SetUp::new(line));
        change(&mut settings);
        let server = Server::start(settings).await.unwrap();
        let redirect = reqwest::redirect::Policy::none();
        let client = reqwest::Client::builder().tls_certs_only([]).redirect(redirect).build().unwrap();
        Self { server, client, cookie: String::new(), home }
    }

    /// A mock that waits to be set up.
    pub async fn at(line: Line, change: impl FnOnce(&mut Settings)) -> Self {
        let mut visitor = Self::early(line, change).await;
        visitor.get("/status").await;
        assert_eq!(visitor.state().await, "FIRST_RUN");
        visitor
    }

    pub async fn send(&mut self, request: reqwest::RequestBuilder) -> Got {
        let request = if self.cookie.is_empty() {
            request
        } else {
            request.header("cookie", format!("JSESSIONID={}", self.cookie))
        };
        let answer = request.send().await.unwrap();
        assert!(answer.headers().contains_key("x-rehearse-mock"));
        let header = |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        if let Some(cookie) = header("set-cookie") {
            self.cookie = between(&cookie, "JSESSIONID=", ";");
        }
        let (status, to) = (answer.status(), header("location").unwrap_or_default());
        Got { status, to, text: answer.text().await.unwrap() }
    }

    /// The URL of a path that has the context path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.address())
    }

    pub async fn get(&mut self, path: &str) -> Got {
        let request = self.client.get(self.url(path));
        self.send(request).await
    }

    /// Follows redirects to a page.
    pub async fn page(&mut self, path: &str) -> Got {
        let mut got = self.get(path).await;
        while got.status == StatusCode::FOUND {
            got = self.get(&got.to).await;
        }
        got
    }

    pub async fn post(&mut self, path: &str, token: &str, fields: &[(&str, &str)]) -> Got {
        let mut form: Vec<_> = fields.to_vec();
        form.push(("atl_token", token));
        // Queries and forms are written alike.
        let written = reqwest::Url::parse_with_params("http://form", form).unwrap();
        let request = self.client.post(self.url(path)).body(written.query().unwrap().to_owned());
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        self.send(request).await
    }

    pub async fn state(&mut self) -> String {
        let got = self.get("/status").await;
        let state: Value = serde_json::from_str(&got.text).unwrap();
        state["state"].as_str().unwrap().to_owned()
    }

    /// A mock that was set up, and settled.
    pub async fn running(line: Line, change: impl FnOnce(&mut Settings)) -> Self {
        let mut visitor = Self::early(line, |settings| {
            change(settings);
            settings.set_up.as_mut().unwrap().delays = 0;
        })
        .await;
        let root = reqwest::Url::parse(&visitor.server.base_url()).unwrap();
        let root = root.path().trim_end_matches('/').to_owned();
        let page = visitor.page(&format!("{root}/")).await;
        visitor.go_through(page).await;
        visitor
    }

    /// Goes on from a page to the finish; gives the paths to which forms went.
    pub async fn go_through(&mut self, mut page: Got) -> Vec<String> {
        let mut taken = Vec::new();
        while page.text.contains("<form") {
            let (action, token) = (page.action(), page.token());
            taken.push(action.rsplit_once('/').unwrap().1.to_owned());
            assert!(taken.len() < 14, "{taken:?}");
            let answer = self.post(&action, &token, &fields(&action)).await;
            assert_eq!(answer.status, 302, "{action}: {}", answer.text);
            page = self.page(&answer.to).await;
        }
        taken
    }
}

/// What public automation sends (R71).
pub fn fields(action: &str) -> Vec<(&'static str, &'static str)> {
    let (_, name) = action.rsplit_once('/').unwrap();
    match name {
        "dosetupstart.action" => vec![("setupType", "custom"), ("setup-next-button", "Next")],
        "selectbundle.action" => vec![("setup-next-button", "Next")],
        "dosetuplicense.action" => vec![("confLicenseString", "AAAB secret licence"), ("setupTypeCustom", "Next")],
        "setupcluster.action" => {
            let empty = "clusterName clusterHome clusterAddressString clusterPeersString iamRole accessKey secretKey \
                         region hostHeader securityGroupName tagKey tagValue";
            let mut all: Vec<_> = empty.split_whitespace().map(|name| (name, "")).collect();
            all.extend([
                ("newCluster", "skipCluster"),
                ("networkInterface", "eth0"),
                ("joinMethod", "multicast"),
                ("generateClusterAddress", "auto"),
                ("generateClusterAddressSubmitted", "submitted"),
                ("awsAuthMethod", "iamrole"),
            ]);
            all
        }
        "setupdbchoice.action" => vec![("dbChoice", "embedded"), ("thisNodeClustered", "false")],
        "setupdata.action" => vec![("contentChoice", "blank"), ("dbchoiceSelect", "Empty Site")],
        "setupusermanagementchoice.action" => {
            vec![("userManagementChoice", "internal"), ("internal", "Manage users and groups within Confluence")]
        }
        "setupadministrator.action" => vec![
            ("username", "boss"),
            ("fullName", "The Boss"),
            ("email", "boss@example.com"),
            ("password", "open sesame"),
            ("confirm", "open sesame"),
            ("setup-next-button", "Next"),
        ],
        other => panic!("an unknown step: {other}"),
    }
}
