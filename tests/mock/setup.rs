//! A mock that begins unset: its states, and the set-up over plain HTTP.

use rehearsal::mock::{Database, Environment, Line, MailSwitch, SetUp};
use serde_json::Value;

use crate::common::postgres::{PASSWORD, Postgres};
use crate::visitor::{Visitor, fields};

/// R3 [D], R70 [A for the answers beside it]: STARTING comes with 503, FIRST_RUN with 200, and nothing else is served before.
#[tokio::test]
async fn the_states_come_in_order_and_nothing_is_served_before_the_last() {
    let mut visitor = Visitor::early(Line::V9_2, |settings| {
        settings.set_up.as_mut().unwrap().delays = 2;
    })
    .await;
    let got = visitor.get("/status").await;
    assert_eq!((got.status.as_u16(), got.text.as_str()), (503, r#"{"state":"STARTING"}"#));
    assert_eq!(visitor.get("/rest/api/space").await.status, 503);
    let got = visitor.get("/status").await;
    assert_eq!((got.status.as_u16(), got.text.as_str()), (200, r#"{"state":"FIRST_RUN"}"#));
    for path in ["/", "/rest/api/space", "/display/OPS", "/setup/setupdata-start.action", "/setup/finishsetup.action"] {
        let got = visitor.get(path).await;
        assert_eq!((got.status.as_u16(), got.to.as_str()), (302, "/setup/setupstart.action"), "{path}");
    }
    visitor.server.stop().await;
}

/// R71, R72 [U]: from nothing to RUNNING by the forms alone, each taken from the page to which the one before led.
#[tokio::test]
async fn every_line_is_set_up_by_its_forms_alone() {
    let all = "dosetupstart selectbundle dosetuplicense setupcluster setupdbchoice setupdata setupusermanagementchoice setupadministrator";
    for line in Line::ALL {
        for context in ["", "/confluence"] {
            let mut visitor = Visitor::early(line, |settings| settings.context_path = context.to_owned()).await;
            assert_eq!(visitor.get(&format!("{context}/status")).await.status, 503);
            let page = visitor.page(&format!("{context}/")).await;
            let taken = visitor.go_through(page).await;
            let expected: Vec<_> = all
                .split(' ')
                .filter(|step| *step != "selectbundle" || line == Line::V7_19)
                .map(|step| format!("{step}.action"))
                .collect();
            assert_eq!(taken, expected, "{line:?}");
            let got = visitor.get(&format!("{context}/status")).await;
            assert_eq!((got.status.as_u16(), got.text.as_str()), (200, r#"{"state":"RUNNING"}"#));
            visitor.server.stop().await;
        }
    }
}

/// R70 [U]: REST can be unready when `/status` says RUNNING. Then the administrator of the set-up gets in, and not the one of the settings.
#[tokio::test]
async fn the_administrator_of_the_set_up_gets_in() {
    let mut visitor = Visitor::at(Line::V9_2, |_| ()).await;
    let page = visitor.page("/").await;
    visitor.go_through(page).await;
    assert_eq!(visitor.state().await, "RUNNING");
    let asked = |visitor: &Visitor, name: &str, password: &str| {
        visitor.client.get(visitor.url("/rest/api/user/current")).basic_auth(name, Some(password)).send()
    };
    assert_eq!(asked(&visitor, "boss", "open sesame").await.unwrap().status(), 503);
    assert_eq!(asked(&visitor, "admin", "from the settings").await.unwrap().status(), 401);
    let answer = asked(&visitor, "boss", "open sesame").await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.json::<Value>().await.unwrap()["username"], "boss");
    for path in ["/setup/setupstart.action", "/setup/setupadministrator-start.action"] {
        assert_eq!(visitor.get(path).await.to, "/", "{path}");
    }
    let jobs = visitor.client.get(visitor.url("/rest/api/backup-restore/jobs")).basic_auth("boss", Some("open sesame"));
    assert_eq!(jobs.send().await.unwrap().status(), 200);
    visitor.server.stop().await;
}

/// R71 [U that there is a token, A for what else is refused]: a form without the token of its own page, or of another session, changes nothing.
#[tokio::test]
async fn a_form_needs_the_token_of_its_page_and_its_session() {
    let mut visitor = Visitor::at(Line::V8_5, |_| ()).await;
    let first = visitor.page("/").await;
    for token in ["", "wrong"] {
        let got = visitor.post(&first.action(), token, &fields(&first.action())).await;
        assert_eq!(got.status, 403);
    }
    let session = std::mem::take(&mut visitor.cookie);
    assert_eq!(visitor.post(&first.action(), &first.token(), &fields(&first.action())).await.status, 403);
    visitor.cookie = session;
    assert_eq!(visitor.get("/").await.to, "/setup/setupstart.action");
    assert_eq!(visitor.page("/").await.token(), first.token(), "a page that is opened again has the same token");
    let second = visitor.post(&first.action(), &first.token(), &fields(&first.action())).await;
    let second = visitor.page(&second.to).await;
    assert_eq!(visitor.post(&second.action(), &first.token(), &fields(&second.action())).await.status, 403);
    assert_eq!(visitor.get("/").await.to, "/setup/setuplicense.action");
}

/// R71 [A]: a form that isn't due leads to the one that is, and changes nothing.
#[tokio::test]
async fn steps_out_of_order_are_refused() {
    let mut visitor = Visitor::at(Line::V9_2, |_| ()).await;
    let page = visitor.page("/").await;
    for action in ["/setup/setupadministrator.action", "/setup/setupdata.action", "/setup/finishsetup.action"] {
        let got = visitor.post(action, &page.token(), &fields("/setupadministrator.action")).await;
        assert_eq!((got.status.as_u16(), got.to.as_str()), (302, "/setup/setupstart.action"), "{action}");
    }
    assert_eq!(visitor.state().await, "FIRST_RUN");
}

/// R71 [U for the licence, A for the others]: a form with a wrong field comes back and says which; it shows nothing of what it was sent.
#[tokio::test]
async fn a_wrong_field_is_told_and_the_step_stays() {
    let mut visitor = Visitor::at(Line::V8_5, |_| ()).await;
    let mut page = visitor.page("/").await;
    for (step, field, value) in [
        ("dosetupstart", "setupType", Some("express")),
        ("dosetuplicense", "confLicenseString", Some(" ")),
        // R72 [U]: 8.5 wants the whole form.
        ("setupcluster", "tagKey", None),
        ("setupdbchoice", "dbChoice", Some("none")),
        ("setupdata", "contentChoice", Some("restore")),
        ("setupusermanagementchoice", "userManagementChoice", Some("jira")),
        ("setupadministrator", "confirm", Some("open sesame!")),
        ("setupadministrator", "email", Some("")),
    ] {
        assert!(page.action().ends_with(&format!("/{step}.action")), "{step}: {}", page.action());
        let right = fields(&page.action());
        let wrong = right.iter().filter(|(name, _)| *name != field).copied().chain(value.map(|value| (field, value)));
        let got = visitor.post(&page.action(), &page.token(), &wrong.collect::<Vec<_>>()).await;
        assert_eq!(got.status, 200, "{step}");
        assert!(got.text.contains(&format!("id=\"{field}-error\"")) && !got.text.contains("sesame"), "{}", got.text);
        assert_eq!(got.action(), page.action());
        if step != "setupadministrator" {
            let next = visitor.post(&got.action(), &got.token(), &right).await;
            page = visitor.page(&next.to).await;
        }
    }
    assert_eq!(visitor.state().await, "FIRST_RUN");
}

/// R71 [U]: a data base of one's own has a page of its own.
#[tokio::test]
async fn a_data_base_of_one_s_own_is_asked_for() {
    let mut visitor = Visitor::at(Line::V10_2, |settings| settings.set_up.as_mut().unwrap().has_license = true).await;
    // R72 [U]: a licence of the environment leaves out its page.
    let cluster = visitor.page("/").await;
    assert!(cluster.action().ends_with("/setupcluster.action"), "{}", cluster.action());
    let choice = visitor.post(&cluster.action(), &cluster.token(), &[("newCluster", "skipCluster")]).await;
    let choice = visitor.page(&choice.to).await;
    let custom = [("dbChoice", "custom"), ("thisNodeClustered", "false")];
    let base = visitor.post(&choice.action(), &choice.token(), &custom).await;
    let base = visitor.page(&base.to).await;
    let Some(server) = Postgres::start() else { return };
    let form = |url, password| {
        let settled = [("dbConfigInfo.databaseType", "postgresql"), ("dbConfigInfo.simple", "false")];
        let given =
            [("dbConfigInfo.databaseUrl", url), ("dbConfigInfo.userName", "u"), ("dbConfigInfo.password", password)];
        [settled.as_slice(), &given].concat()
    };
    let (refusing, right) = (refusing().await, server.url("wiki"));
    let (none, narrow) = (server.url("none"), server.url("narrow"));
    for (wrong, password) in [
        ("", PASSWORD),
        ("jdbc:oracle:thin:@host", PASSWORD),
        (refusing.as_str(), PASSWORD),
        (right.as_str(), "another one"),
        (none.as_str(), PASSWORD),
        // Confluence wants a data base in UTF-8.
        (narrow.as_str(), PASSWORD),
    ] {
        let got = visitor.post(&base.action(), &base.token(), &form(wrong, password)).await;
        assert!(got.text.contains("id=\"dbConfigInfo.databaseUrl-error\""), "{wrong}: {}", got.text);
    }
    let next = visitor.post(&base.action(), &base.token(), &form(&right, PASSWORD)).await;
    assert_eq!(next.to, "/setup/setupdata-start.action");
}

/// Something that takes connections and hangs up; gives its JDBC address.
async fn refusing() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { while listener.accept().await.is_ok() {} });
    format!("jdbc:postgresql://{address}/wiki?ssl=false")
}

/// R75 [A]: where the data base of the environment doesn't answer, the server says ERROR and serves nothing.
#[tokio::test]
async fn a_data_base_that_does_not_answer_is_an_error() {
    let database = Database::new(&refusing().await, "u", PASSWORD.to_owned().into()).unwrap();
    let mut visitor =
        Visitor::early(Line::V9_2, |settings| settings.set_up.as_mut().unwrap().database = Some(database)).await;
    assert_eq!(visitor.state().await, "STARTING");
    let got = visitor.get("/status").await;
    assert_eq!((got.status.as_u16(), got.text.as_str()), (503, r#"{"state":"ERROR"}"#));
    let got = visitor.get("/").await;
    assert_eq!((got.status.as_u16(), got.text.contains("Oops - an error has occurred")), (503, true));
}

/// R75 [D]: variables of the image; those of the data base come together.
#[test]
fn the_environment_is_read_as_the_image_reads_it() {
    let read = |given: &'static str| {
        let get = |name: &str| {
            given
                .split(';')
                .filter_map(|one| one.split_once(": "))
                .find(|(known, _)| *known == name)
                .map(|(_, value)| value.to_owned())
        };
        Environment::read(Line::V10_2, &get)
    };
    let none = read("ATL_LICENSE_KEY:  ").unwrap();
    assert!(!none.set_up.has_license && none.set_up.database.is_none() && none.set_up.confirms_passwords);
    assert!(!none.set_up.forces_basic && none.port.is_none() && none.context_path.is_none());
    let all = read(
        "ATL_LICENSE_KEY: key;ATL_TOMCAT_PORT: 8099;ATL_TOMCAT_CONTEXTPATH: /wiki;ATL_DB_TYPE: postgresql;\
         ATL_JDBC_URL: jdbc:postgresql://db/wiki;ATL_JDBC_USER: u;ATL_JDBC_PASSWORD: pw;JVM_SUPPORT_RECOMMENDED_ARGS: \
         -Dpassword.confirmation.disabled=true -Dcom.atlassian.plugins.authentication.basic.auth.filter.force.allow=true",
    );
    let all = all.unwrap();
    assert_eq!((all.port, all.context_path.as_deref()), (Some(8099), Some("/wiki")));
    assert!(all.set_up.database.is_some());
    assert!(all.set_up.has_license && all.set_up.forces_basic && !all.set_up.confirms_passwords);
    let user = |line, properties: &str| {
        let get = |name: &str| (name == "JVM_SUPPORT_RECOMMENDED_ARGS").then(|| properties.to_owned());
        Environment::read(line, &get).unwrap().set_up.recovery.map(|(user, _)| user)
    };
    assert_eq!(user(Line::V8_5, "-Datlassian.recovery.password=pw").as_deref(), Some("recovery_admin"));
    assert_ne!(user(Line::V9_2, "-Datlassian.recovery.password=pw").as_deref(), Some("recovery_admin"));
    assert_eq!(user(Line::V9_2, "-Datlassian.mail.senddisabled=true"), None);
    let part = read("ATL_JDBC_URL: jdbc:postgresql://u:secret@db/wiki;ATL_JDBC_PASSWORD: secret").unwrap_err();
    assert!(part.contains("ATL_DB_TYPE") && !part.contains("secret"), "{part}");
    let mysql = "ATL_DB_TYPE: mysql;ATL_JDBC_URL: jdbc:mysql://db/wiki;ATL_JDBC_USER: u;ATL_JDBC_PASSWORD: secret";
    assert!(read(mysql).unwrap_err().contains("postgresql alone"));
    assert!(read("ATL_TOMCAT_PORT: 80900").unwrap_err().contains("ATL_TOMCAT_PORT"));
}

/// R72 [U]: where data base and licence come with the environment, four steps are left; on 10.2 the root stays at the users.
#[tokio::test]
async fn the_root_of_10_2_falls_behind_and_the_forms_go_on() {
    let Some(server) = Postgres::start() else { return };
    for (line, at_root) in [
        (Line::V10_2, "/setup/setupusermanagementchoice-start.action"),
        (Line::V9_2, "/setup/setupadministrator-start.action"),
    ] {
        let database = Database::new(&server.url("wiki"), "u", PASSWORD.to_owned().into()).ok();
        let mut visitor = Visitor::at(line, |settings| {
            settings.set_up = Some(SetUp { has_license: true, database, ..SetUp::new(line) });
        })
        .await;
        let mut page = visitor.page("/").await;
        for step in ["setupcluster", "setupdata", "setupusermanagementchoice"] {
            assert!(page.action().ends_with(&format!("/{step}.action")), "{}", page.action());
            let next = visitor.post(&page.action(), &page.token(), &fields(&page.action())).await;
            page = visitor.page(&next.to).await;
        }
        assert!(page.action().ends_with("/setupadministrator.action"));
        assert_eq!(visitor.get("/").await.to, at_root);
        let behind = visitor.page("/").await;
        assert!(at_root.starts_with(&behind.action().replace(".action", "")), "{}", behind.action());
        visitor.go_through(page).await;
        assert_eq!(visitor.state().await, "RUNNING");
    }
}

/// R75 [A for where it shows]: the switches of mail are told on the mock's own pages.
#[tokio::test]
async fn the_switches_of_mail_are_told() {
    for (properties, told) in [
        ("-Dx=y -Datlassian.mail.senddisabled=true", "mail is switched off (sending);"),
        (
            "-Datlassian.mail.popdisabled=true -Datlassian.mail.fetchdisabled=true -Datlassian.mail.senddisabled=true",
            "mail is switched off (sending, fetching, POP);",
        ),
        ("-Datlassian.mail.senddisabled=false", "mail is not switched off;"),
    ] {
        let get = |name: &str| (name == "JVM_SUPPORT_RECOMMENDED_ARGS").then(|| properties.to_owned());
        let set_up = Environment::read(Line::V9_2, &get).unwrap().set_up;
        let wanted = MailSwitch::ALL.into_iter().filter(|switch| properties.contains(switch.property()));
        assert_eq!(set_up.mail_off, wanted.collect::<Vec<_>>());
        let mut visitor = Visitor::running(Line::V9_2, move |settings| settings.set_up = Some(set_up)).await;
        let page = visitor.get("/").await;
        assert!(page.text.contains(told), "{properties}: {}", page.text);
    }
}

/// R75 [D]: recovery mode has an administrator of its own, whom the log-in page names.
#[tokio::test]
async fn recovery_mode_lets_its_own_administrator_in() {
    for line in [Line::V8_5, Line::V9_2] {
        let get = |name: &str| {
            let properties = "-Dx=y -Datlassian.recovery.password=for-this-start";
            (name == "JVM_SUPPORT_RECOMMENDED_ARGS").then(|| properties.to_owned())
        };
        let set_up = Environment::read(line, &get).unwrap().set_up;
        let (user, _) = set_up.recovery.clone().unwrap();
        let mut visitor = Visitor::running(line, move |settings| settings.set_up = Some(set_up)).await;
        assert!(visitor.get("/login.action").await.text.contains(&user));
        let url = format!("{}/rest/api/user/current", visitor.server.base_url());
        for (password, status) in [("for-this-start", 200), ("another", 401)] {
            let asked = visitor.client.get(&url).basic_auth(&user, Some(password)).send().await.unwrap();
            assert_eq!(asked.status().as_u16(), status, "{user}");
        }
    }
}
